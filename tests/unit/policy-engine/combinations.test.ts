// combinations.yaml: what the file must hold, and where it is told when it does not.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { policiesFolder } from '../../../cli/city-parts.ts'
import { ownCombinations, readCombinations } from '../../../policy-engine/combinations.ts'
import type { CombinationName } from '../../../policy-engine/combinations.ts'
import { readClassification } from '../../../schema/classification.ts'
import { allSubgraphSdl } from '../../../schema/load.ts'

const classification = readClassification(allSubgraphSdl())
const text = readFileSync(join(policiesFolder, 'combinations.yaml'), 'utf8')
const read = (edited: string) => readCombinations({ name: 'combinations.yaml', text: edited }, classification)
const line = (part: string, of = text): number => of.split('\n').findIndex((one) => one.includes(part)) + 1
const fieldsOf = (name: CombinationName, member: string): readonly string[] =>
  ownCombinations(classification).sets.find((set) => set.name === name)?.members.find((one) => one.name === member)?.fields ?? []

describe('combinations.yaml', () => {
  it('that comes with the product holds what stands in for a missing one', () => {
    expect(read(text)).toEqual({ combinations: ownCombinations(classification), problems: [] })
    expect(readCombinations(undefined, classification)).toEqual({ combinations: ownCombinations(classification), problems: [] })
  })

  it('takes further fields and fewer thresholds', () => {
    const { combinations, problems } = read(text.replace('birth: [Person.birthDate]', 'birth: [Person.birthDate, Person.deathDate]').replace('thresholds: 3', 'thresholds: 1').replace('checkInsurance: [minMonths]', 'checkInsurance: [minMonths, scheme]'))
    expect(problems).toEqual([])
    expect(combinations.sets[0]?.members[0]?.fields).toEqual(['Person.birthDate', 'Person.deathDate'])
    expect(combinations.thresholds.most).toBe(1)
    expect(combinations.thresholds.entries.get('checkInsurance')).toEqual(['minMonths', 'scheme'])
  })

  it.each([
    ['a field that the graph does not have', 'birth: [Person.birthDate]', 'birth: [Person.birthDate, Person.birthday]', 'birth:', 'Person.birthday is not a field of the graph'],
    ['a type that the graph does not have', 'time: [TrafficViolation.occurredAt]', 'time: [TrafficViolation.occurredAt, Toll.at]', 'time:', 'Toll.at is not a field of the graph'],
    ['a field that is taken out', 'Person.hukouDivision, Person.residenceDivision,', 'Person.residenceDivision,', 'place: [Person.residenceDivision', 'Person.hukouDivision belongs to this rule and may not be taken out'],
    ['an empty member', 'birth: [Person.birthDate]', 'birth: []', 'birth:', ''],
    ['a text that is no field', 'mobile: [Person.mobile,', 'mobile: [mobile, Person.mobile,', 'mobile:', 'a field is Type.field'],
    ['more thresholds than three', 'thresholds: 3', 'thresholds: 4', 'thresholds:', ''],
    ['no threshold at all', 'thresholds: 3', 'thresholds: 0', 'thresholds:', ''],
    ['an entry that verifies nothing', '    bornBetween: [from, to]', '    bornBetween: [from, to]\n    people: [first]', 'people:', 'people is not an entry of the graph that verifies'],
    ['an argument that the entry does not have', 'checkInsurance: [minMonths]', 'checkInsurance: [minMonths, months]', 'checkInsurance:', 'checkInsurance has no argument months'],
    ['an argument that is taken out', 'bornBetween: [from, to]', 'bornBetween: [from]', 'bornBetween:', 'to belongs to this rule and may not be taken out'],
    ['an entry that is taken out', '    checkResidence: [division, minMonths]\n', '', 'bornBetween:', 'checkResidence belongs to this rule and may not be taken out'],
    ['a word that nobody knows', '  mobile: [', '  phone: [Person.mobile]\n  mobile: [', 'phone:', ''],
    ['no legal basis', 'basis: 个人信息保护法 6, 28; 刑法 253之一', 'basis: ""', 'basis: ""', ''],
  ])('is refused for %s, with its place', (_what, from, to, at, message) => {
    const edited = text.replace(from, to)
    expect(edited).not.toBe(text)
    const { combinations, problems } = read(edited)
    expect(problems.length).toBeGreaterThan(0)
    for (const problem of problems) expect(problem).toMatchObject({ file: 'combinations.yaml' })
    expect(problems.some((problem) => problem.message.includes(message) && Math.abs(problem.line - line(at, edited)) <= 1)).toBe(true)
    // The rules do not become weaker while the file is wrong.
    expect(combinations).toEqual(ownCombinations(classification))
  })

  it('is refused where a rule is missing', () => {
    expect(read(text.replace(/^K3:\n(  .*\n)+/m, '')).problems).toHaveLength(1)
  })
})

