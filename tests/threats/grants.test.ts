// Threat: somebody approves who may not, twice, for himself, an earlier version, or at the same time as another; an approval is
// forged; a grant outlives its revocation or breaks the policies of everybody; an application shows what is nobody's business.

import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { watchGrants } from '../../audit/approved-grants.ts'
import { grantRegister } from '../../audit/grant-register.ts'
import { policiesFolder } from '../../cli/city-parts.ts'
import { createPolicyEngine } from '../../policy-engine/engine.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { editedPolicies } from '../support/edited-policies.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { eventually, giveBack, takeAway } from '../support/outage.ts'
import { post, runningCity, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
}, 300_000)
afterAll(async () => city.stop())

const APPLY = 'mutation ($input: GrantApplication!) { applyForGrant(input: $input) { id version status } }'
const APPROVE = 'mutation ($id: ID!, $version: Int!) { approveApplication(id: $id, version: $version) { id status } }'
const REJECT = 'mutation ($id: ID!, $version: Int!) { rejectApplication(id: $id, version: $version) { id status } }'
const EDIT = 'mutation ($id: ID!, $version: Int!, $input: GrantApplication!) { editApplication(id: $id, version: $version, input: $input) { id version status } }'
const input = {
  purpose: 'NAV-0801', scenario: 'Ratings beside places of a map', legalBasis: '上海市数据条例 41', days: 30, agreementRef: 'OPEN-2026-0001',
  fields: [{ field: 'AnnualReport.totalAssets', mode: 'MASKED' }],
}
/** L4 in clear: review, owner and city. */
const strict = { purpose: 'APPR-0102', scenario: 'Identity of applicants', legalBasis: '行政许可法 31', days: 30, fields: [{ field: 'Person.idNo', mode: 'CLEAR' }] }
const code = ({ errors }: Answer): string | undefined => errors[0]?.extensions.code
const applied = async (caller = 'nav-b', what: Readonly<Record<string, unknown>> = input): Promise<string> => (await city.ask(APPLY, { caller, variables: { input: what } })).data.applyForGrant.id
const decide = async (caller: string, id: string, version = 1, query = APPROVE): Promise<Answer> => city.ask(query, { caller, variables: { id, version } })
const as = async (subject: string, claims: Readonly<Record<string, unknown>>, id: string, version = 1): Promise<Answer> =>
  post(city.url, APPROVE, { variables: { id, version } }, await signedToken(city, { subject, claims }))
const sql = async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<readonly R[]> => {
  const client = new pg.Client(city.databases.audit.owner)
  await client.connect()
  try {
    return (await client.query<R>(text, values)).rows
  } finally {
    await client.end()
  }
}
const grantsOf = async (id: string): Promise<number> => (await sql('SELECT FROM audit.approved_grant WHERE application = $1', [id])).length

