// Metro stations by distance: those near a place, and the one nearest to each enterprise's 0.01° cell. Distances are metres on a
// plane at the place's own latitude, which is right to a thousandth within a city.

import { sql, type SQL } from 'drizzle-orm'
import { CitygraphError } from '../core/errors.ts'
import { metroStations } from '../migrations/transport/tables-network.ts'
import type { DomainBinding } from './binding.ts'
import { compiledFor } from './compiled.ts'
import { selectList, visible } from './load-list.ts'
import { refused } from './operands.ts'
import { project } from './projection.ts'
import type { ReadContext } from './read-context.ts'
import { property } from './references.ts'
import type { Arguments, Resolver } from './resolver-map.ts'
import type { ListParts } from './roots.ts'
import { rowLoader, type RowLoader } from './row-loader.ts'
import { edgeBehind, emptyPage, pageOf, type EdgeValue, type Page } from './row.ts'
import { selectionOf, type Selection } from './selection.ts'
import { slot } from './slots.ts'
import { compile, run } from './statements.ts'
import { metroStationEntity } from './transport.ts'

const METRES_PER_DEGREE = 111_195
const LARGEST_RADIUS_M = 2_000
/** North and south of a place; within it the nearest station of a city nearly always is. */
const BAND_DEGREES = 0.02
const GRID = 'domicileGrid'

/** How much shorter a degree is to the east than to the north. */
function shrinkAt(lat: SQL): SQL {
  return sql`cos(radians(${lat}::float8))::numeric`
}

function metresTo(lat: SQL, lng: SQL, shrink = shrinkAt(lat)): SQL {
  const north = sql`((${metroStations.lat} - ${lat}) * ${sql.raw(String(METRES_PER_DEGREE))})`
  const east = sql`((${metroStations.lng} - ${lng}) * ${sql.raw(String(METRES_PER_DEGREE))} * ${shrink})`
  return sql`round(sqrt(${north} * ${north} + ${east} * ${east}), 3)`
}

/** `near`: nearest first, within the radius. Refuses it where the place of a station is not clear, since a distance tells the place. */
export const restrictNear: NonNullable<ListParts['restrict']> = (args: Arguments, context: ReadContext) => {
  const { near } = args
  if (near === undefined || near === null) return undefined
  if (context.plan.field('MetroStation', 'location').decision !== 'CLEAR') throw new CitygraphError('NOT_FILTERABLE', { argument: 'near' })
  const [lat, lng, radius] = [degrees(property(near, 'lat'), 90), degrees(property(near, 'lng'), 180), property(near, 'radiusM') ?? LARGEST_RADIUS_M]
  if (lat === undefined || lng === undefined) throw refused('near')
  if (typeof radius !== 'number' || radius < 1 || radius > LARGEST_RADIUS_M) throw refused('near.radiusM')
  const distance = metresTo(sql`${slot('givenLat')}::numeric`, sql`${slot('givenLng')}::numeric`)
  const within = sql`${metroStations.lat} BETWEEN ${slot('givenLat')}::numeric - 0.02 AND ${slot('givenLat')}::numeric + 0.02 AND ${distance} <= ${slot('givenRadius')}::numeric`
  return {
    before: [{ value: distance, kind: 'decimal', direction: 'ASC', filled: true }],
    restriction: { shape: 'near', condition: within, values: [['givenLat', lat], ['givenLng', lng], ['givenRadius', radius]] },
  }
}

/** What @requires sends along with a reference to an enterprise: the centre of its cell, nothing else. */
export function carryGrid(reference: unknown): ReadonlyMap<string, EdgeValue> {
  const grid = property(reference, GRID)
  const [lat, lng] = [degrees(property(grid, 'lat'), 90), degrees(property(grid, 'lng'), 180)]
  return new Map(lat === undefined || lng === undefined ? [] : [[GRID, `${lat.toFixed(3)},${lng.toFixed(3)}`]])
}

/** Enterprise.nearestMetroStation; null without a cell, and where the field is not clear. */
export function nearestMetroStation(binding: DomainBinding): Resolver {
  return async (parent, _args, context, info) => {
    const grid = edgeBehind(parent, GRID)
    if (typeof grid !== 'string' || context.plan.field('Enterprise', 'nearestMetroStation').decision !== 'CLEAR') return null
    const page = await loaderOf(context, binding, selectionOf(info, 'MetroStation')).load(grid)
    return page.rows[0] ?? null
  }
}

function loaderOf(context: ReadContext, binding: DomainBinding, selection: Selection): RowLoader {
  const shape = ['nearest', binding.domain, selection.join(',')].join('|')
  const found = context.loaders.get(shape)
  if (found !== undefined) return found
  const made = rowLoader((grids) => loadAll(context, binding, { shape, selection, grids }), 200)
  context.loaders.set(shape, made)
  return made
}

type Batch = { readonly shape: string; readonly selection: Selection; readonly grids: readonly string[] }

async function loadAll(context: ReadContext, binding: DomainBinding, { shape, selection, grids }: Batch): Promise<readonly Page[]> {
  const { statement, read } = compiledFor(context.plan, shape, () => {
    const columns = project(selection, { entity: metroStationEntity, plan: context.plan, classification: binding.classification })
    return { ...columns, statement: compile(nearest(context, columns.columns)) }
  })
  for (const field of selection) context.observe.field('MetroStation', field)
  const found = await run(context, statement, { keys: grids })
  context.observe.rows(found.length)
  const pages = new Map(found.map((values) => [values[0], pageOf(read(values, 2, context))]))
  return grids.map((grid) => pages.get(grid) ?? emptyPage)
}

/**
 * Numeric arithmetic is exact and slow, so it is done once for each place, and for the stations in a band around it; only where the
 * nearest of these might be beaten by one outside the band, for all. Either part gives the right station, whichever comes first.
 */
function nearest(context: ReadContext, columns: readonly SQL[]): SQL {
  const [lat, lng] = [sql`split_part(wanted.key, ',', 1)::numeric`, sql`split_part(wanted.key, ',', 2)::numeric`]
  const named = columns.map((column, index) => sql`${column} AS ${sql.identifier(`c${index}`)}`)
  const metres = metresTo(sql`place.lat`, sql`place.lng`, sql`place.shrink`)
  const first = (where: SQL): SQL => sql`SELECT ${metres} AS metres, ${selectList(named)} FROM ${metroStationEntity.from} WHERE ${visible(metroStationEntity, context)}
    AND ${metroStations.lat} IS NOT NULL AND ${metroStations.lng} IS NOT NULL${where} ORDER BY metres, ${metroStations.code} LIMIT 1`
  const band = sql.raw(String(BAND_DEGREES))
  return sql`SELECT wanted.key, station.* FROM unnest(${slot('keys')}::text[]) AS wanted(key)
    CROSS JOIN LATERAL (SELECT ${lat} AS lat, ${lng} AS lng, ${shrinkAt(lat)} AS shrink OFFSET 0) AS place
    CROSS JOIN LATERAL (
      SELECT * FROM (${first(sql` AND ${metroStations.lat} BETWEEN place.lat - ${band} AND place.lat + ${band}`)}) AS near
      WHERE metres < ${sql.raw(String(Math.floor(BAND_DEGREES * METRES_PER_DEGREE)))}
      UNION ALL (${first(sql``)}) LIMIT 1
    ) AS station`
}

function degrees(value: unknown, most: number): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= most ? value : undefined
}
