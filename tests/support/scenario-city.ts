// The scenario's own rows (synthetic-city) of one department, for tests of resolvers.

import type { PgTable } from 'drizzle-orm/pg-core'
import { scenarioCreditRows, scenarioLicenseRows, scenarioTransportRows } from '../../synthetic-city/scenario-records.ts'
import type { Put } from '../../synthetic-city/rows.ts'
import { scenario, type Scenario } from '../../synthetic-city/scenario.ts'
import type { Rows } from './resolver-city.ts'

export const LINK_KEY = 'test-link-key-v1'

export function theScenario(): Scenario {
  return scenario(LINK_KEY)
}

/** Rows of credit, licenses or transport, by table. */
export function scenarioRows(domain: 'credit' | 'licenses' | 'transport'): Rows {
  const rows = new Map<PgTable, Record<string, unknown>[]>()
  const put: Put = (table, row) => {
    const kept = rows.get(table)
    if (kept === undefined) rows.set(table, [row])
    else kept.push(row)
  }
  const write = { credit: scenarioCreditRows, licenses: scenarioLicenseRows, transport: scenarioTransportRows }[domain]
  write(theScenario(), put)
  return [...rows]
}
