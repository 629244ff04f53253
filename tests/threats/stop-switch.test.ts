// Threat: somebody stops, resumes or publishes who may not; a stopped field is read another way (filter, order, verification, derived
// field, cached plan, old seal, a request that was under way); an answer or a record says something else than what was served.

import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import { askedFields } from '../support/asked-fields.ts'
import { accessOf, citySubgraph, type CitySubgraph } from '../support/city-subgraph.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { hinderAppends } from '../support/outage.ts'
import { post, runningCity, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'
import { callers } from '../support/use-cases.ts'

let city: RunningCity
let enterprises: CitySubgraph
let owner: string
let second: string
beforeAll(async () => {
  city = await runningCity()
  enterprises = citySubgraph(city, 'enterprises')
  owner = await signedToken(city, { subject: 'psb-data-owner', claims: { org: 'PSB', roles: ['data-owner', 'data-approver'] } })
  second = await signedToken(city, { subject: 'psb-second-owner', claims: { org: 'PSB', roles: ['data-owner', 'data-approver'] } })
}, 300_000)
afterAll(async () => {
  await enterprises.close()
  await city.stop()
})

const stop = (field: string): string => `mutation { stopSharing(field: "${field}", reason: LEAK) { id } }`
const resume = (id: string): string => `mutation { resumeSharing(id: "${id}") { id } }`
const codes = ({ errors }: Answer): readonly string[] => errors.map(({ extensions }) => extensions.code)

const sql = async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<readonly R[]> => {
  const client = new pg.Client(city.databases.audit.owner)
  await client.connect()
  try {
    return (await client.query<R>(text, values)).rows
  } finally {
    await client.end()
  }
}
const inForce = (): Promise<readonly { target: string }[]> => sql('SELECT target FROM audit.stop WHERE resumed_at IS NULL ORDER BY at, id')

/** Stops for the time of `work`. */
async function whileStopped<T>(field: string, tokens: readonly [string, string], work: () => Promise<T>): Promise<T> {
  const done = await post(city.url, stop(field), {}, tokens[0])
  expect(done.errors).toEqual([])
  await pause(900)
  try {
    return await work()
  } finally {
    expect((await post(city.url, resume(done.data.stopSharing.id), {}, tokens[1])).errors).toEqual([])
    await pause(900)
  }
}
const amr = async (): Promise<[string, string]> => [await city.token('amr-data-owner'), await city.token('amr-second-owner')]

afterEach(async () => expect(await inForce()).toEqual([]))

describe('who may not act', () => {
  it.each(['psb-officer', 'amr-officer', 'security-officer', 'bank-a', 'zhang-wei', 'auditor', undefined])('%s stops no field', async (caller) => {
    const answer = await city.ask(stop('Enterprise.name'), caller === undefined ? {} : { caller })
    expect(answer).toMatchObject({ status: 403, data: undefined })
    expect(codes(answer)).toEqual(['FORBIDDEN'])
  })

  it('is not helped by a role in a header, weak authentication, another kind of caller, or a role of like name', async () => {
    expect(codes(await city.ask(stop('Enterprise.name'), { caller: 'amr-officer', headers: { 'x-roles': 'data-owner', roles: 'data-owner' } }))).toEqual(['FORBIDDEN'])
    for (const claims of [{ org: 'AMR', roles: ['data-owner'], assurance: 1 }, { org: 'AMR', roles: ['data-owner'], zone: 'abroad' }, { org: 'OPS', kind: 'operator', roles: ['data-owner'] }, { org: 'BANK-A', kind: 'partner', roles: ['data-owner'] }, { org: 'AMR', roles: ['Data-Owner', 'data-owner '] }]) {
      expect(codes(await post(city.url, stop('Enterprise.name'), {}, await signedToken(city, { claims }))), JSON.stringify(claims)).toEqual(['FORBIDDEN'])
    }
  })

  it('is an owner of another department: neither stop nor end, and the database itself refuses both', async () => {
    for (const field of ['Enterprise.name', 'Query.enterprise', 'AccessRecord.at']) {
      const answer = await post(city.url, stop(field), {}, owner)
      expect(codes(answer), field).toEqual(['FORBIDDEN'])
      expect(answer.data.stopSharing).toBeNull()
    }
    for (const field of ['Enterprise', 'Enterprise.nothing', 'Enterprise.uscc', 'Enterprise.name ', 'Enterprise.name.x', '', '__proto__.x', 'Enterprise.constructor']) {
      expect((await city.ask(stop(field), { caller: 'amr-data-owner' })).errors[0]?.extensions, field).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'field' })
    }
    await whileStopped('Enterprise.name', await amr(), async () => {
      const [{ id } = { id: '' }] = await sql<{ id: string }>('SELECT id FROM audit.stop WHERE resumed_at IS NULL')
      // A stop of another department and none at all answer alike.
      const foreign = await post(city.url, resume(id), {}, owner)
      const none = await post(city.url, resume(randomUUID()), {}, owner)
      expect(foreign.errors.map(({ message, extensions }) => [message, extensions])).toEqual(none.errors.map(({ message, extensions }) => [message, extensions]))
      // Policy officers end no owner's stop.
      expect(codes(await city.ask(`mutation { resumeServing(id: "${id}") { id } }`, { caller: 'second-officer' }))).toEqual(['BAD_USER_INPUT'])
      const gateway = openAuditPool(city.databases.audit.writer('gateway'), { log: 'gateway' })
      await expect(gateway.query(`SELECT audit.resume_sharing($1, true, 'AMR', 'x', now())`, [id])).rejects.toMatchObject({ code: '42501' })
      await expect(gateway.query(`SELECT audit.stop_sharing($1, 'FIELD', 'Person.name', 'PSB', 'LEAK', 'PSB', 'x', now())`, [randomUUID()])).rejects.toMatchObject({ code: '42501' })
      await gateway.end()
      const own = openAuditPool(city.databases.audit.writer('governance'), { log: 'governance' })
      await expect(own.query(`SELECT audit.stop_sharing($1, 'FIELD', 'Person.name', 'PSB', 'LEAK', 'AMR', 'x', now())`, [randomUUID()])).rejects.toMatchObject({ code: '42501' })
      expect((await own.query(`SELECT audit.resume_sharing($1, true, 'PSB', 'x', now()) AS outcome`, [id])).rows).toEqual([{ outcome: 'NOT_STOPPED' }])
      await own.end()
    })
  })

  it('is whoever stopped: not under another role or organisation, not in the database', async () => {
    await whileStopped('Enterprise.name', await amr(), async () => {
      const [{ id } = { id: '' }] = await sql<{ id: string }>('SELECT id FROM audit.stop WHERE resumed_at IS NULL')
      expect(codes(await city.ask(resume(id), { caller: 'amr-data-owner' }))).toEqual(['FORBIDDEN'])
      await expect(sql(`UPDATE audit.stop SET resumed_by_org = 'AMR', resumed_by_sub = 'amr-data-owner', resumed_at = now() WHERE id = $1`, [id])).rejects.toMatchObject({ code: '23514' })
      await expect(sql(`UPDATE audit.stop SET target = 'Enterprise.status' WHERE id = $1`, [id])).rejects.toMatchObject({ code: '42501' })
      await expect(sql('DELETE FROM audit.stop')).rejects.toMatchObject({ code: '42501' })
    })
  })

  it('is not done in a dry run, by GET, beside another act, or where it cannot be recorded', async () => {
    const caller = 'amr-data-owner'
    expect(await city.ask(stop('Enterprise.name'), { caller, headers: { 'x-dry-run': 'decisions' } })).toMatchObject({ status: 200, data: null })
    const byGet = await fetch(`${city.url}/graphql?query=${encodeURIComponent(stop('Enterprise.name'))}`, { headers: { authorization: `Bearer ${await city.token(caller)}`, 'apollo-require-preflight': 'yes' } })
    expect(byGet.status).toBe(405)
    expect(codes(await city.ask('mutation { a: stopSharing(field: "Enterprise.name", reason: LEAK) { id } b: stopSharing(field: "Enterprise.status", reason: LEAK) { id } }', { caller }))).toEqual(['BAD_USER_INPUT'])
    const release = await hinderAppends(city.databases.audit, 'full')
    expect(codes(await city.ask(stop('Enterprise.name'), { caller }))).toEqual(['AUDIT_UNAVAILABLE'])
    await release()
  })
})

