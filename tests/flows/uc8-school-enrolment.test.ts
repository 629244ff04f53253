// UC8 入学 of DOMAIN 6: a school authority enrols a child. The child is under 14, so everything about it is strictly restricted and
// the grant needs approval for minors; a child who turns 14 today is decided by the ordinary rule. Without the approval a child is
// not there, as somebody who does not exist is not there (M11), and the decisions do not tell which of the two it was.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ScenarioName } from '../../synthetic-city/scenario.ts'
import { editedPolicies } from '../support/edited-policies.ts'
import { auditSql } from '../support/quota-city.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, RunningCity } from '../support/running-city.ts'
import { callers, decisionsOf, idOf, schoolChild, valueAt } from '../support/use-cases.ts'

const how = callers.enrolment
const families = { wangZihan: 'ouyangJingyi', zhaoYiming: 'zhaoGuoping', qianYiming: 'qianWenhua' } as const satisfies Partial<Record<ScenarioName, ScenarioName>>
const children = ['wangZihan', 'zhaoYiming', 'qianYiming'] as const
type Child = (typeof children)[number]

let city: RunningCity
let unapproved: RunningCity
const answers = new Map<string, Answer>()

async function enrol(where: RunningCity, child: Child): Promise<Answer> {
  // Ids are the organisation's: the approved city gives them where the other does not.
  return where.ask(schoolChild, { ...how, variables: { child: await idOf(city, child, how), guardian: await idOf(city, families[child], how) } })
}

function answerOf(where: 'approved' | 'unapproved', child: Child): Answer {
  const found = answers.get(`${where} ${child}`)
  if (found === undefined) throw new Error('was not asked')
  return found
}

