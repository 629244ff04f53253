// Threat: one person with two spellings of a name, at one issuer or two, is two officers where two must act.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { personOf } from '../../core/person.ts'
import { post, runningCity, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => city.stop())

const code = ({ errors }: Answer): string | undefined => errors[0]?.extensions.code
const as = async (subject: string, claims: Readonly<Record<string, unknown>>, query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> =>
  post(city.url, query, { variables }, await signedToken(city, { subject, claims }))
const owner = { org: 'AMR', roles: ['data-owner', 'data-approver'] }
const officer = { org: 'BDC', roles: ['policy-officer'] }

/** Spellings of one name, each of which an issuer might put into a token. */
const spellings = ['Officer-É', 'officer-é', 'OFFICER-E\u0301', ' officer-é\u00a0', 'ｏfficer-é', 'offi\u200bcer-é', 'of\ufb01cer-é', '\u3000Officer-É']
const others = ['officer-e', 'officer', 'officer-é2', 'officer -é']

describe('a name', () => {
  it('is the same person in every spelling, in the database and beside it, and no other one', async () => {
    const client = new pg.Client(city.databases.audit.owner)
    await client.connect()
    const asked = [...spellings, ...others, 'Σίσυφος', 'ΣΊΣΥΦΟΣ', 'straße', 'STRASSE', 'İstanbul', '张伟', '張偉', 'a  b', 'A\tb', '', '\u00ad', 'sha256:AB']
    const { rows } = await client.query<{ it: string }>('SELECT audit.person(x) AS it FROM unnest($1::text[]) WITH ORDINALITY AS u(x, n) ORDER BY n', [asked])
    await client.end()
    expect(rows.map(({ it }) => it)).toEqual(asked.map(personOf))
    expect(new Set(spellings.map(personOf))).toEqual(new Set(['officer-é']))
    expect(new Set(others.map(personOf))).not.toContain('officer-é')
    expect(personOf('Σίσυφος')).toBe(personOf('ΣΊΣΥΦΟΣ'))
  })
})

describe('one person in another spelling', () => {
  it('approves neither the own application nor in a second role', async () => {
    const input = { purpose: 'APPR-0102', scenario: 'Identity of applicants', legalBasis: '行政许可法 31', days: 30, fields: [{ field: 'Person.idNo', mode: 'CLEAR' }] }
    const { id } = (await as('Clerk-One', { org: 'APPR', roles: ['official'] }, 'mutation ($input: GrantApplication!) { applyForGrant(input: $input) { id } }', { input })).data.applyForGrant
    const approve = (subject: string, claims: Readonly<Record<string, unknown>>): Promise<Answer> => as(subject, claims, 'mutation ($id: ID!) { approveApplication(id: $id, version: 1) { status } }', { id })
    for (const subject of ['clerk-one', 'CLERK-ONE ', 'Ｃlerk-One']) expect(code(await approve(subject, officer))).toBe('APPROVER_IS_APPLICANT')
    expect((await approve('First-Officer', officer)).errors).toEqual([])
    // The city's own approval is still missing.
    for (const subject of ['first-officer', 'FIRST-OFFICER', 'first-officer\u00a0']) expect(code(await approve(subject, officer))).toBe('APPROVER_IS_SAME_PERSON')
    expect((await approve('second-one', officer)).errors).toEqual([])
  })

  it('resumes nothing that it stopped, and publishes nothing that it submitted', async () => {
    const { id } = (await as('Owner-A', owner, 'mutation { stopSharing(field: "Enterprise.name", reason: LEAK) { id } }')).data.stopSharing
    const resume = (subject: string): Promise<Answer> => as(subject, owner, 'mutation ($id: ID!) { resumeSharing(id: $id) { active } }', { id })
    for (const subject of ['owner-a', 'OWNER-A', ' Owner-A', 'Ｏwner-A']) expect((await resume(subject)).errors).toHaveLength(1)
    expect((await resume('owner-b')).errors).toEqual([])
    for (const step of ['withdraw', 'submitForPublication']) expect((await as('Owner-A', owner, `mutation { ${step}(target: "Enterprise.domicile") { id } }`)).errors).toEqual([])
    const publish = (subject: string): Promise<Answer> => as(subject, owner, 'mutation { publish(target: "Enterprise.domicile") { id } }')
    for (const subject of ['owner-a', 'OWNER-A']) expect((await publish(subject)).errors).toHaveLength(1)
    expect((await publish('owner-b')).errors).toEqual([])
  })

  it('restores nobody whom it suspended, and not itself, and acts under no spelling while it is suspended', async () => {
    const suspend = async (subject: string, sub: string): Promise<Answer> => as(subject, officer, 'mutation ($sub: String!) { suspendCaller(org: "BDC", sub: $sub, reason: MISUSE) { id } }', { sub })
    expect((await suspend('Officer-C', 'officer-c')).errors).toHaveLength(1)
    const { id } = (await suspend('Officer-C', 'Officer-D')).data.suspendCaller
    const restore = (subject: string): Promise<Answer> => as(subject, officer, 'mutation ($id: ID!) { restoreCaller(id: $id) { id } }', { id })
    for (const subject of ['officer-c', 'OFFICER-C', 'officer-d', 'ｏfficer-d']) expect((await restore(subject)).errors).toHaveLength(1)
    expect((await suspend('OFFICER-D', 'officer-f')).errors).toHaveLength(1)
    expect((await restore('officer-e')).errors).toEqual([])
  })
})
