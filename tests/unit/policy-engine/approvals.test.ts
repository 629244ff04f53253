// The table of DOMAIN 2.5 as approvals.yaml has it: who approves what, until when.

import { beforeAll, describe, expect, it } from 'vitest'
import { defaultMode, inspectApplication, readApplication } from '../../../policy-engine/application.ts'
import { readBundle } from '../../../policy-engine/bundle.ts'
import type { Bundle } from '../../../policy-engine/bundle.ts'
import { createPolicyChecker } from '../../../policy-engine/cedar-validate.ts'
import { readApprovals, takesOf } from '../../../policy-engine/approvals.ts'
import { fieldAt } from '../../../policy-engine/grants.ts'
import { endOfWorkingDay, readWorkingDays } from '../../../policy-engine/working-days.ts'
import { fieldOnPath } from '../../../governance/denied-path.ts'
import { readClassification } from '../../../schema/classification.ts'
import { allSubgraphSdl } from '../../../schema/load.ts'

const classification = readClassification(allSubgraphSdl())
let bundle: Bundle
beforeAll(async () => {
  const { bundle: read } = await readBundle('policies', classification, createPolicyChecker(classification))
  if (read === undefined) throw new Error('the project has no bundle')
  bundle = read
})

/** A Monday without holidays near it. */
const at = new Date('2026-03-02T10:00:00+08:00')
const needs = (org: string, purpose: string, fields: readonly (readonly [string, string])[], more: Readonly<Record<string, unknown>> = {}): readonly string[] => {
  const it = readApplication({ purpose, scenario: 'a', legalBasis: 'b', days: 30, fields: fields.map(([field, mode]) => ({ field, mode })), ...more })
  return inspectApplication(it, org, { bundle, classification, at }).demands.map(({ role, org: of, due }) => `${role} ${of} ${due.slice(0, 10)}`).sort()
}

