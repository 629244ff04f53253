// /audit/<log>/… of a running city: what everybody may have of a log, what an auditor may have, and that his reading is recorded.

import { createHash } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHead } from '../../audit/checkpoint.ts'
import { isContinued, isIncluded } from '../../audit/merkle.ts'
import { readVerifierKey } from '../../audit/signed-note.ts'
import { subgraphNames } from '../../core/domains.ts'
import { eventually, lockLog, takeAway, giveBack } from '../support/outage.ts'
import { post, runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => {
  await city.stop()
})

type Got = { readonly status: number; readonly type: string | null; readonly text: string; readonly bytes: Buffer }
async function get(path: string, caller?: string, method = 'GET'): Promise<Got> {
  const response = await fetch(`${city.url}/audit/${path}`, { method, headers: caller === undefined ? {} : { authorization: `Bearer ${await city.token(caller)}` } })
  const bytes = Buffer.from(await response.arrayBuffer())
  return { status: response.status, type: response.headers.get('content-type'), text: bytes.toString('utf8'), bytes }
}
const codeOf = ({ text }: Got): unknown => JSON.parse(text).errors[0].extensions.code
const head = async (log: string) => {
  const [note, key] = [await get(`${log}/checkpoint`), await get(`${log}/key`)]
  expect([note.status, note.type, key.status]).toEqual([200, 'text/plain; charset=utf-8', 200])
  return { ...openHead(note.text, readVerifierKey(key.text.trim())), note: note.text }
}
/** Reads one person as the owner; gives the record in population's log. */
async function readSomebody(): Promise<string> {
  const answer = await city.ask('{ people(first: 1) { nodes { name } } }', { caller: 'psb-officer', purpose: 'PSB-0001' })
  expect(answer.errors).toEqual([])
  return answer.sharing.records.find(({ log }) => log === 'population')?.id ?? ''
}
type Proof = { readonly index: number; readonly size: number; readonly leaf: string; readonly checkpoint: string; readonly proof: readonly string[] }
async function proofOf(record: string, more = ''): Promise<Proof> {
  const got = await get(`population/proof/inclusion?record=${record}${more}`, 'auditor')
  if (got.status !== 200) throw new Error(got.text)
  return JSON.parse(got.text) as Proof
}
const hashes = (proof: readonly string[]): readonly Buffer[] => proof.map((hash) => Buffer.from(hash, 'base64'))
const leafHash = (leaf: string): Buffer => createHash('sha256').update('\0').update(leaf).digest()
async function leavesOf(log: string): Promise<readonly string[]> {
  const client = new pg.Client(city.databases.audit.query)
  await client.connect()
  try {
    const { rows } = await client.query<{ leaf: Buffer }>('SELECT leaf FROM audit.record WHERE log = $1 ORDER BY seq', [log])
    return rows.map(({ leaf }) => leaf.toString('utf8'))
  } finally {
    await client.end()
  }
}
const readings = async () => (await leavesOf('gateway')).map((leaf) => JSON.parse(leaf))

describe('for everybody', () => {
  it('the newest signed head of a log and the key that signs it', async () => {
    await readSomebody()
    await eventually(5_000, async () => {
      const { origin, size } = await head('population')
      expect(origin).toBe('citygraph/population')
      expect(size).toBeGreaterThan(0)
    })
    for (const log of [...subgraphNames, 'gateway']) expect((await get(`${log}/key`)).text).toMatch(new RegExp(`^citygraph/${log}\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]{44}\\n$`))
  })

  it('nothing of a log that is not there, and nothing else', async () => {
    for (const path of ['nothing/checkpoint', 'nothing/key', 'population', 'POPULATION/checkpoint', 'constructor/checkpoint']) expect((await get(path)).status, path).not.toBe(200)
    for (const path of ['nothing/checkpoint', 'nothing/key']) expect((await get(path)).status).toBe(404)
    expect((await get('population/checkpoint', undefined, 'POST')).status).toBe(405)
  })

  it('no proof and no tile: 401 without a token, 403 for every caller who is no auditor, recorded', async () => {
    const record = await readSomebody()
    const before = (await readings()).length
    const paths = [`population/proof/inclusion?record=${record}`, 'population/proof/consistency?from=1&to=1', 'population/tile/0/000.p/1', 'population/records', 'nothing/proof/inclusion']
    for (const path of paths) {
      const nobody = await get(path)
      expect([nobody.status, codeOf(nobody)], path).toEqual([401, 'UNAUTHENTICATED'])
      for (const caller of ['psb-officer', 'security-officer', 'bank-a', 'zhang-wei']) {
        const got = await get(path, caller)
        expect([got.status, codeOf(got)], `${path} ${caller}`).toEqual([403, 'FORBIDDEN'])
        expect(got.text).not.toContain(record)
      }
    }
    // An auditor's name alone is none: without the role, weakly authenticated, from abroad.
    const auditor = { org: 'OPS', kind: 'operator', roles: ['auditor'], assurance: 2, zone: 'mainland' }
    for (const claims of [{ roles: ['platform'] }, { assurance: 1 }, { zone: 'abroad' }, { zone: undefined }, { assurance: undefined }, { org: 'PSB', kind: 'department' }]) {
      const token = await signedToken(city, { claims: { ...auditor, ...claims } })
      for (const path of paths) expect([(await fetch(`${city.url}/audit/${path}`, { headers: { authorization: `Bearer ${token}` } })).status, path, claims]).toEqual([403, path, claims])
      const graph = await post(city.url, '{ accessRecords(first: 1) { nodes { id } } alerts(first: 1) { nodes { id } } suspensions(first: 1) { nodes { id } } }', {}, token)
      if (claims.org === undefined) expect([graph.data, claims]).toEqual([{ accessRecords: null, alerts: null, suspensions: null }, claims])
    }
    const two = await signedToken(city, { claims: auditor })
    expect((await fetch(`${city.url}/audit/population/tile/0/000.p/1`, { headers: { authorization: `Bearer ${two}` } })).status).toBe(200)
    const refused = (await readings()).slice(before).filter(({ caller }) => caller?.sub !== 'test-caller' || caller.kind !== 'operator')
    expect(refused.length).toBeGreaterThan(0)
    expect(new Set(refused.map(({ outcome }) => outcome))).toEqual(new Set(['REFUSED']))
  })
})

