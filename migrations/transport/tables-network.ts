// 交通: the metro and the roads (DOMAIN 4.5); nothing here is about a person.

import { bigint, boolean, index, integer, numeric, pgTable, primaryKey, smallint, timestamp } from 'drizzle-orm/pg-core'
import { code, place, systemColumns, title } from '../columns.ts'

/** 轨道交通线路. */
export const metroLines = pgTable('trf_metro_line', {
  lineNo: code('line_no', 20).primaryKey(),
  name: title('line_name', 60),
  operatorUscc: code('operator_uscc', 18),
  inService: boolean('in_service').notNull(),
  ...systemColumns(),
})

/** 轨道交通车站, WGS 84. */
export const metroStations = pgTable(
  'trf_metro_station',
  {
    code: code('station_code', 20).primaryKey(),
    name: title('station_name', 100),
    ...place(),
    inService: boolean('in_service').notNull(),
    ...systemColumns(),
  },
  (t) => [index('trf_metro_station_name').on(t.name, t.code), index('trf_metro_station_place').on(t.lat, t.lng)],
)

/** Which lines serve a station; `seq` numbers a line's stations. */
export const lineStations = pgTable(
  'trf_line_station',
  {
    lineNo: code('line_no', 20).notNull(),
    code: code('station_code', 20).notNull(),
    seq: smallint('seq').notNull(),
    ...systemColumns(),
  },
  (t) => [primaryKey({ name: 'trf_line_station_pk', columns: [t.lineNo, t.code] }), index('trf_line_station_station').on(t.code, t.lineNo)],
)

/** 路段 with its counting device. */
export const roadSections = pgTable(
  'trf_road_section',
  {
    sectionId: code('section_id', 20).primaryKey(),
    name: title('section_name', 100),
    division: code('division', 6),
    ...place(),
    ...systemColumns(),
  },
  (t) => [index('trf_road_section_division').on(t.division, t.sectionId)],
)

/** 断面流量 of five minutes; `division` is the section's. */
export const trafficFlows = pgTable(
  'trf_flow_5min',
  {
    flowId: bigint('flow_id', { mode: 'number' }).primaryKey(),
    sectionId: code('section_id', 20).notNull(),
    division: code('division', 6),
    at: timestamp('ts', { withTimezone: true }).notNull(),
    volume: integer('volume'),
    averageSpeed: numeric('avg_speed', { precision: 5, scale: 1 }),
    congestionIndex: numeric('congestion_index', { precision: 4, scale: 2 }),
    ...systemColumns(),
  },
  (t) => [index('trf_flow_5min_section').on(t.sectionId, t.at, t.flowId)],
)
