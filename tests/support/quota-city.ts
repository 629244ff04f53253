// Running cities with small quotas and a clock that the test moves, for tests of quotas.

import pg from 'pg'
import { demonstrationIssuer } from '../../cli/issuer.ts'
import type { Clock } from '../../core/clock.ts'
import { editedPolicies } from './edited-policies.ts'
import { post, runningCity, TEST_DAY } from './running-city.ts'
import type { Answer, Asked, CityOptions, RunningCity } from './running-city.ts'

export type QuotaCity = {
  readonly city: RunningCity
  /** The folder of its policies, to be edited. */
  readonly policies: string
  readonly ask: (query: string, how?: Asked) => Promise<Answer>
  /** Moves the clock forward. */
  readonly wait: (milliseconds: number) => void
}

/** A file of limits: [24 hours, 30 days] of each class. */
export function quotasYaml(limits: Readonly<Record<'A' | 'B' | 'C', readonly [number, number]>>): string {
  return Object.entries(limits).map(([name, [day, month]]) => `${name}: { day: ${day}, month: ${month} }\n`).join('')
}

/** A city with these limits. `edits`: of other files of its policies. */
export async function quotaCity(limits: Parameters<typeof quotasYaml>[0], { edits, ...more }: { readonly edits?: Parameters<typeof editedPolicies>[0] } & Pick<CityOptions, 'databases' | 'own'> = {}): Promise<QuotaCity> {
  let at = Date.parse(TEST_DAY)
  const clock: Clock = { now: () => new Date(at) }
  const policies = editedPolicies({ ...edits, 'quotas.yaml': () => quotasYaml(limits) })
  const city = await runningCity({ clock, policies, ...more })
  const issuer = await demonstrationIssuer(city.keys, clock)
  return {
    city,
    policies,
    ask: async (query, how = {}) => post(city.url, query, how, how.caller === undefined ? undefined : await issuer.token(how.caller)),
    wait: (milliseconds) => {
      at += milliseconds
    },
  }
}

/** Decisions as `path` → `decision code`. */
export function said(answer: Answer): Readonly<Record<string, string>> {
  return Object.fromEntries(answer.sharing.decisions.map(({ path, decision, code }) => [path, `${decision} ${code}`]))
}

/** Rows of a statement in the city's audit database, as its owner. */
export async function auditSql<R extends pg.QueryResultRow = Record<string, unknown>>(city: Pick<RunningCity, 'databases'>, text: string, values: readonly unknown[] = []): Promise<readonly R[]> {
  const client = new pg.Client(city.databases.audit.owner)
  await client.connect()
  try {
    return (await client.query<R>(text, [...values])).rows
  } finally {
    await client.end()
  }
}
