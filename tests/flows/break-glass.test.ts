// Access in an emergency: one duty officer asks, another confirms on the spot, it is over after four hours and reviewed the next working day.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logLeaves } from '../support/log-leaves.ts'
import { post, runningCity, TEST_DAY, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let city: RunningCity
let now = new Date(TEST_DAY)
beforeAll(async () => {
  city = await runningCity({ clock: { now: () => now } })
})
afterAll(async () => city.stop())

const ASK = 'mutation ($input: EmergencyApplication!) { breakGlass(input: $input) { id kind status due } }'
const CONFIRM = 'mutation ($id: ID!) { confirmBreakGlass(id: $id) { id status } }'
const PEOPLE = '{ people(first: 10) { nodes { id birthDate } } }'
const input = { purpose: 'CAB-0901', scenario: 'Flood: who must be carried out first', legalBasis: '自然灾害救助条例 14', fields: [{ field: 'Person.birthDate', mode: 'MASKED' }] }
const relief = { purpose: 'CAB-0901', caseNo: 'SH-2026-0001' }
const ask = (caller = 'relief-officer', what: unknown = input): Promise<Answer> => city.ask(ASK, { caller, variables: { input: what } })
const confirm = (caller: string, id: string): Promise<Answer> => city.ask(CONFIRM, { caller, variables: { id } })
const code = ({ errors }: Answer): string | undefined => errors[0]?.extensions.code
/** The years of birth that a duty officer sees. */
const years = async (): Promise<number> => {
  const { data } = await post(city.url, PEOPLE, relief, await signedToken(city, { subject: 'relief-officer', claims: { org: 'CAB', roles: ['duty-officer'] }, livesS: 86_400 }))
  return data.people.nodes.filter(({ birthDate }: { birthDate: string | null }) => birthDate !== null).length
}

describe('access in an emergency', () => {
  it('is asked for by one, confirmed by another, served for four hours, and marked for review', async () => {
    expect(await years()).toBe(0)
    const asked = await ask()
    expect(asked.errors).toEqual([])
    const { id } = asked.data.breakGlass
    expect(asked.data.breakGlass).toMatchObject({ kind: 'EMERGENCY', status: 'PENDING', due: '2026-03-01T10:30:00+08:00' })
    expect(await years()).toBe(0)
    expect((await confirm('relief-second', id)).data.confirmBreakGlass).toMatchObject({ status: 'APPROVED' })
    expect(await years()).toBeGreaterThan(0)
    const listed = await city.ask('{ grants(where: { kind: { eq: EMERGENCY } }) { nodes { id state endsAt reviewDue } } }', { caller: 'psb-officer' })
    expect(listed.data.grants.nodes).toEqual([{ id: `G_${id}`, state: 'ACTIVE', endsAt: '2026-03-01T14:00:00+08:00', reviewDue: '2026-03-02' }])
    now = new Date('2026-03-01T13:59:59+08:00')
    expect(await years()).toBeGreaterThan(0)
    now = new Date('2026-03-01T14:00:00+08:00')
    expect(await years()).toBe(0)
    now = new Date(TEST_DAY)
    const events = (await logLeaves(city.databases.audit.owner, 'governance')).filter(({ about }) => about?.includes(id) === true).map(({ event }) => event)
    expect(events).toEqual(['APPLICATION', 'APPROVAL', 'GRANT'])
  })

  it('is not confirmed by who asked, by another organisation, without the role, or by those who approve applications', async () => {
    const { id } = (await ask()).data.breakGlass
    expect(code(await confirm('relief-officer', id))).toBe('APPROVER_IS_APPLICANT')
    const as = async (subject: string, claims: Readonly<Record<string, unknown>>): Promise<string | undefined> => code(await post(city.url, CONFIRM, { variables: { id } }, await signedToken(city, { subject, claims })))
    expect(await as('relief-officer', { org: 'CAB', roles: ['duty-officer'] })).toBe('APPROVER_IS_APPLICANT')
    expect(await as('other', { org: 'EDU', roles: ['duty-officer'] })).toBe('APPROVER_NOT_ENTITLED')
    expect(await as('other', { org: 'CAB', roles: ['official'] })).toBe('FORBIDDEN')
    for (const caller of ['security-officer', 'psb-owner', 'auditor', 'nav-b']) expect(code(await confirm(caller, id))).toBe('FORBIDDEN')
    expect(code(await city.ask('mutation ($id: ID!) { approveApplication(id: $id, version: 1) { id } }', { caller: 'security-officer', variables: { id } }))).toBe('APPROVER_NOT_ENTITLED')
    expect((await confirm('relief-second', id)).errors).toEqual([])
    expect(code(await confirm('relief-second', id))).toBe('APPROVAL_REPEATED')
  })

  it('is confirmed within half an hour or not at all, and is no way round an application', async () => {
    const { id } = (await ask()).data.breakGlass
    now = new Date('2026-03-01T10:31:00+08:00')
    expect(code(await confirm('relief-second', id))).toBe('APPLICATION_CLOSED')
    now = new Date(TEST_DAY)
    const wanted = await city.ask('mutation ($input: GrantApplication!) { applyForGrant(input: $input) { id } }', { caller: 'relief-officer', variables: { input: { ...input, days: 300 } } })
    expect(wanted.errors).toEqual([])
    expect(code(await confirm('relief-second', wanted.data.applyForGrant.id))).toBe('APPLICATION_UNKNOWN')
    for (const caller of ['edu-clerk', 'security-officer', 'bank-a']) expect(code(await ask(caller))).toBe('FORBIDDEN')
    expect((await ask('relief-officer', { ...input, fields: [{ field: 'Person.nothing', mode: 'CLEAR' }] })).errors[0]?.extensions).toMatchObject({ code: 'APPLICATION_INVALID', argument: 'fields' })
  })
})
