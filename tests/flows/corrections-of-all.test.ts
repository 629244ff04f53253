// Citizens report their own data as wrong, departments and partners those of organisations; who is told sees the own requests alone.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPublicIds } from '../../resolvers/ids.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { post, runningCity, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'
import { callers, idOf } from '../support/use-cases.ts'

let city: RunningCity
let psb: string
let amr: string
let person: string
const USCC = '91310199MA1K0T2A0A'
beforeAll(async () => {
  city = await runningCity()
  psb = await signedToken(city, { subject: 'psb-data-owner', claims: { org: 'PSB', roles: ['official', 'data-owner'] } })
  amr = await city.token('amr-data-owner')
  person = await idOf(city, 'zhangWei', callers.startBusiness)
  await city.ask('{ me { name mobile } }', { caller: 'zhang-wei' })
  for (const subject of ['first', 'second']) {
    const token = await signedToken(city, { subject, claims: { org: 'AMR' } })
    for (let time = 0; time < (subject === 'first' ? 2 : 1); time += 1) {
      expect((await post(city.url, 'query ($id: ID!) { person(id: $id) { name } }', { purpose: 'AMR-0001', caseNo: 'SH-2026-0001', variables: { id: person } }, token)).data.person.name).toBeTypeOf('string')
    }
  }
  for (const caller of ['bank-a', 'appr-clerk', 'nav-b']) expect((await city.ask(`{ enterprise(uscc: "${USCC}") { name } }`, { caller })).data.enterprise.name).toBeTypeOf('string')
  await city.city.follower.caughtUp()
}, 300_000)
afterAll(async () => city.stop())

const OWN = 'mutation ($field: String!) { reportIncorrect(field: $field, kind: OUTDATED) { id field owner open reporterOrg reporterSub person } }'
const OF_ENTERPRISE = 'mutation ($uscc: ID!, $field: String!) { reportIncorrect(uscc: $uscc, field: $field, kind: WRONG_VALUE) { id uscc owner reporterOrg } }'
const answer = (id: string, token: string): Promise<Answer> => post(city.url, `mutation { answerCorrection(id: "${id}", outcome: CORRECTED) { outcome } }`, {}, token)
const own = (caller: string, field = 'Person.name'): Promise<Answer> => city.ask(OWN, { caller, variables: { field } })
const rows = async (text: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client(city.databases.governance.owner)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

describe('a citizen', () => {
  it('reports what he was shown of himself, once, and sees what becomes of it; the owner learns whom it is about and no account', async () => {
    const done = await own('zhang-wei')
    expect(done.errors).toEqual([])
    const { id, ...shown } = done.data.reportIncorrect
    expect(shown).toEqual({ field: 'Person.name', owner: 'PSB', open: true, reporterOrg: 'CITIZEN', reporterSub: null, person: null })
    expect((await own('zhang-wei')).data.reportIncorrect.id).toBe(id)
    const ids = createPublicIds(city.keys.ids)
    const atPsb = ids.encipher('PSB', 'Person', ids.decipher('AMR', 'Person', person)[0] ?? '')
    const seen = (await post(city.url, '{ corrections { nodes { id person reporterOrg reporterSub } } }', {}, psb)).data.corrections.nodes
    expect(seen).toEqual([{ id, person: atPsb, reporterOrg: 'CITIZEN', reporterSub: 'citizen' }])
    const [event] = (await logLeaves(city.databases.audit.owner, 'governance')).filter(({ event }) => event === 'CORRECTION')
    expect(event).toMatchObject({ target: 'Person.name', by: { org: 'CITIZEN', sub: 'citizen' } })
    expect((await city.ask('{ corrections { nodes { id } } }', { caller: 'ayiguli' })).data.corrections.nodes).toEqual([])

    expect((await answer(id, psb)).errors).toEqual([])
    expect((await city.ask('{ corrections { nodes { id outcome answeredBySub } } }', { caller: 'zhang-wei' })).data.corrections.nodes).toEqual([{ id, outcome: 'CORRECTED', answeredBySub: null }])
  })

  it('reports nothing that he was not shown, of nobody else, and answers nothing', async () => {
    for (const [caller, field] of [['ayiguli', 'Person.name'], ['zhang-wei', 'Person.idNo'], ['zhang-wei', 'Enterprise.name']] as const) {
      expect((await own(caller, field)).errors[0]?.extensions, `${caller} ${field}`).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'person' })
    }
    const others = 'mutation ($person: ID, $uscc: ID) { reportIncorrect(person: $person, uscc: $uscc, field: "Person.name", kind: OUTDATED) { id } }'
    for (const variables of [{ person }, { uscc: USCC }]) expect((await city.ask(others, { caller: 'zhang-wei', variables })).errors[0]?.extensions.code).toBe('BAD_USER_INPUT')
    const weak = await signedToken(city, { subject: 'zhang-wei', claims: { org: 'CITIZEN', kind: 'subject', assurance: 1, pid: '6f9619ff-8b86-4011-b42d-00c04fc964ff' } })
    expect((await post(city.url, OWN, { variables: { field: 'Person.name' } }, weak)).status).toBe(403)
  })
})

