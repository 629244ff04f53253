// A log of a million records: verified by the command as an auditor runs it, in bounded time and memory; proofs and one altered
// record in it. Signed by the product's own signer.

import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordText } from '../../audit/record-text.ts'
import { openSigner } from '../../audit/signer.ts'
import { withSnapshot } from '../../audit/verify/database-source.ts'
import { proveRecord } from '../../audit/verify/prove.ts'
import { verifierKey } from '../../audit/verify/signed-head.ts'
import type { DatabaseAddress } from '../../migrations/address.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { accessRecord } from '../support/access-record.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { command } from '../support/command.ts'
import { asRole } from '../support/hand-made-log.ts'

const RECORDS = 1_000_000
/** Heads as a signer keeps them that signs twice a second while 4,000 records a second arrive. */
const STEP = 2_000
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const keys = [verifierKey('citygraph/population', publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))]
const folder = mkdtempSync(join(tmpdir(), 'citygraph-million-'))
let database: TestDatabase

/** Records of one log in one commit, under load. */
const RUN = 20

/** Id of record `n`, in the form of UUID version 7. */
const idOf = (n: number): string => `0195500a-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
  // Records as a five-domain query leaves them, about a kilobyte each; id and time are put in by the database.
  const fields = Array.from({ length: 8 }, (_, n) => ({ field: `Person.field${n}`, decision: 'MASKED' as const, policies: ['matrix/l3', 'floor/minor'] }))
  const record = accessRecord({ id: '@', at: '@', fields, subjects: Array.from({ length: 5 }, (_, n) => String(n).repeat(32)) })
  const { before, shared, after } = recordText(record)
  const [start, between, behind] = `${before}${after}`.split('"@"')
  await asRole(database.superuserUrl, async (client) => {
    await client.query(
      `INSERT INTO audit.run (log, first, ends, cuts, shared, own)
       SELECT 'population', min(r.n), array_agg(r.until ORDER BY r.n), array_agg($4::integer ORDER BY r.n), $5::bytea, string_agg(r.own, '' ORDER BY r.n) FROM (
         SELECT o.n, o.own, sum(octet_length(o.own)) OVER (PARTITION BY o.n / $6 ORDER BY o.n)::integer AS until FROM (
           SELECT s.n, convert_to($1 || to_json(to_char((timestamptz '2026-03-01T02:00:00Z' + s.n * interval '4 milliseconds') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) || $2
             || to_json('0195500a-0000-7000-8000-' || lpad(to_hex(s.n), 12, '0')) || $3, 'UTF8') AS own
           FROM generate_series(0, $7::bigint - 1) AS s(n)) AS o
       ) AS r GROUP BY r.n / $6 ORDER BY 2`,
      [start, between, behind, Buffer.byteLength(before) - 3 + 26, shared, RUN, RECORDS],
    )
  })
  const pool = new pg.Pool({ ...database.writer('population'), max: 1 })
  const failures: unknown[] = []
  const signer = openSigner({ pool, log: 'population', key: privateKey, onFailure: (failure) => failures.push(failure), everyMs: 3_600_000 })
  const began = performance.now()
  await asRole(database.owner, async (client) => {
    for (let size = STEP; size <= RECORDS; size += STEP) {
      await client.query(`UPDATE audit.log SET size = $1 WHERE name = 'population'`, [size])
      expect(await signer.signNow()).toBe(size)
    }
  })
  await signer.close()
  await pool.end()
  expect(failures).toEqual([])
  console.log(`${RECORDS / STEP} heads signed in ${((performance.now() - began) / 1_000).toFixed(1)} s`)
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await database.drop()
})

function urlOf(address: DatabaseAddress): string {
  if ('connectionString' in address) return address.connectionString
  const { host, port, user, password, database: name } = address
  return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@/${name}?host=${encodeURIComponent(host)}&port=${port}`
}

type Measured = { readonly code: number | null; readonly out: string; readonly err: string; readonly seconds: number; readonly processor: number; readonly peak: number }

/** Runs the command; its own processor time in seconds and its peak memory in MiB (Linux). */
async function measured(args: readonly string[]): Promise<Measured> {
  const began = performance.now()
  const run = command(['audit', ...args], { AUDIT_DATABASE_URL: urlOf(database.query), CITYGRAPH_AUDIT_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })) })
  let [peak, processor] = [0, 0]
  const timer = setInterval(() => {
    try {
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${run.child.pid ?? 0}/status`, 'utf8'))?.[1] ?? 0) / 1_024)
      const [user, system] = readFileSync(`/proc/${run.child.pid ?? 0}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? []
      processor = ((user ?? 0) + (system ?? 0)) / 100
    } catch {
      // It has ended.
    }
  }, 50)
  const { code } = await run.ended
  clearInterval(timer)
  return { code, out: run.out(), err: run.err(), seconds: (performance.now() - began) / 1_000, processor, peak }
}

describe('a log of a million records', () => {
  it('is verified within 60 s and 500 MiB', async () => {
    const { code, out, err, seconds, processor, peak } = await measured(['verify', '--log', 'population'])
    console.log(`verify: ${seconds.toFixed(1)} s (${processor.toFixed(1)} s of the processor), peak ${peak.toFixed(0)} MiB; ${out.trim()}`)
    expect(code, out + err).toBe(0)
    expect(out).toContain('population: good. 1,000,000 records')
    expect(err).toMatch(/population: [\d,]+ of 1,000,000 records/)
    expect(peak).toBeGreaterThan(50)
    expect(peak).toBeLessThanOrEqual(500)
    expect(seconds).toBeLessThanOrEqual(60)
  })

  it('gives a proof within 50 ms', async () => {
    const times: number[] = []
    await withSnapshot(database.query, async (client) => {
      for (let n = 0; n < 100; n += 1) {
        const index = (n * 7_919_777) % RECORDS
        const began = performance.now()
        const proof = await proveRecord(client, idOf(index), ['population'], keys)
        times.push(performance.now() - began)
        expect(proof?.index).toBe(index)
      }
    })
    times.sort((a, b) => a - b)
    console.log(`proof: median ${times[50]?.toFixed(1)} ms, 95 of 100 within ${times[94]?.toFixed(1)} ms, slowest ${times[99]?.toFixed(1)} ms`)
    expect(times[94]).toBeLessThanOrEqual(50)
  })

  it('is archived, and the archive verified, in bounded memory too', async () => {
    const file = join(folder, 'population.ndjson')
    const { code, out, err, seconds, processor, peak } = await measured(['archive', 'population', '--to', file])
    console.log(`archive: ${seconds.toFixed(1)} s (${processor.toFixed(1)} s of the processor), peak ${peak.toFixed(0)} MiB, ${(statSync(file).size / 2 ** 20).toFixed(0)} MiB; ${out.trim()}`)
    expect(code, out + err).toBe(0)
    expect(peak).toBeLessThanOrEqual(500)
  })

  it('shows one altered record among a million', async () => {
    await asRole(database.superuserUrl, (client) =>
      client.query(`SET session_replication_role = replica; UPDATE audit.run SET own = set_byte(own, ends[17] + 40, get_byte(own, ends[17] + 40) # 1) WHERE log = 'population' AND first = 777760`))
    const { code, out, seconds, processor, peak } = await measured(['verify', '--log', 'population'])
    console.log(`one altered: ${seconds.toFixed(1)} s (${processor.toFixed(1)} s of the processor), peak ${peak.toFixed(0)} MiB; ${out.trim()}`)
    expect(code).toBe(1)
    expect(out).toContain(`Record population#777777 (id ${idOf(777_777)}) was altered`)
  })
})