describe('an approval is refused, each time with a code of its own and a record,', () => {
  it.each([
    ['to a department whose data are not asked for', 'credit-owner', 'APPROVER_NOT_ENTITLED'],
    ['to an official of the owner without the role', 'amr-officer', 'APPROVER_NOT_ENTITLED'],
    ['to an official of the data centre without the role', 'bdc-officer', 'APPROVER_NOT_ENTITLED'],
  ])('%s', async (_what, caller, expected) => {
    const id = await applied()
    const before = (await logLeaves(city.databases.audit.owner, 'governance')).length
    expect(code(await decide(caller, id))).toBe(expected)
    expect(code(await decide(caller, id, 1, REJECT))).toBe(expected)
    const written = (await logLeaves(city.databases.audit.owner, 'governance')).slice(before)
    expect(written.map(({ outcome, code: recorded }) => recorded ?? outcome)).toEqual(['BEGUN', expected, 'BEGUN', expected])
  })

  it('to partners, citizens, auditors and nobody, by the gate', async () => {
    const id = await applied()
    for (const caller of ['nav-b', 'bank-a', 'zhang-wei', 'auditor']) expect(code(await decide(caller, id))).toBe('FORBIDDEN')
    expect(code(await city.ask(APPROVE, { variables: { id, version: 1 } }))).toBe('FORBIDDEN')
  })

  it('to the applicant, also as an officer of the owner or under another organisation', async () => {
    const id = await applied()
    expect(code(await as('nav-b', { org: 'AMR', roles: ['data-owner'] }, id))).toBe('APPROVER_IS_APPLICANT')
    expect(code(await as('nav-b', { org: 'BDC', roles: ['policy-officer'] }, id))).toBe('APPROVER_IS_APPLICANT')
  })

  it('to one person in two roles, whatever organisation the token names', async () => {
    const id = await applied('appr-clerk', strict)
    expect(code(await decide('security-officer', id))).toBeUndefined()
    expect(code(await decide('security-officer', id))).toBe('APPROVER_IS_SAME_PERSON')
    expect(code(await as('security-officer', { org: 'PSB', roles: ['data-owner'] }, id))).toBe('APPROVER_IS_SAME_PERSON')
    expect(code(await decide('psb-owner', id))).toBeUndefined()
    expect(await grantsOf(id)).toBe(0)
    const last = await decide('second-officer', id)
    expect(last.data.approveApplication.status).toBe('APPROVED')
    expect(await grantsOf(id)).toBe(1)
  })

  it('of the version before an edit, which voids what was approved', async () => {
    const id = await applied()
    expect(code(await decide('security-officer', id))).toBeUndefined()
    const edited = await city.ask(EDIT, { caller: 'nav-b', variables: { id, version: 1, input: { ...input, days: 365 } } })
    expect(edited.data.editApplication).toMatchObject({ version: 2, status: 'PENDING' })
    expect(code(await decide('amr-data-owner', id))).toBe('APPLICATION_CHANGED')
    expect((await decide('amr-data-owner', id, 2)).data.approveApplication.status).toBe('PENDING')
    expect(await grantsOf(id)).toBe(0)
    expect((await decide('security-officer', id, 2)).data.approveApplication.status).toBe('APPROVED')
  })

  it('when it is given again, and after the decision', async () => {
    const id = await applied()
    expect(code(await decide('amr-data-owner', id))).toBeUndefined()
    expect(code(await decide('amr-data-owner', id))).toBe('APPROVAL_REPEATED')
    expect(code(await as('amr-data-owner-2', { org: 'AMR', roles: ['data-owner'] }, id))).toBe('APPROVAL_REPEATED')
    expect(code(await decide('security-officer', id))).toBeUndefined()
    expect(code(await decide('security-officer', id))).toBe('APPROVAL_REPEATED')
    expect(code(await decide('second-officer', id))).toBe('APPLICATION_CLOSED')
    expect(code(await decide('second-officer', id, 1, REJECT))).toBe('APPLICATION_CLOSED')
    const rejected = await applied()
    expect((await decide('amr-data-owner', rejected, 1, REJECT)).data.rejectApplication.status).toBe('REJECTED')
    expect(code(await decide('security-officer', rejected))).toBe('APPLICATION_CLOSED')
    const withdrawn = await applied()
    expect((await city.ask('mutation ($id: ID!) { withdrawApplication(id: $id) { status } }', { caller: 'nav-b', variables: { id: withdrawn } })).data.withdrawApplication.status).toBe('WITHDRAWN')
    expect(code(await decide('security-officer', withdrawn))).toBe('APPLICATION_CLOSED')
  })

  it('to a suspended officer, though no process has heard of it', async () => {
    const id = await applied()
    const token = await city.token('second-officer')
    const suspension = randomUUID()
    const own = openAuditPool(city.databases.audit.writer('governance'), { log: 'governance' })
    await own.query(`SELECT audit.suspend($1, 'BDC', 'second-officer', 'RISK_SIGNAL', 'CITYGRAPH', 'risk', now())`, [suspension])
    expect(code(await post(city.url, APPROVE, { variables: { id, version: 1 } }, token))).toBe('APPROVER_SUSPENDED')
    await own.query(`SELECT audit.restore($1, 'BDC', 'third-officer', now())`, [suspension])
    await own.end()
  })

  it('where roles are claimed in headers or arguments', async () => {
    const id = await applied()
    expect(code(await city.ask(APPROVE, { caller: 'amr-officer', variables: { id, version: 1 }, headers: { 'x-roles': 'data-owner', roles: 'data-owner' } }))).toBe('APPROVER_NOT_ENTITLED')
    expect(code(await city.ask('mutation ($id: ID!) { approveApplication(id: $id, version: 1, as: OWNER) { id } }', { caller: 'amr-officer', variables: { id } }))).toBe('BAD_USER_INPUT')
    expect(code(await as('x', { org: 'AMR', roles: ['data-owner'], assurance: 1 }, id))).toBe('FORBIDDEN')
  })

  it('of what does not exist', async () => {
    for (const id of [randomUUID(), 'no-id']) expect(code(await decide('security-officer', id))).toBe('APPLICATION_UNKNOWN')
  })
})