/** What an answer looks like when its values are taken out: names, lists and their lengths. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return '·'
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]))
}

beforeAll(async () => {
  city = await runningCity()
  unapproved = await runningCity({
    databases: city.databases,
    policies: editedPolicies({ 'grants/edu-0701.yaml': (text) => text.replace('minorsApproved: true\n', '') }),
  })
  for (const child of children) {
    answers.set(`approved ${child}`, await enrol(city, child))
    answers.set(`unapproved ${child}`, await enrol(unapproved, child))
  }
})
// Each test is a day of its own: three different thresholds are what a school may ask of one person in one (tests/flows/thresholds).
beforeEach(async () => void (await auditSql(city, 'TRUNCATE audit.threshold')))
afterAll(async () => {
  await unapproved.stop()
  await city.stop()
})

describe('with approval for minors, 王子涵 (9)', () => {
  it.each([
    ['verifyGuardian', 'MATCH', /^VERIFY /],
    ['bornBetween', false, /^VERIFY /],
    ['person.name', '王子涵', undefined],
    ['person.birthDate', '2016', /^MASKED POLICY$/],
    ['person.hukouDivision', '310101002', undefined],
    ['person.residenceDivision', '310101002', undefined],
    ['person.hukouAddress', null, /^DENIED APPLY$/],
    ['person.residenceAddress', null, /^DENIED APPLY$/],
    ['person.mobile', null, /^DENIED APPLY$/],
    ['person.idNo', null, /^DENIED APPLY$/],
  ])('%s answers %j, decided %s', (path, value, decision) => {
    const answer = answerOf('approved', 'wangZihan')
    expect(answer.errors).toEqual([])
    expect(valueAt(answer.data, path)).toEqual(value)
    if (decision === undefined) expect(decisionsOf(answer)).not.toHaveProperty([path])
    else expect(decisionsOf(answer)[path]).toMatch(decision)
  })

  it('was born in the school year asked for', async () => {
    const child = await idOf(city, 'wangZihan', how)
    const asked = async (from: string, to: string): Promise<unknown> =>
      (await city.ask('query ($child: ID!, $from: Date!, $to: Date!) { bornBetween(person: $child, from: $from, to: $to) }', { ...how, variables: { child, from, to } })).data.bornBetween
    expect(await asked('2015-09-01', '2016-08-31')).toBe(true)
    expect(await asked('2016-05-20', '2016-05-20')).toBe(true)
    expect(await asked('2016-05-21', '2017-05-19')).toBe(false)
  })

  it.each([
    ['310101', 24, true],
    ['310101002', 30, true],
    ['310101', 31, false],
    ['310115', 1, false],
  ])('has a guardian registered in %s for %i months: %s', async (division, minMonths, registered) => {
    const guardian = await idOf(city, 'ouyangJingyi', how)
    const answer = await city.ask('query ($guardian: ID!, $division: String!, $minMonths: Int!) { checkResidence(person: $guardian, division: $division, minMonths: $minMonths) }', {
      ...how,
      variables: { guardian, division, minMonths },
    })
    expect(answer.data).toEqual({ checkResidence: registered })
    expect(decisionsOf(answer)['checkResidence']).toMatch(/^VERIFY /)
  })

  it('has no guardian but its own', async () => {
    const variables = { child: await idOf(city, 'wangZihan', how), guardian: await idOf(city, 'zhangWei', how) }
    expect((await city.ask(schoolChild, { ...how, variables })).data.verifyGuardian).toBe('MISMATCH')
  })

  it('is not served together with another child, for the grant is for one at a time', async () => {
    const variables = { a: await idOf(city, 'wangZihan', how), b: await idOf(city, 'qianYiming', how) }
    const answer = await city.ask('query ($a: ID!, $b: ID!) { a: person(id: $a) { name birthDate } b: person(id: $b) { name birthDate } }', { ...how, variables })
    expect(answer.data).toEqual({ a: null, b: null })
  })

  it('is not served without a case number', async () => {
    const variables = { child: await idOf(city, 'wangZihan', how) }
    const answer = await city.ask('query ($child: ID!) { person(id: $child) { name birthDate } }', { caller: how.caller, purpose: how.purpose, variables })
    expect(answer.data).toEqual({ person: null })
  })
})

describe('without approval for minors', () => {
  const everything = { name: null, birthDate: null, hukouDivision: null, residenceDivision: null, hukouAddress: null, residenceAddress: null, mobile: null, idNo: null }

  it.each([['王子涵', 'wangZihan'], ['钱一鸣 (still 13)', 'qianYiming']] as const)('everything about %s is denied', (_name, child) => {
    const answer = answerOf('unapproved', child)
    expect(answer.errors).toEqual([])
    expect(answer.data).toEqual({ verifyGuardian: 'NOT_FOUND', bornBetween: null, person: null })
  })

  it('赵一鸣, 14 today, is decided by the ordinary rule', () => {
    expect(answerOf('unapproved', 'zhaoYiming').data).toEqual({
      verifyGuardian: 'MATCH',
      bornBetween: true,
      person: { ...everything, name: '赵一鸣', birthDate: '2012', hukouDivision: '310110001', residenceDivision: '310110001' },
    })
  })

  it('the guardian, grown up, is verified as before', async () => {
    const guardian = await idOf(unapproved, 'ouyangJingyi', how)
    const answer = await unapproved.ask('query ($guardian: ID!) { checkResidence(person: $guardian, division: "310101", minMonths: 24) }', { ...how, variables: { guardian } })
    expect(answer.data).toEqual({ checkResidence: true })
  })

  it('the codes are the generic ones', () => {
    expect(new Set(Object.values(decisionsOf(answerOf('unapproved', 'wangZihan'))))).toEqual(new Set(['VERIFY APPLY', 'MIXED APPLY', 'DENIED APPLY']))
  })
})

describe('somebody without approval for minors', () => {
  it('cannot tell a child from a person who does not exist', async () => {
    const unknown = await idOf(city, 'wangZihan', { ...how, caller: 'edu-clerk' })
    const variables = { child: `1${Buffer.from('0123456789abcdef').toString('base64url')}`, guardian: await idOf(unapproved, 'zhangWei', how) }
    const nobody = await unapproved.ask(schoolChild, { ...how, variables })
    const child = await unapproved.ask(schoolChild, { ...how, variables: { ...variables, child: unknown } })
    expect(child.data).toEqual(nobody.data)
    expect(child.sharing.decisions).toEqual(nobody.sharing.decisions)
  })

  it('finds no child in a list and no gap where one would be', async () => {
    const answer = await unapproved.ask('{ people(first: 100) { nodes { id gender vitalStatus } } }', how)
    expect(answer.data.people.nodes.length).toBe(100)
    expect(answer.data.people.nodes.every((person: { gender: string | null; vitalStatus: string | null }) => person.gender !== null && person.vitalStatus !== null)).toBe(true)
  })
})

describe('whether a child is under 14, with approval', () => {
  it('shows neither in the decisions nor in the shape of the answer', () => {
    const [first, ...others] = children.map((child) => answerOf('approved', child))
    for (const other of others) {
      expect(other.sharing.decisions).toEqual(first?.sharing.decisions)
      expect(other.status).toBe(first?.status)
      expect(other.sharing.records.map(({ log }) => log)).toEqual(first?.sharing.records.map(({ log }) => log))
      expect(shapeOf(other.data)).toEqual(shapeOf(first?.data))
    }
  })
})