describe('the fields of the rules', () => {
  /** What a rule leaves out of a kind of datum, and why. */
  const left: Readonly<Record<string, string>> = {
    'Enterprise.domicile': 'an enterprise\'s address is its own; a home is decided by its row',
    'Enterprise.postalAddress': 'an enterprise\'s address, published with its annual report',
    'AnnualReport.postalAddress': 'an enterprise\'s address, published with its annual report',
    'Vehicle.engineNo': 'a vehicle\'s number',
    'Household.householdNo': 'a household\'s number, no digit of which is a sex',
    'TrafficViolation.place': 'where a vehicle was: K3',
  }
  const masked = (...kinds: readonly string[]): readonly string[] => classification.fields().filter(({ mask }) => kinds.includes(mask)).map(({ type, field }) => `${type}.${field}`).filter((name) => left[name] === undefined)

  it('are all names, mobiles, addresses, divisions and numbers of persons that the graph has', () => {
    expect([...fieldsOf('K4', 'name')].sort()).toEqual([...masked('NAME')].sort())
    expect([...fieldsOf('K4', 'mobile')].sort()).toEqual([...masked('MOBILE')].sort())
    expect([...fieldsOf('K4', 'address')].sort()).toEqual([...masked('ADDRESS')].sort())
    expect([...fieldsOf('K2', 'place')].sort()).toEqual([...masked('DIVISION', 'ADDRESS')].sort())
    expect(fieldsOf('K2', 'gender')).toEqual(expect.arrayContaining([...masked('ID_NO', 'CERT_NO'), ...classification.fields().filter(({ field }) => field === 'gender').map(({ type, field }) => `${type}.${field}`)]))
    expect(fieldsOf('K3', 'vehicle')).toEqual(expect.arrayContaining([...masked('PLATE', 'VIN')]))
  })

  it('name every verification whose answer depends on a number of months or a day', () => {
    const measured = classification.fields().filter(({ entry, entryArguments = [] }) => entry?.kind === 'VERIFY' && entryArguments.some((name) => /^(min|max|from|to)/.test(name)))
    expect([...ownCombinations(classification).thresholds.entries.keys()].sort()).toEqual(measured.map(({ field }) => field).sort())
  })
})

describe('by construction', () => {
  it('no field shows a digit of a birth date in an identity number but clear (K1): the mask stands in the database and takes no option for it', () => {
    // The masks of all identity numbers are of two kinds, whose vectors are tests/masks/vectors; both hide positions 3 to 16.
    const carriers = classification.fields().filter(({ returns }) => returns.named === 'IdNumber')
    expect(carriers.length).toBeGreaterThan(3)
    expect(new Set(carriers.map(({ mask }) => mask))).toEqual(new Set(['ID_NO', 'CERT_NO']))
    for (const { level } of carriers) expect(level).toBe(4)
  })

  it('the link from a public role to a person is restricted though the role is public (K5, M8)', () => {
    const edges = classification.fields().filter(({ type, returns, entry }) => returns.named === 'Person' && entry === undefined && type !== 'Person' && classification.type(type)?.classification.level === 1)
    expect(edges.map(({ type, field }) => `${type}.${field}`)).toEqual(expect.arrayContaining(['Enterprise.legalRepresentative', 'KeyPerson.person', 'Shareholder.holderPerson']))
    for (const { type, field, level, sharing, opening } of edges) expect([`${type}.${field}`, level >= 3, sharing, opening]).toEqual([`${type}.${field}`, true, 'CONDITIONAL', 'NONE'])
  })
})
