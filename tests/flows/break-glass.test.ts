// Access in an emergency: one duty officer asks, another confirms on the spot, it is over after four hours and a third person reviews it
// by the end of the next working day.

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

describe('the review of an emergency', () => {
  const REVIEW = 'mutation ($id: ID!, $outcome: ReviewOutcome!, $note: String!) { reviewEmergency(id: $id, outcome: $outcome, note: $note) { id reviewOutcome reviewOverdue reviewedAt reviewedByOrg } }'
  const note = 'The flood was where the duty officers said, and nobody else was read.'
  const review = (caller: string, id: string, outcome = 'JUSTIFIED', words = note): Promise<Answer> => city.ask(REVIEW, { caller, variables: { id: `G_${id}`, outcome, note: words } })
  const confirmed = async (): Promise<string> => {
    const { id } = (await ask()).data.breakGlass
    expect((await confirm('relief-second', id)).errors).toEqual([])
    return id
  }
  const as = async (subject: string, claims: Readonly<Record<string, unknown>>, query: string, variables: Readonly<Record<string, unknown>>): Promise<Answer> =>
    post(city.url, query, { variables }, await signedToken(city, { subject, claims, livesS: 30 * 86_400 }))
  const officer = { org: 'BDC', roles: ['policy-officer'] }
  const events = async (about: string): Promise<readonly unknown[]> => (await logLeaves(city.databases.audit.owner, 'governance')).filter((leaf) => leaf.about === about).map(({ event }) => event)

  it('is given once, by an officer of the data centre who neither asked nor confirmed, and recorded without its words', async () => {
    const id = await confirmed()
    for (const caller of ['relief-officer', 'relief-second', 'psb-owner', 'auditor', 'nav-b', 'amr-officer']) expect(code(await review(caller, id))).toBe('FORBIDDEN')
    const variables = { id: `G_${id}`, outcome: 'JUSTIFIED', note }
    expect(code(await as('stranger', { org: 'CAB', roles: ['policy-officer'] }, REVIEW, variables))).toBe('APPROVER_NOT_ENTITLED')
    // The same people under the data centre's name, or in other letters.
    for (const subject of ['relief-officer', 'Relief-Officer', ' relief-officer', 'ｒelief-officer']) expect(code(await as(subject, officer, REVIEW, variables))).toBe('APPROVER_IS_APPLICANT')
    for (const subject of ['relief-second', 'RELIEF-SECOND']) expect(code(await as(subject, officer, REVIEW, variables))).toBe('APPROVER_IS_SAME_PERSON')
    for (const words of ['', ' ', 'x'.repeat(501), 'It was 310199198503070112 who was meant']) {
      expect((await review('security-officer', id, 'JUSTIFIED', words)).errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'note' })
    }
    expect(code(await review('security-officer', '00000000-0000-4000-8000-000000000000'))).toBe('GRANT_UNKNOWN')

    const [one, other] = await Promise.all([review('security-officer', id), review('second-officer', id, 'UNJUSTIFIED')])
    expect([code(one), code(other)].toSorted()).toEqual(['APPROVAL_REPEATED', undefined])
    expect(code(await review('security-officer', id, 'UNJUSTIFIED'))).toBe('APPROVAL_REPEATED')
    expect(await events(`G_${id}`)).toEqual(['GRANT', 'EMERGENCY_REVIEW'])
    expect(JSON.stringify(await logLeaves(city.databases.audit.owner, 'governance'))).not.toContain('The flood was')
    const seen = await city.ask('query ($id: ID!) { grants(where: { id: { eq: $id } }) { nodes { reviewOutcome reviewNote reviewedByOrg } } }', { caller: 'psb-owner', variables: { id: `G_${id}` } })
    expect(seen.data.grants.nodes).toEqual([{ reviewOutcome: code(one) === undefined ? 'JUSTIFIED' : 'UNJUSTIFIED', reviewNote: note, reviewedByOrg: 'BDC' }])
  })

  it('is none of what was applied for, nor of an emergency that nobody confirmed', async () => {
    const { id } = (await ask()).data.breakGlass
    expect(code(await review('security-officer', id))).toBe('GRANT_UNKNOWN')
    expect(code(await review('security-officer', 'AMR-0001'))).toBe('GRANT_UNKNOWN')
  })

  it('shows as overdue once its day is over, until it is given', async () => {
    const id = await confirmed()
    const overdue = async (): Promise<readonly string[]> =>
      (await as('reviewer', officer, '{ grants(where: { reviewOverdue: { eq: true } }, first: 50) { nodes { id } } }', {})).data.grants.nodes.map((one: { id: string }) => one.id)
    now = new Date('2026-03-02T23:59:59+08:00')
    expect(await overdue()).not.toContain(`G_${id}`)
    now = new Date('2026-03-03T00:00:00+08:00')
    expect(await overdue()).toContain(`G_${id}`)
    expect((await as('reviewer', officer, REVIEW, { id: `G_${id}`, outcome: 'JUSTIFIED', note })).data.reviewEmergency).toEqual({ id: `G_${id}`, reviewOutcome: 'JUSTIFIED', reviewOverdue: false, reviewedAt: '2026-03-03T00:00:00+08:00', reviewedByOrg: 'BDC' })
    expect(await overdue()).not.toContain(`G_${id}`)
    now = new Date(TEST_DAY)
  })

  it('that finds it unjustified gives one alert of whoever asked', async () => {
    const id = await confirmed()
    expect((await review('security-officer', id, 'UNJUSTIFIED')).errors).toEqual([])
    const alerts = async (): Promise<readonly unknown[]> => (await city.ask('{ alerts(where: { signal: { eq: UNJUSTIFIED_EMERGENCY } }) { nodes { id callerOrg callerSub } } }', { caller: 'auditor' })).data.alerts.nodes
    await expect.poll(alerts, { timeout: 20_000, interval: 300 }).toContainEqual({ id, callerOrg: 'CAB', callerSub: 'relief-officer' })
    await expect.poll(async () => events(id), { timeout: 20_000, interval: 300 }).toContain('ALERT')
    expect((await events(id)).filter((event) => event === 'ALERT')).toHaveLength(1)
  })
})
