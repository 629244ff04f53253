// Threat: a report tells whether somebody exists or whom a colleague has read; somebody reports, answers or acknowledges for another; a
// report or a notice tells whom it is about to who need not know; governance's database leads back to a person.

import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPublicIds } from '../../resolvers/ids.ts'
import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import { hinderAppends } from '../support/outage.ts'
import { post, runningCity, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'
import { callers, idOf } from '../support/use-cases.ts'

let city: RunningCity
let person: string
beforeAll(async () => {
  city = await runningCity()
  person = await idOf(city, 'zhangWei', callers.startBusiness)
  await city.ask('query ($id: ID!) { person(id: $id) { name mobile } }', { ...callers.startBusiness, variables: { id: person } })
  await city.city.follower.caughtUp()
}, 300_000)
afterAll(async () => city.stop())

const REPORT = 'mutation ($person: ID!, $field: String!) { reportIncorrect(person: $person, field: $field, kind: WRONG_VALUE) { id person } }'
const report = (token: string, of: { person?: string; field?: string } = {}): Promise<Answer> => post(city.url, REPORT, { variables: { person: of.person ?? person, field: of.field ?? 'Person.name' } }, token)
const told = ({ status, data, errors }: Answer): unknown => ({ status, data, errors: errors.map(({ message, extensions }) => ({ message, extensions })) })
const rows = async <R extends pg.QueryResultRow>(text: string): Promise<readonly R[]> => {
  const client = new pg.Client(city.databases.governance.owner)
  await client.connect()
  try {
    return (await client.query<R>(text)).rows
  } finally {
    await client.end()
  }
}
function knownTo(org: string): string {
  const ids = createPublicIds(city.keys.ids)
  return ids.encipher(org, 'Person', ids.decipher('AMR', 'Person', person)[0] ?? '')
}

const reports = async (): Promise<number> => (await rows('SELECT FROM correction')).length

it('nobody, somebody never read, a colleague\'s reading, another organisation\'s id and a denied field answer alike', async () => {
  const amr = await city.token('amr-officer')
  const colleague = await signedToken(city, { subject: 'amr-colleague', claims: { org: 'AMR' } })
  const partner = await city.token('bank-a')
  const [unread] = (await city.ask('{ people(first: 20) { nodes { id } } }', { caller: 'amr-officer' })).data.people.nodes.map(({ id }: { id: string }) => id).filter((id: string) => id !== person)
  const none = told(await report(amr, { person: `1${'A'.repeat(22)}` }))
  expect(none).toMatchObject({ status: 200, data: { reportIncorrect: null }, errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'person' } }] })
  const foreign = knownTo('PSB')
  for (const [token, of] of [[amr, { person: 'x' }], [amr, { person: unread }], [amr, { person: foreign }], [amr, { person: scenarioPeople.zhangWei.idNo }], [amr, { field: 'Person.mobile' }], [amr, { field: 'Person.gender' }], [colleague, {}], [partner, {}]] as const) {
    expect(told(await report(token, of)), JSON.stringify(of)).toEqual(none)
  }
  expect(await reports()).toBe(0)
})

it('a report names a field of the graph, by whoever may act, by POST, and only where it is recorded', async () => {
  const amr = await city.token('amr-officer')
  for (const field of ['Person', 'Person.id', 'Person.nothing', 'Mutation.suspendCaller', '__proto__.x', '']) expect((await report(amr, { field })).errors[0]?.extensions, field).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'field' })
  for (const claims of [{ org: 'AMR', assurance: 1 }, { org: 'AMR', zone: 'abroad' }, { org: 'OPS', kind: 'operator', roles: ['auditor', 'data-owner'] }]) {
    expect((await report(await signedToken(city, { subject: 'amr-officer', claims }))).status, JSON.stringify(claims)).toBe(403)
  }
  expect((await city.ask(REPORT, { variables: { person, field: 'Person.name' } })).status).toBe(403)
  // A citizen means himself, and names nobody.
  expect((await city.ask(REPORT, { caller: 'zhang-wei', variables: { person, field: 'Person.name' } })).errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'person' })
  const release = await hinderAppends(city.databases.audit, 'full')
  expect((await report(amr)).errors[0]?.extensions.code).toBe('AUDIT_UNAVAILABLE')
  await release()
  expect(await reports()).toBe(0)
})

it('is answered by a data owner of the field\'s department alone; another\'s report and none at all answer alike', async () => {
  const done = await report(await city.token('amr-officer'))
  const { id } = done.data.reportIncorrect
  const answer = (of: string, token: string): Promise<Answer> => post(city.url, `mutation { answerCorrection(id: "${of}", outcome: CORRECTED) { outcome } }`, {}, token)
  const foreign = await city.token('amr-data-owner')
  expect(told(await answer(id, foreign))).toEqual(told(await answer(randomUUID(), foreign)))
  for (const caller of ['psb-officer', 'amr-officer', 'security-officer', 'auditor']) expect((await answer(id, await city.token(caller))).status, caller).toBe(403)
  expect((await rows<{ outcome: unknown }>('SELECT outcome FROM correction'))).toEqual([{ outcome: null }])
  // The role of the owner in another organisation's token shows nobody's person either.
  const list = '{ corrections { nodes { person } } }'
  expect((await post(city.url, list, {}, foreign)).data.corrections.nodes).toEqual([{ person: null }])
  const weak = await signedToken(city, { subject: 'psb-data-owner', claims: { org: 'PSB', roles: ['data-owner'], assurance: 1 } })
  expect((await post(city.url, list, {}, weak)).data.corrections.nodes).toEqual([{ person: null }])
  const filtered = await city.ask('{ corrections(where: { person: { eq: "x" } }) { nodes { id } } }', { caller: 'amr-officer' })
  expect(filtered.status).toBe(400)
})

it('governance holds neither a value nor an id that any organisation knows, and what it sealed opens for no caller', async () => {
  const [stored] = await rows<{ sealed: string; token: string }>('SELECT * FROM correction')
  const text = JSON.stringify(stored)
  for (const value of [...['AMR', 'PSB', 'APPR'].map(knownTo), createPublicIds(city.keys.ids).decipher('AMR', 'Person', person)[0], scenarioPeople.zhangWei.idNo, '张伟']) expect(text).not.toContain(value)
  for (const caller of ['amr-officer', 'psb-officer', 'appr-clerk']) {
    expect((await city.ask('query ($id: ID!) { person(id: $id) { id name } }', { caller, variables: { id: stored?.sealed ?? '' } })).data.person, caller).toBeNull()
  }
})
