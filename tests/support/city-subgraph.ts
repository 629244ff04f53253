// One department's subgraph of a running city, opened a second time on the same databases and keys, for tests that speak to a
// subgraph past the gateway. Counts the statements that reach the database.

import { openLog, openSuspensions } from '../../cli/city-parts.ts'
import type { SubgraphName } from '../../core/domains.ts'
import { createLogger } from '../../core/logger.ts'
import { openPool } from '../../migrations/pool.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { createCursorSeal } from '../../resolvers/cursors.ts'
import { createPublicIds } from '../../resolvers/ids.ts'
import type { Queryable } from '../../resolvers/read-context.ts'
import type { AccessContext } from '../../subgraphs/access-context.ts'
import type { Subgraph } from '../../subgraphs/subgraph.ts'
import { departments } from '../../subgraphs/departments.ts'
import { asCityDatabases } from './running-city.ts'
import type { RunningCity } from './running-city.ts'

export type CitySubgraph = { readonly subgraph: Subgraph; readonly statements: () => number; readonly log: () => string; readonly close: () => Promise<void> }

export function citySubgraph(city: RunningCity, domain: SubgraphName): CitySubgraph {
  const addresses = asCityDatabases(city.databases, '.')
  const lines: string[] = []
  const logger = createLogger('debug', { write: (line) => void lines.push(line) })
  const pool = openPool(addresses.serving[domain], { max: 2, domain })
  const audit = openLog(domain, addresses.records[domain], logger, city.keys.audit)
  const hearing = openSuspensions({ logger }, addresses.records[domain])
  let statements = 0
  const counted = new Proxy(pool, {
    get(target, name, receiver) {
      if (name === 'query' || name === 'connect' || name === 'lanes') statements += 1
      const value: unknown = Reflect.get(target, name, receiver)
      return typeof value === 'function' ? value.bind(target) : value
    },
  }) satisfies Queryable
  const { classification, engine, clock } = city.city.core
  const subgraph = departments[domain]({
    classification, engine, clock, logger,
    database: counted,
    audit: audit.it,
    suspensions: hearing.it,
    supply: audit.supply,
    ids: createPublicIds(city.keys.ids),
    cursors: createCursorSeal(city.keys.ids),
    auditKey: city.keys.subjects,
  })
  return {
    subgraph,
    statements: () => statements,
    log: () => lines.join(''),
    close: async () => {
      await hearing.close()
      await audit.close()
      await pool.end()
    },
  }
}

/** The access context that the city's gateway would seal for this caller now; `fields` as askedFields gives them. */
export function accessOf(
  city: RunningCity,
  caller: Caller,
  occasion: { readonly purpose?: string; readonly caseNo?: string; readonly authorizationRef?: string } = {},
  fields: readonly string[] = [],
): AccessContext {
  const issuedAt = Math.floor(city.city.core.clock.now().getTime() / 1000)
  return {
    caller,
    ...occasion,
    bundleSequence: city.city.core.engine.head().sequence,
    operation: { hash: '0'.repeat(64), singleSubject: true, fields },
    issuedAt,
    expiresAt: issuedAt + 60,
  }
}