describe('approvals that race', () => {
  it('are counted one by one: two officers make one grant, one officer one approval', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await applied()
      const answers = await Promise.all([decide('security-officer', id), decide('amr-data-owner', id), decide('second-officer', id), decide('security-officer', id), decide('amr-data-owner', id)])
      const done = answers.filter((answer) => answer.errors.length === 0)
      expect(done).toHaveLength(2)
      expect(await grantsOf(id)).toBe(1)
      expect(await sql('SELECT role FROM audit.application_demand WHERE application = $1 AND approved_at IS NOT NULL ORDER BY role', [id])).toEqual([{ role: 'OWNER' }, { role: 'REVIEW' }])
    }
  })

  it('with an edit, count for the version they name alone', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await applied()
      await decide('security-officer', id)
      const [approval, edit] = await Promise.all([decide('amr-data-owner', id), city.ask(EDIT, { caller: 'nav-b', variables: { id, version: 1, input: { ...input, days: 365 } } })])
      const edited = edit.errors.length === 0
      expect(approval.errors.length === 0).toBe(!edited)
      expect(await grantsOf(id)).toBe(edited ? 0 : 1)
    }
  })
})

describe('an application', () => {
  it.each([
    ['a field that is not opened', 'nav-b', { ...input, fields: [{ field: 'Person.idNo', mode: 'MASKED' }] }, 'fields'],
    ['a restricted field in clear for a partner', 'nav-b', { ...input, fields: [{ field: 'AnnualReport.totalAssets', mode: 'CLEAR' }] }, 'fields'],
    ['a field of nobody', 'nav-b', { ...input, fields: [{ field: 'Person.nothing', mode: 'MASKED' }] }, 'fields'],
    ['a field of the log', 'nav-b', { ...input, fields: [{ field: 'AccessRecord.callerOrg', mode: 'CLEAR' }] }, 'fields'],
    ['the same field twice', 'nav-b', { ...input, fields: [...input.fields, ...input.fields] }, 'fields'],
    ['more than a year', 'nav-b', { ...input, days: 366 }, 'days'],
    ['a purpose of another organisation', 'nav-b', { ...input, purpose: 'BANK-0602' }, 'purpose'],
    ['no agreement', 'nav-b', { ...input, agreementRef: null }, 'agreementRef'],
    ['a number of a person in its words', 'nav-b', { ...input, scenario: 'about 13912345678' }, 'scenario'],
    ['minors without an assessment', 'appr-clerk', { ...strict, minors: true, fields: [{ field: 'Person.birthDate', mode: 'MASKED' }] }, 'piaRef'],
    ['what is never shared', 'appr-clerk', { ...strict, fields: [{ field: 'Person.idNo', mode: 'VERIFY' }] }, 'fields'],
  ])('for %s is refused', async (_what, caller, wanted, argument) => {
    const answer = await city.ask(APPLY, { caller, variables: { input: wanted } })
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'APPLICATION_INVALID', argument })
    expect(answer.data.applyForGrant).toBeNull()
  })

  it('is made by departments and partners alone, and edited and withdrawn by its organisation', async () => {
    for (const caller of ['zhang-wei', 'auditor', undefined]) expect(code(await city.ask(APPLY, { ...(caller === undefined ? {} : { caller }), variables: { input } }))).toBe('FORBIDDEN')
    const id = await applied()
    for (const caller of ['bank-a', 'amr-data-owner', 'security-officer']) {
      expect(code(await city.ask('mutation ($id: ID!) { withdrawApplication(id: $id) { id } }', { caller, variables: { id } }))).toBe('APPLICATION_UNKNOWN')
    }
    expect(code(await city.ask(EDIT, { caller: 'bank-a', variables: { id, version: 1, input: { ...input, purpose: 'BANK-0602' } } }))).toBe('APPLICATION_UNKNOWN')
  })

  it('is seen by its organisation, the owners of its fields, officers and auditors; the officers\' names by departments', async () => {
    const id = await applied()
    await decide('amr-data-owner', id)
    const query = 'query ($id: ID!) { applications(where: { id: { eq: $id } }) { nodes { id bySub approvals { nodes { role approvedOrg approvedSub } } fields { nodes { field } } } } }'
    const seen = async (caller?: string): Promise<Answer> => city.ask(query, { ...(caller === undefined ? {} : { caller }), variables: { id } })
    for (const caller of ['nav-b', 'amr-data-owner', 'amr-officer', 'security-officer', 'auditor']) expect((await seen(caller)).data.applications.nodes, caller).toHaveLength(1)
    for (const caller of ['bank-a', 'psb-officer', 'credit-owner', 'bdc-officer']) expect((await seen(caller)).data.applications.nodes, caller).toHaveLength(0)
    for (const caller of ['zhang-wei', undefined]) expect((await seen(caller)).data.applications).toBeNull()
    const [own] = (await seen('nav-b')).data.applications.nodes
    expect(own).toMatchObject({ bySub: null, approvals: { nodes: [{ role: 'OWNER', approvedOrg: 'AMR', approvedSub: null }, { role: 'REVIEW', approvedOrg: null, approvedSub: null }] } })
    expect((await seen('security-officer')).data.applications.nodes[0].approvals.nodes[0]).toMatchObject({ approvedSub: 'amr-data-owner' })
  })
})