describe('an application needs', () => {
  it('for unconditional sharing a review within two working days', () => {
    expect(needs('APPR', 'APPR-0102', [['Person.name', 'CLEAR']])).toEqual(['REVIEW BDC 2026-03-04'])
  })

  it('for conditional sharing the owner too, seven working days in all', () => {
    expect(needs('APPR', 'APPR-0102', [['CreditRating.score', 'MASKED']])).toEqual(['OWNER CREDIT 2026-03-11', 'REVIEW BDC 2026-03-04'])
  })

  it('for what is strictly restricted, minors or many people the owner and the city, ten working days', () => {
    const all = ['CITY BDC 2026-03-16', 'OWNER PSB 2026-03-16', 'REVIEW BDC 2026-03-04']
    expect(needs('APPR', 'APPR-0102', [['Person.idNo', 'CLEAR']])).toEqual(all)
    expect(needs('APPR', 'APPR-0102', [['Person.birthDate', 'MASKED']], { minors: true, piaRef: 'PIA-2026-0001' })).toEqual(all)
    expect(needs('APPR', 'APPR-0102', [['Person.birthDate', 'MASKED']], { bulk: true })).toEqual(all)
  })

  it('from a partner the owner of each field, and a signed agreement', () => {
    const opened = [['AnnualReport.totalAssets', 'MASKED'], ['CreditRating.grade', 'CLEAR']] as const
    expect(needs('NAV-B', 'NAV-0801', opened, { agreementRef: 'OPEN-2026-0001' })).toEqual(['OWNER AMR 2026-03-09', 'OWNER CREDIT 2026-03-09', 'REVIEW BDC 2026-03-09'])
    expect(() => needs('NAV-B', 'NAV-0801', opened)).toThrow(expect.objectContaining({ code: 'APPLICATION_INVALID', facts: { argument: 'agreementRef' } }))
  })

  it('the owner and the city for minors even where a row forgets them', () => {
    const rules = bundle.approvals
    if (rules === undefined) throw new Error('no rules')
    const lax = { ...bundle, approvals: { ...rules, routes: rules.routes.map((route) => ({ ...route, approvals: { REVIEW: 1 } })) } }
    const it = readApplication({ purpose: 'APPR-0102', scenario: 'a', legalBasis: 'b', days: 30, minors: true, piaRef: 'PIA-2026-0001', fields: [{ field: 'Person.birthDate', mode: 'MASKED' }] })
    expect(inspectApplication(it, 'APPR', { bundle: lax, classification, at }).demands.map(({ role }) => role).sort()).toEqual(['CITY', 'OWNER', 'REVIEW'])
  })

  it('nothing where nothing can be granted: no rules, no row that fits, the own field, a citizen', () => {
    const fields = [['CreditRating.score', 'MASKED']] as const
    expect(() => needs('CREDIT', 'CREDIT-0001', fields)).toThrow(expect.objectContaining({ code: 'APPLICATION_INVALID' }))
    expect(() => needs('CITIZEN', 'APPR-0102', fields)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
    const it = readApplication({ purpose: 'APPR-0102', scenario: 'a', legalBasis: 'b', days: 30, fields: [{ field: 'CreditRating.score', mode: 'MASKED' }] })
    expect(() => inspectApplication(it, 'APPR', { bundle: { ...bundle, approvals: undefined }, classification, at })).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
  })
})

describe('who may approve', () => {
  it('is told by organisation and role alone; the city in an owner\'s place only where the rules say so', () => {
    const rules = bundle.approvals
    if (rules === undefined) throw new Error('no rules')
    const caller = (org: string, roles: readonly string[], kind = 'department') => ({ kind, org, roles })
    expect(takesOf(caller('CREDIT', ['data-owner']), rules)).toEqual([{ role: 'OWNER', org: 'CREDIT' }])
    expect(takesOf(caller('BDC', ['policy-officer']), rules)).toEqual([{ role: 'REVIEW', org: 'BDC' }, { role: 'CITY', org: 'BDC' }])
    expect(takesOf(caller('CREDIT', ['policy-officer', 'official']), rules)).toEqual([])
    expect(takesOf(caller('NAV-B', ['data-owner'], 'partner'), rules)).toEqual([])
    expect(takesOf(caller('BDC', ['policy-officer']), { ...rules, cityAfterDeadline: true })).toContainEqual({ role: 'OWNER', org: '*' })
  })
})

describe('working days', () => {
  it('pass over weekends and holidays, and count worked weekends', () => {
    const { workingDays } = bundle
    const end = (from: string, count: number): string => endOfWorkingDay(new Date(from), count, workingDays).toISOString()
    // 24:00 in Shanghai is 16:00 UTC. A Friday; the day of the application does not count.
    expect(end('2026-03-06T23:59:00+08:00', 1)).toBe('2026-03-09T16:00:00.000Z')
    // Before the Spring Festival: Friday the 13th, Saturday the 14th is worked, then closed until Tuesday the 24th.
    expect(end('2026-02-13T10:00:00+08:00', 1)).toBe('2026-02-14T16:00:00.000Z')
    expect(end('2026-02-13T10:00:00+08:00', 2)).toBe('2026-02-24T16:00:00.000Z')
    // 2026-03-01T00:30 in Shanghai is still February in UTC.
    expect(end('2026-02-28T16:30:00Z', 1)).toBe('2026-03-02T16:00:00.000Z')
  })

  it('of a file with a day of another year, or no day, are refused with the place', () => {
    const read = (text: string) => readWorkingDays({ name: 'holidays.yaml', text }).problems
    expect(read('- { year: 2026, closed: ["2025-01-01"], open: [] }')).toMatchObject([{ file: 'holidays.yaml', line: 1, message: 'this day is not in 2026' }])
    expect(read('- { year: 2026, closed: ["2026-02-30"], open: [] }')).toMatchObject([{ message: 'there is no such day' }])
  })
})

describe('approvals.yaml', () => {
  it('is refused with the place where somebody could be left out', () => {
    const rest = 'roles: { REVIEW: { org: NAV-B, role: a }, OWNER: { role: b }, CITY: { org: BDC, role: c } }\ncityAfterDeadline: false\nemergency: { role: d, confirmWithinMinutes: 30, hours: 4 }\n'
    const read = (text: string) => readApprovals({ name: 'approvals.yaml', text }, bundle.organisations).problems.map(({ message }) => message)
    expect(read(`${rest}routes: [{ name: a, by: partner, approvals: {} }]`)).toEqual(['NAV-B is no department in organisations.yaml', 'an application needs somebody who looks at it'])
    expect(read(`${rest.replace('hours: 4', 'hours: 5')}routes: [{ name: a, by: partner, approvals: { REVIEW: 1 } }]`)).toHaveLength(1)
  })
})

describe('a draft', () => {
  it('finds the field behind a path that was denied', () => {
    const at = (path: string): string | undefined => {
      const found = fieldOnPath(path, classification)
      return found === undefined ? undefined : `${found.type}.${found.field}`
    }
    expect(at('enterprises.nodes.annualReports.nodes.totalAssets')).toBe('AnnualReport.totalAssets')
    expect(at('enterprise.creditRating.grade')).toBe('CreditRating.grade')
    expect(at('verifyIdentity')).toBe('Query.verifyIdentity')
    for (const path of ['', 'nodes', 'enterprise.uscc', 'enterprise.constructor', 'enterprise.nodes.name', '__proto__.x']) expect(at(path), path).toBeUndefined()
  })

  it('asks for values masked, for answers and edges as they are', () => {
    const mode = (coordinate: string): string | undefined => {
      const field = fieldAt(coordinate, classification)
      return field === undefined ? undefined : defaultMode(field, classification)
    }
    expect([mode('AnnualReport.totalAssets'), mode('Enterprise.creditRating'), mode('Query.verifyIdentity'), mode('Query.resolvePerson')]).toEqual(['MASKED', 'CLEAR', 'VERIFY', 'CLEAR'])
  })
})
