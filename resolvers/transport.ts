// 交通: GraphQL types over vehicles, drivers, violations, the metro and the roads (DOMAIN 4.5). Places of violations and devices
// leave the database as they are decided: whole, as a 0.01° cell, or not at all.

import { sql } from 'drizzle-orm'
import { lineStations, metroLines, metroStations, roadSections, trafficFlows } from '../migrations/transport/tables-network.ts'
import { driverQualifications, drivers, trafficViolations, vehicles } from '../migrations/transport/tables.ts'
import { division, minor, organisation, subject } from './attributes.ts'
import { column, computed, entity, placeOf, stub, type Entity, type FieldBinding, type ValueKind } from './entity.ts'

const domain = 'transport'

const metroLine = entity({
  domain,
  type: 'MetroLine',
  table: metroLines,
  key: { field: 'lineNo', column: metroLines.lineNo },
  attributes: { inService: sql`${metroLines.inService}` },
  relations: {
    operator: { kind: 'enterprise', uscc: sql`${metroLines.operatorUscc}` },
    stations: {
      kind: 'many',
      type: 'MetroStation',
      by: lineStations.lineNo,
      from: sql`${lineStations} JOIN ${metroStations} ON ${metroStations.code} = ${lineStations.code}`,
      only: sql`NOT ${lineStations.isDeleted}`,
      sequence: { value: sql`${lineStations.seq}`, kind: 'integer' },
    },
  },
})

const metroStation = entity({
  domain,
  type: 'MetroStation',
  table: metroStations,
  key: { field: 'code', column: metroStations.code },
  attributes: { inService: sql`${metroStations.inService}` },
  fields: { location: placeOf(metroStations.lat, metroStations.lng) },
  relations: {
    lines: {
      kind: 'many',
      type: 'MetroLine',
      by: lineStations.code,
      from: sql`${lineStations} JOIN ${metroLines} ON ${metroLines.lineNo} = ${lineStations.lineNo}`,
      only: sql`NOT ${lineStations.isDeleted}`,
    },
  },
})

const roadSection = entity({
  domain,
  type: 'RoadSection',
  table: roadSections,
  key: { field: 'sectionId', column: roadSections.sectionId },
  attributes: { division: division(roadSections.division) },
  fields: { deviceLocation: placeOf(roadSections.lat, roadSections.lng) },
})

/** Fewest vehicles of which a count, and what is measured on them, is served (DOMAIN 2.6 K6; 统计法 28): fewer are somebody's trip. */
const SMALLEST_CELL = 5

/** Nobody is served less: the owner has the numbers at home. An unknown count is a small one. */
function unlessSmall(value: FieldBinding['value'], kind: ValueKind): FieldBinding {
  return computed(sql`CASE WHEN ${trafficFlows.volume} >= ${sql.raw(String(SMALLEST_CELL))} THEN ${value} END`, kind)
}

const trafficFlow = entity({
  domain,
  type: 'TrafficFlow',
  table: trafficFlows,
  attributes: { division: division(trafficFlows.division) },
  fields: {
    volume: unlessSmall(sql`${trafficFlows.volume}`, 'integer'),
    averageSpeed: unlessSmall(sql`${trafficFlows.averageSpeed}`, 'decimal'),
    congestionIndex: unlessSmall(sql`${trafficFlows.congestionIndex}`, 'decimal'),
  },
  relations: { section: { kind: 'one', type: 'RoadSection', by: roadSections.sectionId, key: sql`${trafficFlows.sectionId}` } },
})

const newestFirst = [{ field: 'occurredAt', direction: 'DESC' }] as const

const vehicle = entity({
  domain,
  type: 'Vehicle',
  table: vehicles,
  key: { field: 'id', column: vehicles.vehicleUid, publicId: true },
  subject: vehicles.ownerPid,
  attributes: {
    organisation: organisation(vehicles.ownerKind),
    minor: minor(vehicles.minorUntil),
    subject: subject(vehicles.ownerPid),
    division: division(vehicles.division),
  },
  relations: {
    owner: { kind: 'person', pid: sql`${vehicles.ownerPid}` },
    ownerEnterprise: { kind: 'enterprise', uscc: sql`${vehicles.ownerUscc}` },
    violations: { kind: 'many', type: 'TrafficViolation', by: trafficViolations.vehicleUid, order: newestFirst },
  },
})

const driver = entity({
  domain,
  type: 'Driver',
  table: drivers,
  key: { field: 'id', column: drivers.pid, publicId: true },
  subject: drivers.pid,
  attributes: { minor: minor(drivers.minorUntil), subject: subject(drivers.pid), division: division(drivers.division) },
  fields: {
    violationCount: computed(
      sql`(SELECT count(*)::integer FROM ${trafficViolations} WHERE ${trafficViolations.driverPid} = ${drivers.pid} AND NOT ${trafficViolations.isDeleted})`,
      'integer',
    ),
  },
  relations: {
    violations: { kind: 'many', type: 'TrafficViolation', by: trafficViolations.driverPid, order: newestFirst },
    qualifications: { kind: 'many', type: 'DriverQualification', by: driverQualifications.pid },
  },
})

const driverQualification = entity({
  domain,
  type: 'DriverQualification',
  table: driverQualifications,
  subject: driverQualifications.pid,
  attributes: { minor: minor(driverQualifications.minorUntil), subject: subject(driverQualifications.pid), division: division(driverQualifications.division) },
  relations: { employer: { kind: 'enterprise', uscc: sql`${driverQualifications.employerUscc}` } },
})

/** 交通违法: about the driver; the masked place is the district where it happened. */
const trafficViolation = entity({
  domain,
  type: 'TrafficViolation',
  table: trafficViolations,
  subject: trafficViolations.driverPid,
  attributes: { minor: minor(trafficViolations.minorUntil), subject: subject(trafficViolations.driverPid), division: division(trafficViolations.division) },
  fields: {
    place: column(trafficViolations.place, { division: sql`${trafficViolations.division}` }),
    location: placeOf(trafficViolations.lat, trafficViolations.lng),
  },
})

/** For checkDriver and the station look-ups. */
export const driverEntity: Entity = driver
export const metroStationEntity: Entity = metroStation

export const transportEntities: readonly Entity[] = [
  metroLine,
  metroStation,
  roadSection,
  trafficFlow,
  vehicle,
  driver,
  driverQualification,
  trafficViolation,
  stub(domain, 'Enterprise', { vehicles: { kind: 'many', type: 'Vehicle', by: vehicles.ownerUscc } }),
  stub(domain, 'Person', {
    driver: { kind: 'one', type: 'Driver', by: drivers.pid },
    vehicles: { kind: 'many', type: 'Vehicle', by: vehicles.ownerPid },
  }),
]