describe('a stopped field', () => {
  it('is no filter, no order, no look-up and no source of what is computed from it; the dry run says the same', async () => {
    const byName = '{ enterprises(first: 1, where: { name: { startsWith: "a" } }) { nodes { uscc } } }'
    const ordered = '{ enterprises(first: 2, orderBy: [NAME_ASC]) { nodes { uscc } } }'
    expect(codes(await city.ask(byName))).toEqual([])
    expect(codes(await city.ask(ordered))).toEqual([])
    await whileStopped('Enterprise.name', await amr(), async () => {
      for (const query of [byName, ordered]) expect(codes(await city.ask(query)), query).toEqual(['NOT_FILTERABLE'])
      expect(codes(await city.ask(byName, { caller: 'amr-officer' }))).toEqual([])
      const aliased = '{ e: enterprise(uscc: "91310199MA1K0T2A0A") { ... on Enterprise { uscc: name other: name } } }'
      const query = '{ e: enterprise(uscc: "91310199MA1K0T2A0A") { ... on Enterprise { one: name other: name } } }'
      expect((await city.ask(aliased)).data?.e?.uscc ?? null).toBeNull()
      const answer = await city.ask(query)
      expect(answer.data.e).toEqual({ one: null, other: null })
      const dry = await city.ask(query, { headers: { 'x-dry-run': 'decisions' } })
      expect(dry.sharing.decisions).toEqual(answer.sharing.decisions)
      expect(dry.sharing.decisions).toEqual([{ path: 'e.one', decision: 'DENIED', code: 'POLICY' }, { path: 'e.other', decision: 'DENIED', code: 'POLICY' }])
    })
    // Declassified or not: what is computed from a stopped field is stopped.
    const area = '{ enterprise(uscc: "91310199MA1K0T2A0A") { domicileArea domicileGrid nearestMetroStation { code } } }'
    expect((await city.ask(area)).data.enterprise.domicileArea).toBeTypeOf('string')
    await whileStopped('Enterprise.domicile', await amr(), async () => {
      expect((await city.ask(area)).data.enterprise).toEqual({ domicileArea: null, domicileGrid: null, nearestMetroStation: null })
    })
  })

  it('answers no verification, whoever asks but its owner', async () => {
    const variables = { idNo: scenarioPeople.zhangWei.idNo }
    const verify = 'query ($idNo: String!) { verifyIdentity(name: "张伟", idNo: $idNo) }'
    const registry = { ...callers.startBusiness, variables }
    const police = { caller: 'psb-officer', purpose: 'PSB-0001', caseNo: 'SH-2026-0001', variables }
    expect((await city.ask(verify, registry)).data.verifyIdentity).toBe('MATCH')
    await whileStopped('Person.idNo', [owner, second], async () => {
      const after = await city.ask(verify, registry)
      expect(after.data.verifyIdentity).toBeNull()
      expect(after.sharing.decisions).toEqual([{ path: 'verifyIdentity', decision: 'DENIED', code: 'POLICY' }])
      expect((await city.ask(verify, police)).data.verifyIdentity).toBe('MATCH')
      const resolve = 'query ($idNo: String!) { resolvePerson(idNo: $idNo) { id } }'
      expect((await city.ask(resolve, police)).data.resolvePerson).toEqual({ id: expect.any(String) })
      expect((await city.ask(resolve, registry)).data.resolvePerson).toBeNull()
    })
  })

  it('is denied by a subgraph that is asked directly with a seal from before the stop, under every kept bundle and for a router', async () => {
    const query = '{ enterprise(uscc: "91310199MA1K0T2A0A") { name } }'
    const stat: Caller = { kind: 'department', org: 'STAT', sub: 'clerk', roles: ['official'], assurance: 2, zone: 'intranet' }
    const access = accessOf(city, stat, {}, askedFields(enterprises.subgraph.schema, query))
    const ask = async (route: 'seal' | 'router'): Promise<unknown> => (await enterprises.subgraph.answer({ query, access, requestId: randomUUID(), route })).data
    expect(await ask('seal')).toEqual({ enterprise: { name: expect.any(String) } })
    await whileStopped('Enterprise.name', await amr(), async () => {
      for (const route of ['seal', 'router'] as const) expect(await ask(route), route).toEqual({ enterprise: { name: null } })
    })
  })

  it('under load is in no answer after a second, nothing fails, and every answer and record says what was served', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
    const token = await city.token('psb-officer')
    type Seen = { readonly at: number; readonly status: number; readonly errors: unknown; readonly served: boolean; readonly said: boolean; readonly record: string }
    const ask = (): Promise<Seen> => new Promise((answered, failed) => {
      const request = http.request(`${city.url}/graphql`, { agent, method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` } }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', failed)
        response.on('end', () => {
          const { data, errors, extensions } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
          const said = extensions.sharing.decisions.some(({ path, decision }: { path: string; decision: string }) => path === 'enterprise.name' && decision === 'DENIED')
          // The last reading of an answer is the one that was given.
          answered({ at: performance.now(), status: response.statusCode ?? 0, errors, served: data?.enterprise?.name !== null, said, record: extensions.sharing.records.findLast(({ log }: { log: string }) => log === 'enterprises')?.id })
        })
      })
      request.on('error', failed)
      request.end(JSON.stringify({ query: '{ enterprise(uscc: "91310199MA1K0T2A0A") { name } }' }))
    })
    const tokens = await amr()
    const seen: Seen[] = []
    let stoppedAt = Infinity
    const workers = Array.from({ length: 8 }, async () => {
      while (seen.length < 200 || performance.now() < stoppedAt + 2_000) seen.push(await ask())
    })
    while (seen.length < 40) await pause(5)
    const done = await post(city.url, stop('Enterprise.name'), {}, tokens[0])
    stoppedAt = performance.now()
    await Promise.all(workers)
    agent.destroy()
    expect((await post(city.url, resume(done.data.stopSharing.id), {}, tokens[1])).errors).toEqual([])
    expect(seen.filter(({ status, errors }) => status !== 200 || errors !== undefined)).toEqual([])
    expect(seen.filter(({ at, served }) => served && at > stoppedAt + 1_000)).toEqual([])
    expect(seen.filter(({ at }) => at > stoppedAt + 1_000).length).toBeGreaterThan(0)
    expect(seen.filter(({ served }) => served).length).toBeGreaterThan(0)
    expect(seen.filter(({ served, said }) => served === said)).toEqual([])
    const leaves = new Map((await logLeaves(city.databases.audit.owner, 'enterprises')).map((leaf) => [leaf.id, leaf]))
    const recorded = ({ record }: Seen): string | undefined => leaves.get(record)?.fields?.find(({ field }) => field === 'Enterprise.name')?.decision
    expect(seen.filter((one) => recorded(one) !== (one.served ? 'CLEAR' : 'DENIED'))).toEqual([])
    await pause(900)
  }, 60_000)
})
