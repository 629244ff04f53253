// Windows of risk signals against a recount by hand: random requests over hours, looked at in random portions, as the follower would.

import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findSignals, forgetEvents } from '../../governance/find-signals.ts'
import { openPool, withClient, type DepartmentPool } from '../../migrations/pool.ts'
import { ownRiskRules, type RiskRules } from '../../policy-engine/risk.ts'
import { governanceDatabase } from '../support/governance-database.ts'

let facts: DepartmentPool
let owner: pg.Client
beforeAll(async () => {
  const database = await governanceDatabase()
  facts = openPool(database.follower, { max: 2, domain: 'governance' })
  owner = new pg.Client(database.owner)
  await owner.connect()
}, 120_000)
afterAll(async () => {
  await facts.end()
  await owner.end()
})

const parts = { get facts() { return facts }, verifications: ['Query.verifyIdentity'] }
const START = Date.parse('2026-03-02T10:00:00+08:00')
type Made = { readonly log?: string; readonly sub: string; readonly atS: number; readonly request?: string; readonly purpose?: string; readonly entries?: readonly string[]; readonly code?: string; readonly persons?: readonly string[]; readonly kind?: string }
const next = new Map<string, number>()

/** Writes what the follower would have copied. */
async function keep(made: readonly Made[]): Promise<void> {
  const rows = made.map(({ log = 'population', sub, atS, request = randomUUID(), purpose, entries = ['Query.people'], code, persons = [], kind = 'department' }) => {
    const seq = next.get(log) ?? 0
    next.set(log, seq + 1)
    const id = randomUUID()
    const at = new Date(START + atS * 1000).toISOString()
    return {
      ref: `${log}/${id}`, log, seq, record_id: id, at, request_id: request, caller_org: 'PSB', caller_kind: kind, caller_sub: sub, purpose, operation_hash: 'x', entries,
      field_set: 'none', owners: [], person_categories: [], subject_count: persons.length, row_count: 1, policy_version: 'v', outcome: code === undefined ? 'ANSWERED' : 'REFUSED', code, persons, subjects: persons,
    }
  })
  await owner.query('INSERT INTO access_record SELECT r.* FROM jsonb_array_elements($1::jsonb) AS one(row) CROSS JOIN LATERAL jsonb_populate_record(NULL::access_record, one.row) AS r', [JSON.stringify(rows)])
  await owner.query(
    `INSERT INTO access_subject (token, at, record) SELECT person::uuid, (one.row ->> 'at')::timestamptz, one.row ->> 'ref'
     FROM jsonb_array_elements($1::jsonb) AS one(row) CROSS JOIN LATERAL jsonb_array_elements_text(one.row -> 'persons') AS person ON CONFLICT DO NOTHING`, [JSON.stringify(rows)])
  for (const [log, to] of next) await owner.query('INSERT INTO followed_log (log, next_seq) VALUES ($1, $2) ON CONFLICT (log) DO UPDATE SET next_seq = excluded.next_seq', [log, to])
}

async function look(rules: RiskRules = ownRiskRules): Promise<void> {
  while (await findSignals(parts, rules));
}

const given = async (sub: string): Promise<readonly { signal: string; at: number; count: number; suspend: boolean }[]> => {
  const { rows } = await owner.query<{ signal: string; at: Date; count: number; suspend: boolean }>('SELECT signal, at, count, suspend FROM alert WHERE caller_sub = $1 ORDER BY at, signal', [sub])
  return rows.map(({ at, ...rest }) => ({ ...rest, at: (at.getTime() - START) / 1000 }))
}
const refused = (sub: string, times: readonly number[]): readonly Made[] => times.map((atS) => ({ sub, atS, code: 'FORBIDDEN' }))
const every = (step: number, count: number, from = 0): readonly number[] => Array.from({ length: count }, (_, at) => from + at * step)

