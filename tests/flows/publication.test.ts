// An owner withdraws a field or a type's own fields, submits them again, and another person publishes them: nothing is deployed, and what
// is not published is the owner's alone.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logLeaves } from '../support/log-leaves.ts'
import { post, runningCity, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let city: RunningCity
const tokens: Record<'owner' | 'approver', string> = { owner: '', approver: '' }
beforeAll(async () => {
  city = await runningCity()
  tokens.owner = await signedToken(city, { subject: 'psb-data-owner', claims: { org: 'PSB', roles: ['data-owner'] } })
  tokens.approver = await signedToken(city, { subject: 'psb-approver', claims: { org: 'PSB', roles: ['data-approver'] } })
}, 300_000)
afterAll(async () => city.stop())

type Act = 'withdraw' | 'submitForPublication' | 'publish' | 'sendBack'
const act = (name: Act, target: string, token: string): Promise<Answer> => post(city.url, `mutation { ${name}(target: "${target}") { target owner state byOrg bySub } }`, {}, token)
const stateOf = async (name: Act, target: string, token: string): Promise<unknown> => {
  const { data, errors } = await act(name, target, token)
  return errors[0]?.extensions.code ?? data[name].state
}
const OWN = '{ me { name gender } }'
const OTHERS = '{ people(first: 1) { nodes { id name gender maritalStatus } } }'

describe('a field', () => {
  it('that its owner withdraws is denied to everybody else, the person it is about among them, until another person publishes it', async () => {
    expect((await city.ask(OWN, { caller: 'zhang-wei' })).data.me.gender).not.toBeNull()
    const done = await act('withdraw', 'Person.gender', tokens.owner)
    expect(done.data.withdraw).toEqual({ target: 'Person.gender', owner: 'PSB', state: 'WITHDRAWN', byOrg: 'PSB', bySub: 'psb-data-owner' })
    await pause(900)
    const own = await city.ask(OWN, { caller: 'zhang-wei' })
    expect(own.data.me).toEqual({ name: '张伟', gender: null })
    expect(own.sharing.decisions.filter(({ path }) => path === 'me.gender')).toEqual([{ path: 'me.gender', decision: 'DENIED', code: 'POLICY' }])
    const police = { caller: 'psb-officer', purpose: 'PSB-0001' }
    expect((await city.ask(OTHERS, police)).data.people.nodes[0].gender).not.toBeNull()

    // Published only out of a review; a draft and a review are as withdrawn.
    expect(await stateOf('publish', 'Person.gender', tokens.approver)).toBe('BAD_USER_INPUT')
    expect(await stateOf('submitForPublication', 'Person.gender', tokens.owner)).toBe('REVIEW')
    expect(await stateOf('sendBack', 'Person.gender', tokens.approver)).toBe('DRAFT')
    expect(await stateOf('withdraw', 'Person.gender', tokens.owner)).toBe('BAD_USER_INPUT')
    await pause(900)
    expect((await city.ask(OWN, { caller: 'zhang-wei' })).data.me.gender).toBeNull()
    expect(await stateOf('submitForPublication', 'Person.gender', tokens.owner)).toBe('REVIEW')
    await pause(900)
    expect((await city.ask(OWN, { caller: 'zhang-wei' })).data.me.gender).toBeNull()
    expect(await stateOf('publish', 'Person.gender', tokens.approver)).toBe('PUBLISHED')
    await pause(900)
    expect((await city.ask(OWN, { caller: 'zhang-wei' })).data.me.gender).not.toBeNull()
  })

  it('stands in the catalogue as its owner left it', async () => {
    await city.city.follower.caughtUp()
    const states = async (): Promise<unknown> => (await city.ask('{ catalogue(where: { state: { in: [WITHDRAWN, REVIEW, DRAFT] } }) { nodes { coordinate state } } }')).data.catalogue.nodes
    expect(await states()).toEqual([])
    await act('withdraw', 'Person.education', tokens.owner)
    expect(await states()).toEqual([])
    await act('withdraw', 'Person.gender', tokens.owner)
    expect(await states()).toEqual([{ coordinate: 'Person.gender', state: 'WITHDRAWN' }])
    expect(await stateOf('submitForPublication', 'Person.gender', tokens.owner)).toBe('REVIEW')
    expect(await states()).toEqual([{ coordinate: 'Person.gender', state: 'REVIEW' }])
    expect(await stateOf('publish', 'Person.gender', tokens.approver)).toBe('PUBLISHED')
    expect(await states()).toEqual([])
    await pause(900)
  })

  it('leaves an event for each step, and a list for the owner and auditors', async () => {
    const events = (await logLeaves(city.databases.audit.owner, 'governance')).filter(({ event }) => event === 'PUBLICATION')
    const states = ['WITHDRAWN', 'REVIEW', 'DRAFT', 'REVIEW', 'PUBLISHED', 'WITHDRAWN', 'REVIEW', 'PUBLISHED']
    expect(events).toMatchObject(states.map((state) => ({ target: 'Person.gender', state })))
    const list = '{ publications { nodes { target state bySub newest } } }'
    const shown = await city.ask(list, { caller: 'auditor' })
    expect(shown.data.publications.nodes.filter(({ newest }: { newest: boolean }) => newest)).toEqual([{ target: 'Person.gender', state: 'PUBLISHED', bySub: 'psb-approver', newest: true }])
    expect(shown.data.publications.nodes).toHaveLength(states.length)
    expect((await post(city.url, list, {}, tokens.owner)).data.publications.nodes).toEqual(shown.data.publications.nodes)
    expect((await city.ask(list, { caller: 'amr-data-owner' })).data.publications.nodes).toEqual([])
  })
})

describe('a type', () => {
  it('that is withdrawn takes the fields of its owner with it, and they come back with it', async () => {
    const civil = await signedToken(city, { claims: { org: 'CAB' } })
    const how = { headers: { 'x-case-no': 'CAB-2026-0001' } }
    const before = await post(city.url, OTHERS, how, civil)
    expect(await stateOf('withdraw', 'Person', tokens.owner)).toBe('WITHDRAWN')
    await pause(900)
    const after = await post(city.url, OTHERS, how, civil)
    expect(after.data.people.nodes[0]).toEqual({ ...before.data.people.nodes[0], name: null, gender: null })
    expect(await stateOf('submitForPublication', 'Person', tokens.owner)).toBe('REVIEW')
    expect(await stateOf('publish', 'Person', tokens.approver)).toBe('PUBLISHED')
    await pause(900)
    expect((await post(city.url, OTHERS, how, civil)).data).toEqual(before.data)
  })
})

describe('nobody', () => {
  it('publishes what he submitted himself, under whatever role, or what another department owns', async () => {
    const both = await signedToken(city, { subject: 'psb-data-owner', claims: { org: 'PSB', roles: ['data-owner', 'data-approver'] } })
    expect(await stateOf('withdraw', 'Person.gender', both)).toBe('WITHDRAWN')
    expect(await stateOf('submitForPublication', 'Person.gender', both)).toBe('REVIEW')
    expect(await stateOf('publish', 'Person.gender', both)).toBe('FORBIDDEN')
    expect(await stateOf('publish', 'Person.gender', tokens.owner)).toBe('FORBIDDEN')
    const foreign = await signedToken(city, { subject: 'amr-approver', claims: { org: 'AMR', roles: ['data-owner', 'data-approver'] } })
    for (const name of ['withdraw', 'submitForPublication', 'publish', 'sendBack'] as const) expect(await stateOf(name, 'Person.gender', foreign), name).toBe('FORBIDDEN')
    expect(await stateOf('publish', 'Person.gender', tokens.approver)).toBe('PUBLISHED')
    for (const target of ['Nobody', 'Person.id', 'Person.gender ', 'Mutation', '']) expect(await stateOf('withdraw', target, tokens.owner), target).toBe('BAD_USER_INPUT')
  })
})
