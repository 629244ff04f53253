// An application whose owner says nothing: it shows as overdue, and the city may approve in the owner's place only where the rules say so.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { editedPolicies } from '../support/edited-policies.ts'
import { post, runningCity, TEST_DAY, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

const LATE = '2026-03-07T00:00:01+08:00'
const input = {
  purpose: 'NAV-0801', scenario: 'Size of enterprises', legalBasis: '上海市数据条例 41', days: 30, agreementRef: 'OPEN-2026-0001', fields: [{ field: 'AnnualReport.totalAssets', mode: 'MASKED' }],
}
const officer = { org: 'BDC', roles: ['policy-officer'] }
const code = ({ errors }: Answer): string | undefined => errors[0]?.extensions.code

describe.each([[false], [true]])('with cityAfterDeadline: %s', (allowed) => {
  let city: RunningCity
  let now = new Date(TEST_DAY)
  beforeAll(async () => {
    const policies = editedPolicies({ 'approvals.yaml': (text) => (allowed ? text.replace('cityAfterDeadline: false', 'cityAfterDeadline: true') : `${text}\n`) })
    city = await runningCity({ clock: { now: () => now }, policies })
  })
  afterAll(async () => city.stop())

  it(`the city ${allowed ? 'takes' : 'does not take'} the owner's place once the term is over, and another person than reviewed`, async () => {
    const ask = async (subject: string, query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> =>
      post(city.url, query, { variables }, await signedToken(city, { subject, claims: officer, livesS: 30 * 86_400 }))
    const approve = (subject: string): Promise<Answer> => ask(subject, 'mutation ($id: ID!) { approveApplication(id: $id, version: 1) { status } }', { id })
    const overdue = async (): Promise<readonly string[]> => (await ask('reviewer', '{ applications(where: { org: { eq: "NAV-B" } }, first: 5) { nodes { id overdue } } }')).data.applications.nodes.filter((one: { overdue: boolean }) => one.overdue).map((one: { id: string }) => one.id)
    const made = await city.ask('mutation ($input: GrantApplication!) { applyForGrant(input: $input) { id } }', { caller: 'nav-b', variables: { input } })
    const { id } = made.data.applyForGrant
    expect((await approve('reviewer')).data.approveApplication.status).toBe('PENDING')
    expect(code(await approve('city-data-authority'))).toBe('APPROVAL_REPEATED')
    expect(await overdue()).toEqual([])
    now = new Date(LATE)
    expect(await overdue()).toEqual([id])
    expect(code(await approve('reviewer'))).toBe(allowed ? 'APPROVER_IS_SAME_PERSON' : 'APPROVAL_REPEATED')
    const late = await approve('city-data-authority')
    expect(allowed ? late.data.approveApplication.status : code(late)).toBe(allowed ? 'APPROVED' : 'APPROVAL_REPEATED')
    now = new Date(TEST_DAY)
  })
})