describe('a window', () => {
  it('holds both of its ends and nothing beyond', async () => {
    // Nineteen at once; the twentieth at the end of ten minutes, or a second later.
    await keep([...refused('at-the-end', [...every(0, 19), 600]), ...refused('too-late', [...every(0, 19), 601])])
    await look()
    expect(await given('at-the-end')).toEqual([{ signal: 'DENY_PROBING', at: 600, count: 20, suspend: false }])
    expect(await given('too-late')).toEqual([])
  })

  it('gives one alert until it is over, and the next one after it', async () => {
    for (const atS of every(20, 100)) {
      await keep(refused('steady', [atS]))
      await look()
    }
    // Thirty-one fit into ten minutes; the twentieth stands at 380 s.
    expect((await given('steady')).map(({ at }) => at)).toEqual([380, 1000, 1620])
  }, 60_000)

  it('counts a request once, however many departments recorded it', async () => {
    const requests = every(1, 10).map(() => randomUUID())
    await keep(requests.flatMap((request, atS) => ['population', 'credit', 'licenses'].map((log) => ({ log, sub: 'five-domains', atS, request, code: 'FORBIDDEN' }))))
    await look()
    expect(await given('five-domains')).toEqual([])
  })

  it('suspends from its own count on, without a second alert', async () => {
    const rules: RiskRules = { ...ownRiskRules, denyProbing: { ...ownRiskRules.denyProbing, suspendAt: 25 } }
    await keep(refused('suspended', every(1, 24)))
    await look(rules)
    expect((await given('suspended')).map(({ suspend }) => suspend)).toEqual([false])
    await keep(refused('suspended', [30]))
    await look(rules)
    expect(await given('suspended')).toEqual([{ signal: 'DENY_PROBING', at: 19, count: 25, suspend: true }])
  })

  it('finds a purpose that is new to a caller who is known', async () => {
    const day = 86_400
    await keep([{ sub: 'known', atS: -10 * day, purpose: 'A' }, ...every(60, 10).map((atS) => ({ sub: 'known', atS, purpose: 'B' })), ...every(60, 10).map((atS) => ({ sub: 'new', atS, purpose: 'B' }))])
    await keep([{ sub: 'both', atS: -10 * day, purpose: 'A' }, { sub: 'both', atS: -9 * day, purpose: 'B' }, ...every(60, 10).map((atS) => ({ sub: 'both', atS, purpose: 'B' }))])
    await look()
    expect((await given('known')).map(({ signal, at }) => ({ signal, at }))).toEqual([{ signal: 'PURPOSE_DRIFT', at: 540 }])
    expect(await given('new')).toEqual([])
    expect(await given('both')).toEqual([])
  })

  it('equals a recount over random requests in random portions', async () => {
    const seed = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9))
    process.stdout.write(`signal windows: seed ${seed}\n`)
    let state = seed
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return (state >>> 8) % below
    }
    const people = Array.from({ length: 3 }, () => randomUUID())
    const made = Array.from({ length: 400 }, (_, at) => ({ sub: `random-${random(3)}`, atS: at * 200 + random(200), persons: [people[random(3)] ?? ''] }))
    for (let from = 0; from < made.length;) {
      const portion = 1 + random(12)
      await keep(made.slice(from, from + portion))
      await look()
      from += portion
    }
    for (const sub of ['random-0', 'random-1', 'random-2']) {
      const expected: number[] = []
      const mine = made.filter((one) => one.sub === sub)
      for (const { atS, persons } of mine) {
        const last = expected.at(-1)
        const within = mine.filter((one) => one.persons[0] === persons[0] && one.atS <= atS && one.atS >= atS - 86_400).length
        if (within >= 6 && (last === undefined || atS > last + 86_400)) expected.push(atS)
      }
      expect((await given(sub)).filter(({ signal }) => signal === 'STALKING').map(({ at }) => at)).toEqual(expected)
    }
  }, 120_000)

  it('is found in one step that is full of persons', async () => {
    // A step of the follower under load: 500 records about 20 persons each.
    await keep(Array.from({ length: 500 }, (_, at) => ({ sub: 'reader-of-many', atS: at / 1_000, persons: Array.from({ length: 20 }, () => randomUUID()) })))
    const begun = performance.now()
    await look()
    process.stdout.write(`signal step over 10,000 persons: ${(performance.now() - begun).toFixed(0)} ms\n`)
    expect((await given('reader-of-many')).map(({ signal, count }) => ({ signal, count }))).toEqual([{ signal: 'BULK', count: 10_000 }])
  }, 60_000)

  it('costs the same however much was counted before', async () => {
    await owner.query(`INSERT INTO signal_event SELECT 'DENY_PROBING', 'PSB', 'busy-' || n % 50, 'old-' || n, $1::timestamptz - n * interval '10 ms' FROM generate_series(1, 60000) AS n`, [new Date(START)])
    await owner.query('ANALYZE signal_event')
    const tookMs: number[] = []
    for (const atS of every(1, 20)) {
      await keep(every(0, 20).map((_, at) => ({ sub: `busy-${at}`, atS: atS + 10, code: 'FORBIDDEN', persons: [randomUUID()] })))
      const before = performance.now()
      await look()
      tookMs.push(performance.now() - before)
    }
    const median = tookMs.sort((a, b) => a - b)[10] ?? Infinity
    process.stdout.write(`signal step over 20 callers with 60,000 events kept: median ${median.toFixed(1)} ms\n`)
    expect(median).toBeLessThan(500)
    await forgetEvents(parts)
  }, 120_000)

  it('reads the records that are new and no others, however many there are', async () => {
    for (let part = 0; part < 4; part += 1) await keep(every(1, 3_000).map((atS) => ({ log: 'credit', sub: `old-${atS % 50}`, atS: atS - 900_000, purpose: 'A', persons: [randomUUID()] })))
    await owner.query('INSERT INTO watched_log (log, next_seq) SELECT log, next_seq FROM followed_log ON CONFLICT (log) DO UPDATE SET next_seq = excluded.next_seq')
    await owner.query('ANALYZE')
    const read = async (): Promise<number> => {
      await owner.query('SELECT pg_stat_clear_snapshot()')
      const { rows } = await owner.query<{ read: number }>(`SELECT sum(idx_tup_read)::float8 AS read FROM pg_stat_user_indexes WHERE relname = 'access_record'`)
      return rows[0]?.read ?? Infinity
    }
    const flushed = (): Promise<unknown> => withClient(facts, (client) => client.query('SELECT pg_stat_force_next_flush()'))
    await Promise.all([flushed(), flushed()])
    const before = await read()
    await keep(every(1, 20).map((atS) => ({ log: 'credit', sub: `old-${atS}`, atS, purpose: 'A', persons: [randomUUID()] })))
    await look()
    await Promise.all([flushed(), flushed()])
    const readNow = (await read()) - before
    process.stdout.write(`signal step over 20 of 12,000 records: ${readNow} read through indexes\n`)
    expect(readNow).toBeGreaterThan(0)
    expect(readNow).toBeLessThan(2_000)
  }, 120_000)
})
