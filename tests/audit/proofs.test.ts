// Heads and proofs of a log of 100,000 records: signed step by step, proved in three queries and well under 50 ms.

import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { headVerifier, openHead } from '../../audit/checkpoint.ts'
import { leafHash } from '../../audit/leaf.ts'
import { isContinued, isIncluded } from '../../audit/merkle.ts'
import type { Head } from '../../audit/merkle.ts'
import { openLogReader } from '../../audit/proofs.ts'
import { openSigner } from '../../audit/signer.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { createDatabase } from '../support/city-database.ts'
import type { TestDatabase } from '../support/city-database.ts'
import { naiveRoot } from '../support/naive-tree.ts'

const LOG = 'population'
const SIZE = 100_000
const key = generateKeyPairSync('ed25519').privateKey
const verifier = headVerifier(LOG, createPublicKey(key))

let database: TestDatabase
let pool: pg.Pool
let writer: pg.Pool
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, fileURLToPath(new URL('../../migrations/audit/sql', import.meta.url)), { domain: 'audit' })
  const owner = new pg.Client(database.owner)
  await owner.connect()
  // Past the one way in, which would take its time: ids tell the place.
  await owner.query(
    `INSERT INTO audit.run
     SELECT $1, min(l.n), array_agg(l.until ORDER BY l.n), array_fill(0, ARRAY[count(*)::integer]), '', string_agg(l.leaf, '' ORDER BY l.n)
     FROM (SELECT n, leaf, sum(octet_length(leaf)) OVER (PARTITION BY n / 20 ORDER BY n)::integer AS until
       FROM generate_series(0, $2 - 1) AS n CROSS JOIN LATERAL (SELECT convert_to('{"n":' || n || ',"id":"019ca6f2-0000-7000-8000-' || lpad(n::text, 12, '0') || '","log":"population"}', 'UTF8') AS leaf) AS x) AS l
     GROUP BY l.n / 20`,
    [LOG, SIZE],
  )
  await owner.query('UPDATE audit.log SET size = $2 WHERE name = $1', [LOG, SIZE])
  await owner.query('ANALYZE audit.run')
  await owner.end()
  pool = openAuditPool(database.query, { log: 'reader' })
  writer = openAuditPool(database.writer(LOG), { log: LOG })
})
afterAll(async () => {
  await pool.end()
  await writer.end()
  await database.drop()
})

const idOf = (n: number): string => `019ca6f2-0000-7000-8000-${String(n).padStart(12, '0')}`
const leafOf = (n: number): string => `{"n":${n},"id":"${idOf(n)}","log":"population"}`
const leaves = Array.from({ length: SIZE }, (_, n) => leafHash(leafOf(n)))
const headAt = async (size: number): Promise<Head> => {
  const { rows } = await pool.query<{ note: string }>('SELECT note FROM audit.checkpoint WHERE log = $1 AND size = $2', [LOG, size])
  return openHead(rows[0]?.note ?? '', verifier)
}
/** What is asked of the database. */
function counted() {
  let queries = 0
  const query = (...given: Parameters<pg.Pool['query']>) => {
    queries += 1
    return pool.query(...given)
  }
  return { reader: openLogReader({ pool: { query: query as pg.Pool['query'] }, log: LOG }), queries: () => queries }
}

describe('a log of 100,000 records', () => {
  it('is signed step by step', async () => {
    const signer = openSigner({ pool: writer, log: LOG, key, onFailure: (failure) => expect(failure).toBe('none') })
    expect(await signer.signNow()).toBe(SIZE)
    await signer.close()
    for (const size of [65_536, SIZE]) expect((await headAt(size)).root.equals(naiveRoot(leaves.slice(0, size)))).toBe(true)
  })

  it('gives a proof of any record in three queries, within 50 ms', async () => {
    const { reader, queries } = counted()
    const head = await headAt(SIZE)
    const took: number[] = []
    const places = [0, 1, 255, 256, 65_535, 65_536, 99_840, SIZE - 1, ...Array.from({ length: 42 }, (_, n) => (n * 2_399) % SIZE)]
    for (const n of places) {
      const begun = performance.now()
      const found = await reader.inclusion(idOf(n))
      took.push(performance.now() - begun)
      if (typeof found === 'string') throw new Error(found)
      expect(found.leaf).toBe(leafOf(n))
      expect(isIncluded({ index: n, hash: leafHash(Buffer.from(found.leaf)) }, head, found.proof)).toBe(true)
    }
    expect(queries()).toBe(3 * places.length)
    took.sort((a, b) => a - b)
    const [median, p95] = [0.5, 0.95].map((share) => took[Math.floor(took.length * share)] ?? Infinity)
    process.stdout.write(`proof of one of ${SIZE} records: median ${median?.toFixed(1)} ms, 95% ${p95?.toFixed(1)} ms\n`)
    expect(median).toBeLessThan(50)
  })

  it('gives proofs under an earlier head, and none for records after it', async () => {
    const { reader } = counted()
    const found = await reader.inclusion(idOf(12_345), 65_536)
    if (typeof found === 'string') throw new Error(found)
    expect(isIncluded({ index: 12_345, hash: leaves[12_345] ?? Buffer.alloc(0) }, await headAt(65_536), found.proof)).toBe(true)
    expect(await reader.inclusion(idOf(65_536), 65_536)).toBe('UNSIGNED')
    expect(await reader.inclusion(idOf(1), 65_537)).toBe('UNKNOWN')
    expect(await reader.inclusion(idOf(SIZE))).toBe('UNKNOWN')
    expect(await openLogReader({ pool, log: 'credit' }).inclusion(idOf(1))).toBe('UNKNOWN')
  })

  it('gives consistency between any two sizes that are signed over', async () => {
    const { reader, queries } = counted()
    const later = await headAt(SIZE)
    for (const size of [1, 256, 65_536, 99_999, SIZE]) {
      const proof = await reader.consistency(size, SIZE)
      expect(isContinued({ size, root: naiveRoot(leaves.slice(0, size)) }, later, proof ?? [])).toBe(true)
    }
    expect(queries()).toBe(10)
    for (const [from, to] of [[0, 5], [6, 5], [1, SIZE + 1]] as const) expect(await reader.consistency(from, to)).toBeUndefined()
  })
})
