// A proof of one record, as the command makes it and as the 50 lines of docs/check-proof.mjs check it.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withSnapshot } from '../../audit/verify/database-source.ts'
import { proveRecord } from '../../audit/verify/prove.ts'
import type { RecordProof } from '../../audit/verify/prove.ts'
import { readVerifierKey } from '../../audit/verify/signed-head.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { asRole, fillLog, handKey } from '../support/hand-made-log.ts'

const key = handKey()
const keys = [readVerifierKey(key.vkey('population'))]
const SIZE = 777
const folder = mkdtempSync(join(tmpdir(), 'citygraph-prove-'))
let database: TestDatabase
let ids: readonly string[]

beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
  const leaves = await fillLog(database, 'population', [300, SIZE], key, 1)
  ids = leaves.map((leaf) => JSON.parse(leaf.toString('utf8')).id)
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await database.drop()
})

const prove = (index: number): Promise<RecordProof | undefined> => withSnapshot(database.query, (client) => proveRecord(client, ids[index] ?? '', ['population'], keys))
function check(proof: unknown, vkey = key.vkey('population')): { readonly code: number | null; readonly out: string } {
  const file = join(folder, 'proof.json')
  writeFileSync(file, JSON.stringify(proof))
  const { status, stdout, stderr } = spawnSync(process.execPath, ['docs/check-proof.mjs', vkey, file], { encoding: 'utf8' })
  return { code: status, out: `${stdout}${stderr}` }
}

describe('a proof', () => {
  it('is made for any record under the newest head, and leads to it', async () => {
    await withSnapshot(database.query, async (client) => {
      const edges = [1, 255, 256, 257, 299, 300, 301, 511, 512, SIZE - 1]
      for (const index of [...edges, ...Array.from({ length: 112 }, (_, n) => n * 7)].filter((place) => place < SIZE)) {
        // proveRecord checks each against the signed root before it gives it.
        const proof = await proveRecord(client, ids[index] ?? '', ['population'], keys)
        expect(proof).toMatchObject({ log: 'population', index })
        expect(proof?.proof.length).toBeLessThanOrEqual(10)
      }
    })
  })

  it('is checked by the script in docs with the public key alone', async () => {
    for (const index of [0, 1, 255, 256, 511, 512, 775, 776]) expect(check(await prove(index)), String(index)).toEqual({ code: 0, out: `PROVED: record ${ids[index]} is number ${index} of the 777 records of population that citygraph/population has signed.\n` })
  })

  it('is refused by the script when anything of it is changed', async () => {
    const proof = await prove(300)
    if (proof === undefined) throw new Error('no proof')
    const changed: readonly (readonly [string, unknown])[] = [
      ['the record does not lead to the signed root', { ...proof, leaf: proof.leaf.replace('officer-1', 'officer-2') }],
      ['the record does not lead to the signed root', { ...proof, index: 301 }],
      ['the proof is not of this tree', { ...proof, proof: [...proof.proof, ...proof.proof] }],
      ['the record does not lead to the signed root', { ...proof, proof: proof.proof.slice(1) }],
      ['the record does not lead to the signed root', { ...proof, proof: [...proof.proof].reverse() }],
      ['the head does not reach to the record', { ...proof, index: 777 }],
      ['the head does not reach to the record', { ...proof, index: -1 }],
      ['the head is of another log', { ...proof, log: 'credit' }],
      ['the head is not signed with this key', { ...proof, checkpoint: proof.checkpoint.replace('\n777\n', '\n778\n') }],
      ['the head is not signed with this key', { ...proof, checkpoint: proof.checkpoint.split('\n\n')[0] }],
    ]
    for (const [why, other] of changed) expect(check(other)).toEqual({ code: 1, out: `NOT PROVED: ${why}\n` })
    expect(check(proof, handKey().vkey('population')).out).toBe('NOT PROVED: the head is not signed with this key\n')
    expect(check(proof, key.vkey('credit')).out).toBe('NOT PROVED: the head is not signed with this key\n')
    expect(check(proof, key.vkey('population').replace('population', 'credit')).out).toBe('NOT PROVED: the key is not an Ed25519 key with its id\n')
  })

  it('is not made for a record after the newest head, for an unknown one, or with a key that did not sign', async () => {
    await expect(prove(SIZE)).rejects.toThrow('not under a signed head yet')
    expect(await withSnapshot(database.query, (client) => proveRecord(client, '00000000-0000-7000-8000-000000000000', ['population'], keys))).toBeUndefined()
    await expect(withSnapshot(database.query, (client) => proveRecord(client, ids[0] ?? '', ['population'], [readVerifierKey(handKey().vkey('population'))]))).rejects.toThrow('carries no signature')
  })

  it('is not made from rows or tiles that were altered', async () => {
    const altered = async (statement: string): Promise<unknown> =>
      asRole(database.superuserUrl, async (client) => {
        await client.query('BEGIN; SET LOCAL session_replication_role = replica')
        await client.query(statement)
        return proveRecord(client, ids[300] ?? '', ['population'], keys).finally(() => client.query('ROLLBACK'))
      })
    await expect(altered(`UPDATE audit.tile SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) WHERE level = 0 AND place = 1`)).rejects.toThrow('do not lead to the signed head')
    await expect(altered(`DELETE FROM audit.tile WHERE level = 0 AND place = 1`)).rejects.toThrow('missing or short')
    await expect(altered(`UPDATE audit.run SET own = convert_to(replace(convert_from(own, 'UTF8'), 'officer-1', 'officer-2'), 'UTF8')`)).rejects.toThrow('do not lead to the signed head')
    await expect(altered(`UPDATE audit.run SET own = convert_to(replace(convert_from(own, 'UTF8'), '"at":"', '"at" :"'), 'UTF8'), ends = ARRAY(SELECT e + n FROM unnest(ends) WITH ORDINALITY AS x(e, n) ORDER BY n)`)).rejects.toThrow('not one that was written')
  })
})

describe('docs/check-proof.mjs', () => {
  it('has at most 60 lines and uses nothing but hashes, signatures and the file', () => {
    const text = readFileSync('docs/check-proof.mjs', 'utf8')
    expect(text.split('\n').length).toBeLessThanOrEqual(61)
    expect([...text.matchAll(/from '([^']+)'/g)].map((match) => match[1])).toEqual(['node:crypto', 'node:fs'])
  })
  it('says how it is used', () => {
    expect(() => execFileSync(process.execPath, ['docs/check-proof.mjs'], { stdio: 'pipe' })).toThrow('give the key and the file')
  })
})
