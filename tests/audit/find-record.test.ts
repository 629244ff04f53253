// A record is found by its id without an index of ids, whatever the clocks were that gave the ids: by the verifier and by the function
// behind the gateway's proofs alike.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRecord } from '../../audit/verify/find-record.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { accessRecord } from '../support/access-record.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { asRole } from '../support/hand-made-log.ts'
import { leafBytes } from '../support/leaf-bytes.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
})
afterAll(async () => database.drop())

const RECORDS = 3_000
let nonce = 0
/** An id as a process gives it whose clock shows `ms`. */
const idAt = (ms: number): string => {
  const time = ms.toString(16).padStart(12, '0')
  nonce += 1
  return `${time.slice(0, 8)}-${time.slice(8)}-7${((nonce * 2_654_435_761) % 4_096).toString(16).padStart(3, '0')}-8000-${nonce.toString(16).padStart(12, '0')}`
}
const NOW = Date.UTC(2026, 2, 1, 2)

describe.each([
  ['credit', 'clocks that go on', (n: number) => NOW + n * 4],
  ['population', 'a clock that stands still', () => NOW],
  ['transport', 'two processes, the clock of one an hour behind', (n: number) => NOW + n * 4 - (n % 2) * 3_600_000],
  ['licenses', 'a clock that was set back for a while', (n: number) => NOW + n * 4 - (n > 1_000 && n < 2_000 ? 86_400_000 : 0)],
] as const)('in the log %s: %s', (log, _, clock) => {
  it('finds each record, and none that is not there', async () => {
    const ids = Array.from({ length: RECORDS }, (__, n) => idAt(clock(n)))
    await asRole(database.writer(log), async (client) => {
      // Small runs and large ones; each names the record before it in its text.
      for (let from = 0, size = 1; from < RECORDS; from += size, size = (size % 9) + 1) {
        const leaves = ids.slice(from, from + size).map((id, n) => leafBytes(accessRecord({ log, id, continues: ids[from + n - 1] ?? id })))
        await client.query('SELECT audit.append($1, $2)', [log, leaves])
      }
    })
    await asRole(database.query, async (client) => {
      for (const n of [0, 1, 2, 500, 999, 1_000, 1_001, 1_500, 1_999, 2_000, 2_998, 2_999]) {
        const id = ids[n] ?? ''
        expect((await findRecord(client, log, id))?.seq, String(n)).toBe(n)
        const { rows } = await client.query<{ seq: string; leaf: Buffer }>('SELECT seq, leaf FROM audit.find_record($1, $2)', [log, id])
        expect(rows.map(({ seq, leaf }) => [Number(seq), JSON.parse(leaf.toString()).id])).toEqual([[n, id]])
      }
      for (const id of ['00000000-0000-7000-8000-000000000000', 'ffffffff-ffff-7fff-bfff-ffffffffffff', idAt(NOW + 6_000)]) {
        expect(await findRecord(client, log, id)).toBeUndefined()
        expect((await client.query('SELECT FROM audit.find_record($1, $2)', [log, id])).rowCount).toBe(0)
      }
      expect(await findRecord(client, 'enterprises', ids[0] ?? '')).toBeUndefined()
    })
  })
})
