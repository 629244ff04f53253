// Owners stop a field and officers an organisation or an application: in force within a second in every process, each act in the log,
// undone by another person.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpCity } from '../support/http-city.ts'
import { logLeaves, type Leaf } from '../support/log-leaves.ts'
import { post, runningCity, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
}, 300_000)
afterAll(async () => city.stop())

const STOP = 'mutation ($field: String!, $reason: StopReason!) { stopSharing(field: $field, reason: $reason) { id kind target owner reason byOrg bySub active } }'
const RESUME = 'mutation ($id: ID!) { resumeSharing(id: $id) { id active resumedByOrg resumedBySub } }'
const READ = '{ enterprise(uscc: "91310199MA1K0T2A0A") { uscc name status } }'
const leaves = (log: string): Promise<readonly Leaf[]> => logLeaves(city.databases.audit.owner, log)
const denied = ({ sharing }: Answer): readonly string[] => sharing.decisions.map(({ path, decision, code }) => `${path} ${decision} ${code}`)
const fieldIn = async (answer: Answer, log: string, field: string): Promise<unknown> => {
  const id = answer.sharing.records.find((record) => record.log === log)?.id
  return (await leaves(log)).find((leaf) => leaf.id === id)?.fields?.find((one) => one.field === field)
}

describe('a field', () => {
  it('that its owner stops is denied to everybody else within a second, and served again when another person resumes', async () => {
    expect((await city.ask(READ)).data.enterprise.name).toBeTypeOf('string')
    const done = await city.ask(STOP, { caller: 'amr-data-owner', variables: { field: 'Enterprise.name', reason: 'WRONG_DATA' } })
    if (done.errors.length > 0) console.log(city.log())
    expect(done.errors).toEqual([])
    const { id, ...stop } = done.data.stopSharing
    expect(stop).toEqual({ kind: 'FIELD', target: 'Enterprise.name', owner: 'AMR', reason: 'WRONG_DATA', byOrg: 'AMR', bySub: 'amr-data-owner', active: true })
    await pause(900)

    for (const caller of [undefined, 'psb-officer', 'bank-a', 'zhang-wei']) {
      const answer = await city.ask(READ, caller === undefined ? {} : { caller })
      expect(answer.data.enterprise, caller).toMatchObject({ uscc: '91310199MA1K0T2A0A', name: null, status: expect.any(String) })
      expect(denied(answer)).toEqual(['enterprise.name DENIED POLICY'])
      expect(await fieldIn(answer, 'enterprises', 'Enterprise.name')).toMatchObject({ decision: 'DENIED', policies: expect.arrayContaining(['stop/Enterprise.name']) })
    }
    const owner = await city.ask(READ, { caller: 'amr-officer' })
    expect(owner.data.enterprise.name).toBeTypeOf('string')
    expect(denied(owner)).toEqual([])

    const resumed = await city.ask(RESUME, { caller: 'amr-second-owner', variables: { id } })
    expect(resumed.data.resumeSharing).toEqual({ id, active: false, resumedByOrg: 'AMR', resumedBySub: 'amr-second-owner' })
    await pause(900)
    const again = await city.ask(READ)
    expect(again.data.enterprise.name).toBeTypeOf('string')
    expect(denied(again)).toEqual([])
    const over = await city.ask(RESUME, { caller: 'amr-second-owner', variables: { id } })
    expect(over.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
  })

  it('stands in the log before it is in force: begun, the event, how it ended', async () => {
    const written = (await leaves('governance')).filter(({ event, entries }) => (event !== undefined && event !== 'APPLICATION') || entries?.some((entry) => entry.startsWith('Mutation.')))
    expect(written.map(({ event, outcome }) => event ?? outcome)).toEqual(['BEGUN', 'STOP', 'ANSWERED', 'BEGUN', 'RESUMPTION', 'ANSWERED', 'BEGUN', 'FAILED'])
    expect(written[1]).toMatchObject({ scope: 'FIELD', target: 'Enterprise.name', reason: 'WRONG_DATA', by: { org: 'AMR', sub: 'amr-data-owner' } })
  })

  it('is left to the person whom a row is about, and to nobody else', async () => {
    const psb = await signedToken(city, { subject: 'psb-data-owner', claims: { org: 'PSB', roles: ['data-owner'] } })
    const second = await signedToken(city, { subject: 'psb-second-owner', claims: { org: 'PSB', roles: ['data-owner'] } })
    const own = '{ me { name gender } }'
    const before = await city.ask(own, { caller: 'zhang-wei' })
    const done = await post(city.url, STOP, { variables: { field: 'Person.name', reason: 'LEAK' } }, psb)
    expect(done.errors).toEqual([])
    await pause(900)
    const after = await city.ask(own, { caller: 'zhang-wei' })
    expect(after.data).toEqual(before.data)
    expect(after.data.me.name).toBe('张伟')
    const others = await city.ask('{ people(first: 3) { nodes { id name } } }', { caller: 'edu-clerk' })
    expect(others.data.people.nodes.map(({ name }: { name: unknown }) => name)).toEqual([null, null, null])
    expect((await post(city.url, RESUME, { variables: { id: done.data.stopSharing.id } }, second)).errors).toEqual([])
    await pause(900)
    const again = await city.ask('{ people(first: 3) { nodes { id name } } }', { caller: 'edu-clerk' })
    expect(again.data.people.nodes.every(({ name }: { name: unknown }) => typeof name === 'string')).toBe(true)
  })

  it('is the same through a gateway and subgraphs that are processes of their own', async () => {
    const http = await httpCity(city)
    try {
      const done = await http.ask(STOP, { caller: 'amr-data-owner', variables: { field: 'Enterprise.name', reason: 'LEAK' } })
      expect(done.errors).toEqual([])
      await pause(900)
      for (const answer of [await http.ask(READ), await city.ask(READ)]) {
        expect(answer.data.enterprise.name).toBeNull()
        expect(denied(answer)).toEqual(['enterprise.name DENIED POLICY'])
      }
      await http.ask(RESUME, { caller: 'amr-second-owner', variables: { id: done.data.stopSharing.id } })
      await pause(900)
      expect((await http.ask(READ)).data.enterprise.name).toBeTypeOf('string')
    } finally {
      await http.stop()
    }
  })
})

describe('an organisation or an application', () => {
  const SERVING = 'mutation ($kind: ServedKind!, $name: String!) { stopServing(kind: $kind, name: $name, reason: MISUSE) { id kind target owner active } }'
  const AGAIN = 'mutation ($id: ID!) { resumeServing(id: $id) { active resumedBySub } }'

  it('that officers stop is refused like a suspended caller, until another officer resumes', async () => {
    const of = { client_id: 'enrolment-app' }
    const application = await signedToken(city, { subject: 'clerk-1', claims: of })
    const other = await signedToken(city, { subject: 'clerk-1', claims: { client_id: 'another-app' } })
    for (const [kind, name, token] of [['ORGANISATION', 'NAV-B', await city.token('nav-b')], ['APPLICATION', 'enrolment-app', application]] as const) {
      expect((await post(city.url, READ, {}, token)).status).toBe(200)
      const done = await city.ask(SERVING, { caller: 'security-officer', variables: { kind, name } })
      expect(done.data.stopServing).toMatchObject({ kind, target: name, owner: '', active: true })
      await pause(900)
      const refused = await post(city.url, READ, {}, token)
      expect(refused).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
      expect(refused.errors[0]?.message).toContain('suspended')
      expect((await post(city.url, READ, {}, other)).status).toBe(200)
      const alone = await city.ask(AGAIN, { caller: 'security-officer', variables: { id: done.data.stopServing.id } })
      expect(alone.errors[0]?.extensions.code).toBe('FORBIDDEN')
      const resumed = await city.ask(AGAIN, { caller: 'second-officer', variables: { id: done.data.stopServing.id } })
      expect(resumed.data.resumeServing).toEqual({ active: false, resumedBySub: 'second-officer' })
      await pause(900)
      expect((await post(city.url, READ, {}, token)).status).toBe(200)
    }
  })

  it('is refused for officers\' own organisation and application, and what nobody knows', async () => {
    for (const variables of [{ kind: 'ORGANISATION', name: 'BDC' }, { kind: 'ORGANISATION', name: 'NOBODY' }, { kind: 'APPLICATION', name: 'two words' }, { kind: 'APPLICATION', name: 'x'.repeat(101) }]) {
      const { data, errors } = await city.ask(SERVING, { caller: 'security-officer', variables })
      expect(data.stopServing).toBeNull()
      expect(errors[0]?.extensions, variables.name).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'name' })
    }
    const token = await signedToken(city, { subject: 'security-officer', claims: { org: 'BDC', roles: ['policy-officer'], client_id: 'office' } })
    const { errors } = await post(city.url, SERVING, { variables: { kind: 'APPLICATION', name: 'office' } }, token)
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'name' })
  })
})

describe('the list of stops', () => {
  it('shows owners their own, officers and auditors all, others nothing', async () => {
    const list = '{ stops(first: 50) { nodes { target owner active } } }'
    const owners = async (token: string): Promise<readonly string[]> => [...new Set((await post(city.url, list, {}, token)).data.stops.nodes.map(({ owner }: { owner: string }) => owner))].map(String).sort()
    expect(await owners(await city.token('amr-data-owner'))).toEqual(['AMR'])
    expect(await owners(await city.token('security-officer'))).toEqual(['', 'AMR', 'PSB'])
    expect(await owners(await city.token('auditor'))).toEqual(['', 'AMR', 'PSB'])
    for (const caller of ['psb-officer', 'bank-a', 'zhang-wei', undefined]) {
      expect((await city.ask(list, caller === undefined ? {} : { caller })).data.stops).toBeNull()
    }
  })
})