describe('a draft', () => {
  it('is its organisation’s alone, and stays so when it is taken back', async () => {
    const { data } = await city.ask('mutation { draftApplication(fields: ["AnnualReport.totalAssets"]) { id status } }', { caller: 'nav-b' })
    const { id } = data.draftApplication
    const seen = async (caller: string): Promise<number> => (await city.ask('query ($id: ID!) { applications(where: { id: { eq: $id } }) { nodes { id } } }', { caller, variables: { id } })).data.applications.nodes.length
    const everybody = async (): Promise<readonly number[]> => Promise.all(['nav-b', 'amr-data-owner', 'amr-officer', 'security-officer', 'auditor'].map(seen))
    expect(await everybody()).toEqual([1, 0, 0, 0, 0])
    expect(code(await city.ask('mutation ($id: ID!) { withdrawApplication(id: $id) { id } }', { caller: 'nav-b', variables: { id } }))).toBeUndefined()
    expect(await everybody()).toEqual([1, 0, 0, 0, 0])
  })
})

describe('a flood of applications', () => {
  it('ends at fifty that nobody decided, at eight at a time, and keeps no other organisation waiting', async () => {
    const asked = (): Promise<Answer> => city.ask(APPLY, { caller: 'bank-a', variables: { input: { ...input, purpose: 'BANK-0602' } } })
    const together = await Promise.all(Array.from({ length: 20 }, asked))
    expect(together.map(code).filter((one) => one !== undefined && one !== 'RATE_LIMITED')).toEqual([])
    expect(together.map(code)).toContain('RATE_LIMITED')
    let filed = together.filter((answer) => code(answer) === undefined).length
    for (; filed < 50; filed += 1) expect(code(await asked())).toBeUndefined()
    expect(code(await asked())).toBe('RATE_LIMITED')
    const other = await applied('appr-clerk', strict)
    expect((await decide('security-officer', other)).data.approveApplication.status).toBe('PENDING')
  }, 120_000)

  it('tells who may approve nothing nothing of what there is', async () => {
    const id = await applied()
    expect(code(await decide('edu-clerk', id))).toBe('APPROVER_NOT_ENTITLED')
    expect(code(await decide('edu-clerk', randomUUID()))).toBe('APPROVER_NOT_ENTITLED')
  })
})