describe('a notice', () => {
  it('holds the requests of its reader alone; the count is the organisation\'s, and an auditor sees all', async () => {
    const NOTICES = '{ notices { nodes { org reads requestIds } } }'
    const seenBy = async (subject: string): Promise<{ reads: number; requestIds: readonly string[] }> => (await post(city.url, NOTICES, {}, await signedToken(city, { subject, claims: { org: 'AMR' } }))).data.notices.nodes[0]
    const own = async (subject: string): Promise<readonly unknown[]> => (await logLeaves(city.databases.audit.owner, 'population')).flatMap((leaf) => (leaf.caller?.org === 'AMR' && leaf.caller.sub === subject ? [leaf.requestId] : []))
    const [first, second, third] = [await seenBy('first'), await seenBy('second'), await seenBy('third')]
    expect(first.requestIds.toSorted()).toEqual((await own('first')).toSorted())
    expect(second.requestIds).toEqual(await own('second'))
    expect(third.requestIds).toEqual([])
    expect([first.requestIds.length, second.requestIds.length]).toEqual([2, 1])
    expect(new Set([first.reads, second.reads, third.reads]).size).toBe(1)
    const all = (await city.ask(NOTICES, { caller: 'auditor' })).data.notices.nodes.find(({ org }: { org: string }) => org === 'AMR')
    expect(all.requestIds).toHaveLength(all.reads)
    for (const id of [...first.requestIds, ...second.requestIds]) expect(all.requestIds).toContain(id)
  })
})

describe('a report about an organisation', () => {
  const report = (caller: string, uscc = USCC, field = 'Enterprise.name'): Promise<Answer> => city.ask(OF_ENTERPRISE, { caller, variables: { uscc, field } })

  it('is made by its code, by whoever was given the field, and tells whoever was given it, by that code', async () => {
    const done = await report('bank-a', ' 91310199ma1k0t2a0a ')
    expect(done.errors).toEqual([])
    const { id, ...shown } = done.data.reportIncorrect
    expect(shown).toEqual({ uscc: USCC, owner: 'AMR', reporterOrg: 'BANK-A' })
    expect((await report('bank-a')).data.reportIncorrect.id).toBe(id)
    expect((await post(city.url, '{ corrections(where: { owner: { eq: "AMR" } }) { nodes { id uscc person } } }', {}, amr)).data.corrections.nodes).toEqual([{ id, uscc: USCC, person: null }])
    expect(JSON.stringify(await rows('SELECT * FROM correction'))).not.toContain(USCC)
    expect((await answer(id, amr)).errors).toEqual([])
    for (const caller of ['appr-clerk', 'nav-b', 'bank-a']) {
      const { nodes } = (await city.ask('{ notices { nodes { uscc field requestIds reads } } }', { caller })).data.notices
      expect(nodes.filter(({ uscc }: { uscc: unknown }) => uscc !== null), caller).toEqual([{ uscc: USCC, field: 'Enterprise.name', reads: 1, requestIds: [expect.any(String)] }])
    }
  })

  it('is refused for what was never given, is a person\'s, or no code, and by the hundred', async () => {
    const before = (await rows('SELECT FROM correction')).length
    expect((await report('bank-a', USCC, 'Enterprise.domicile')).errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'field' })
    expect((await report('bank-a', USCC, 'Person.name')).errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'field' })
    for (const uscc of ['91310199MA1K0T2A0B', 'x', '310199198503070112']) expect((await report('bank-a', uscc)).errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'uscc' })
    expect((await rows('SELECT FROM correction'))).toHaveLength(before)
    await rows(`INSERT INTO correction (id, field, owner, token, sealed, kind, reporter_org, reporter_sub, read_at, at, answer_by, organisation)
      SELECT gen_random_uuid(), 'Enterprise.name', 'AMR', gen_random_uuid(), '', 'OUTDATED', 'NAV-B', 'nav-b', now(), now(), '2026-03-06', 'sealed' FROM generate_series(1, 100)`)
    expect((await report('nav-b')).errors[0]?.extensions.code).toBe('RATE_LIMITED')
    expect((await report('appr-clerk')).errors).toEqual([])
  })
})