describe('for an auditor', () => {
  it('a proof that a record is in the log, under the newest head or an earlier one', async () => {
    const record = await readSomebody()
    let proof: Proof | undefined
    await eventually(5_000, async () => {
      proof = await proofOf(record)
    })
    if (proof === undefined) throw new Error('no proof')
    const { root, size } = openHead(proof.checkpoint, readVerifierKey((await get('population/key')).text.trim()))
    expect(JSON.parse(proof.leaf)).toMatchObject({ id: record, log: 'population', caller: { org: 'PSB' } })
    expect(proof.size).toBe(size)
    const leaf = { index: proof.index, hash: leafHash(proof.leaf) }
    expect(isIncluded(leaf, { size, root }, hashes(proof.proof))).toBe(true)
    expect(isIncluded({ ...leaf, hash: leafHash(proof.leaf.replace('PSB', 'PSC')) }, { size, root }, hashes(proof.proof))).toBe(false)
    for (let n = 0; n < 3; n += 1) await readSomebody()
    await eventually(5_000, async () => expect((await head('population')).size).toBeGreaterThan(size))
    expect(await proofOf(record, `&size=${size}`)).toEqual(proof)
  })

  it('a proof that a later head continues an earlier one', async () => {
    const earlier = await head('population')
    for (let n = 0; n < 5; n += 1) await readSomebody()
    await eventually(5_000, async () => expect((await head('population')).size).toBeGreaterThan(earlier.size))
    const later = await head('population')
    const got = await get(`population/proof/consistency?from=${earlier.size}&to=${later.size}`, 'auditor')
    expect(isContinued(earlier, later, hashes((JSON.parse(got.text) as Proof).proof))).toBe(true)
    expect((await get(`population/proof/consistency?from=${later.size}&to=${earlier.size}`, 'auditor')).status).toBe(404)
    expect((await get('population/proof/consistency?from=1&to=100000000', 'auditor')).status).toBe(404)
  })

  it('tiles, as C2SP names them', async () => {
    const { size } = await head('population')
    const leaves = (await leavesOf('population')).slice(0, size)
    expect(size).toBeLessThan(256)
    const partial = await get(`population/tile/0/000.p/${size}`, 'auditor')
    expect([partial.status, partial.type]).toEqual([200, 'application/octet-stream'])
    expect(partial.bytes.equals(Buffer.concat(leaves.map(leafHash)))).toBe(true)
    expect((await get('population/tile/0/000.p/1', 'auditor')).bytes.equals(partial.bytes.subarray(0, 32))).toBe(true)
    for (const wrong of ['0/000', '0/000.p/256', '0/000.p/0', '0/000.p/255', '00/000.p/1', '1/000.p/1', '64/000.p/1', '0/0.p/1', '0/x000/000.p/1', '0/x001/000.p/1', '0/000.p/01', 'entries/000']) {
      expect((await get(`population/tile/${wrong}`, 'auditor')).status, wrong).toBe(404)
    }
  })

  it('an answer only once the reading is recorded', async () => {
    const record = await readSomebody()
    await eventually(5_000, async () => void (await proofOf(record)))
    const [last] = (await readings()).slice(-1)
    expect(last).toMatchObject({ caller: { org: 'OPS', kind: 'operator', sub: 'auditor' }, entries: [`Audit.inclusion(population/${record})`], outcome: 'ANSWERED', fields: [], subjects: [] })
    const letGo = await lockLog(city.databases.audit, 'gateway')
    try {
      const got = await get(`population/proof/inclusion?record=${record}`, 'auditor')
      expect([got.status, codeOf(got)]).toEqual([503, 'AUDIT_UNAVAILABLE'])
      expect(got.text).not.toContain('checkpoint')
    } finally {
      await letGo()
    }
    await eventually(5_000, async () => void (await proofOf(record)))
  })

  it('a word where a parameter is none, without its value', async () => {
    for (const query of ['inclusion', 'inclusion?record=310101199001011234', 'inclusion?record=x', 'inclusion?record=31019919-8503-0701-1200-000000000000', 'consistency?from=1', 'consistency?from=a&to=2', 'consistency?from=0&to=2', 'inclusion?record=019ca6f2-0000-7000-8000-000000000001&size=-1']) {
      const got = await get(`population/proof/${query}`, 'auditor')
      expect([got.status, codeOf(got)], query).toEqual([400, 'BAD_USER_INPUT'])
      expect(got.text).not.toMatch(/310101|31019919/)
    }
    expect((await get('population/proof/inclusion?record=019ca6f2-0000-7000-8000-000000000001', 'auditor')).status).toBe(404)
  })
})

describe('when the audit database is away', () => {
  it('says so to everybody with 503, without a word of it, and serves again by itself', async () => {
    const before = await head('population')
    await takeAway(city.databases.audit)
    const got = await get('population/checkpoint')
    expect([got.status, codeOf(got)]).toEqual([503, 'INTERNAL'])
    expect(got.text).not.toMatch(/postgres|socket|citygraph_|t_\d/)
    await giveBack(city.databases.audit)
    await eventually(5_000, async () => expect((await head('population')).size).toBe(before.size))
  })
})
