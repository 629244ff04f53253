// Root fields of transport.

import { sql } from 'drizzle-orm'
import { CitygraphError } from '../core/errors.ts'
import { trafficFlows } from '../migrations/transport/tables-network.ts'
import type { DomainBinding } from './binding.ts'
import { checkDriver } from './driver-check.ts'
import { restrictNear } from './nearby-stations.ts'
import { instant, plainText, refused } from './operands.ts'
import type { Resolver } from './resolver-map.ts'
import { manyRows, type ListParts } from './roots.ts'
import { slot } from './slots.ts'

/** Resolvers of the root fields of transport, by name. */
export function transportRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  return {
    metroLines: manyRows(binding, 'metroLines', { type: 'MetroLine' }),
    metroStations: manyRows(binding, 'metroStations', { type: 'MetroStation', restrict: restrictNear }),
    vehicles: manyRows(binding, 'vehicles', { type: 'Vehicle' }),
    checkDriver: checkDriver(binding),
    trafficFlow: manyRows(binding, 'trafficFlow', { type: 'TrafficFlow', order: [{ field: 'at', direction: 'ASC' }], restrict: restrictFlow }),
    roadSections: manyRows(binding, 'roadSections', { type: 'RoadSection' }),
  }
}

const LONGEST_MS = 24 * 3_600 * 1_000

/** One section, from an instant until before another, at most 24 hours. */
const restrictFlow: NonNullable<ListParts['restrict']> = (args, context) => {
  if (context.plan.field('TrafficFlow', 'at').decision !== 'CLEAR') throw new CitygraphError('NOT_FILTERABLE', { argument: 'from' })
  const [section, from, to] = [plainText(args['section'], 'section'), instant(args['from'], 'from'), instant(args['to'], 'to')]
  const length = to.getTime() - from.getTime()
  if (length <= 0 || length > LONGEST_MS) throw refused('to')
  const { sectionId, at } = trafficFlows
  return {
    restriction: {
      shape: 'flow',
      condition: sql`${sectionId} = ${slot('givenSection')}::text AND ${at} >= ${slot('givenFrom')}::timestamptz AND ${at} < ${slot('givenTo')}::timestamptz`,
      values: [['givenSection', section], ['givenFrom', from.toISOString()], ['givenTo', to.toISOString()]],
    },
  }
}