describe('the register', () => {
  it('takes the word of governance\'s role alone, and keeps what was decided', async () => {
    const id = await applied()
    const gateway = openAuditPool(city.databases.audit.writer('gateway'), { log: 'gateway' })
    await expect(gateway.query(`SELECT * FROM audit.approve_application($1, 1, 'AMR', 'x', '[{"role":"OWNER","org":"AMR"}]', now())`, [id])).rejects.toMatchObject({ code: '42501' })
    await expect(gateway.query(`SELECT audit.revoke_grant('G_x', 'AMR', 'x', now())`)).rejects.toMatchObject({ code: '42501' })
    expect((await gateway.query('SELECT id FROM audit.approved_grants(0)')).rows.length).toBeGreaterThan(0)
    await gateway.end()
    const own = openAuditPool(city.databases.audit.writer('governance'), { log: 'governance' })
    await expect(own.query(`SELECT audit.activate_grant($1, 'G_x', 'x', now(), NULL, now())`, [id])).rejects.toMatchObject({ code: '42501' })
    await expect(own.query('UPDATE audit.application SET status = $1', ['APPROVED'])).rejects.toMatchObject({ code: '42501' })
    await own.end()
    await expect(sql('UPDATE audit.approved_grant SET content = $1', ['x'])).rejects.toMatchObject({ code: '42501' })
    await expect(sql('DELETE FROM audit.application_demand')).rejects.toMatchObject({ code: '42501' })
    await expect(sql(`UPDATE audit.application_demand SET approved_sub = 'x' WHERE approved_sub = 'amr-data-owner'`)).rejects.toMatchObject({ code: '42501' })
  })

  it('holds a grant that does not fit: it is left out and told, and everything else is served', async () => {
    const own = openAuditPool(city.databases.audit.writer('governance'), { log: 'governance' })
    const silent = { append: async () => undefined, refused: async () => true, close: async () => undefined }
    const register = grantRegister({ pool: own, audit: silent, clock: city.city.core.clock })
    const id = await register.file({ kind: 'GRANT', status: 'PENDING', by: { org: 'NAV-B', sub: 'x' }, content: JSON.stringify(input), demands: [{ role: 'OWNER', org: 'AMR', due: '2026-03-09T00:00:00Z' }] })
    const text = 'id: G_x\norg: NAV-B\nfields: [{ mode: CLEAR, fields: [Person.gone] }]\n'
    await register.approve({ id, version: 1, by: { org: 'AMR', sub: 'y' }, takes: [{ role: 'OWNER', org: 'AMR' }] }, () => ({ text, endsAt: new Date('2026-04-01T00:00:00Z') }))
    await city.city.core.engine.reloadRegister()
    await own.end()
    expect(city.city.core.engine.bundle().leftOut.map(({ file }) => file)).toContain(`approved/G_${id}.yaml`)
    expect(city.log()).toContain('does not fit and is left out')
    expect((await city.ask('{ enterprises(first: 1) { nodes { uscc } } }', { caller: 'nav-b' })).data.enterprises.nodes).toHaveLength(1)
  })

  it('is no file: a file of its ids is refused', async () => {
    const folder = editedPolicies({ 'grants/bank-0602.yaml': (text) => text.replace('id: BANK-0602', `id: G_${randomUUID()}`) })
    await expect(createPolicyEngine({ directory: folder, classification: city.city.core.classification, clock: city.city.core.clock })).rejects.toMatchObject({ problems: [{ message: expect.stringContaining('the register') }] })
  })

  it('grants nothing to anybody while nobody hears of it', async () => {
    const { classification, clock } = city.city.core
    const id = await applied()
    for (const caller of ['security-officer', 'amr-data-owner']) await decide(caller, id)
    const engine = await createPolicyEngine({ directory: policiesFolder, classification, clock })
    const pool = openAuditPool(city.databases.audit.writer('credit'), { log: 'credit' })
    const register = watchGrants({ pool, changed: () => void engine.registerChanged(), pollMs: 100, newsLifeMs: 600 })
    await engine.follow(register)
    const partner: Caller = { kind: 'partner', org: 'NAV-B', sub: 'nav-b', roles: [], assurance: 2, zone: 'mainland' }
    const granted = (): boolean => engine.plan(partner, { purpose: 'NAV-0801', singleSubject: false }).field('AnnualReport', 'totalAssets').policies.some((policy) => policy.startsWith('grant/G_'))
    expect(granted()).toBe(true)
    await takeAway(city.databases.audit)
    try {
      await eventually(5_000, async () => expect(granted()).toBe(false))
    } finally {
      await giveBack(city.databases.audit)
    }
    await eventually(5_000, async () => expect(granted()).toBe(true))
    await register.close()
    await pool.end()
  })
})
