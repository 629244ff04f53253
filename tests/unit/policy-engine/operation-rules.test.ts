// The rules on whole operations, on hand-made plans over the city's own classification: whatever is permitted and asked for, no set is
// whole afterwards; asking for more never gives more; nothing is raised. The oracle below says the sets again, from DOMAIN 2.6.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownCombinations } from '../../../policy-engine/combinations.ts'
import type { AccessPlan, Asker, FieldDecision } from '../../../policy-engine/decision.ts'
import { withOperationRules, withoutEntries } from '../../../policy-engine/operation-rules.ts'
import { always, never } from '../../../policy-engine/row-condition.ts'
import type { RowCondition } from '../../../policy-engine/row-condition.ts'
import { readClassification } from '../../../schema/classification.ts'
import { allSubgraphSdl } from '../../../schema/load.ts'
import { clear, denied, handMadePlan, masked, mixed } from '../../support/hand-made-plan.ts'

const classification = readClassification(allSubgraphSdl())
const combinations = ownCombinations(classification)
const own: RowCondition = { kind: 'compare', operator: '==', left: { kind: 'attribute', name: 'subject' }, right: { kind: 'parameter', name: 'pid' } }
const organisations: RowCondition = { kind: 'truth', attribute: 'organisation' }
const grown: RowCondition = { kind: 'not', term: { kind: 'truth', attribute: 'minor' } }
const department: Asker = { kind: 'department', org: 'EDU', strictly: false }

/** Everything denied unless said otherwise. */
function planOf(fields: Readonly<Record<string, FieldDecision>>, { asker = department, filterable = [] }: { asker?: Asker; filterable?: readonly string[] } = {}): AccessPlan {
  const field = (type: string, name: string): FieldDecision => fields[`${type}.${name}`] ?? denied
  return { ...handMadePlan(), field, filterable: (type, name) => filterable.includes(`${type}.${name}`), combinations, asker }
}
const allClear = (names: readonly string[]): Readonly<Record<string, FieldDecision>> => Object.fromEntries(names.map((name) => [name, clear]))
const at = (plan: AccessPlan, coordinate: string): FieldDecision => plan.field(coordinate.split('.')[0] ?? '', coordinate.split('.')[1] ?? '')

/** DOMAIN 2.6, said a second time: the last of the three is what must not be clear beside the others. `any`: counts where it is masked, too. */
const sets: readonly { readonly any?: readonly string[]; readonly beside: readonly (readonly string[])[]; readonly never: readonly string[] }[] = [
  {
    any: ['Person.gender', 'JudgmentDebtor.gender', 'Person.idNo', 'ResidenceRegistration.permitNo', 'Driver.licenseNo', 'License.certNo'],
    beside: [['Person.hukouDivision', 'Person.residenceDivision', 'Person.hukouAddress', 'Person.residenceAddress', 'Household.division', 'Household.address', 'ResidenceRegistration.division', 'ResidenceRegistration.address']],
    never: ['Person.birthDate'],
  },
  {
    any: ['Vehicle.plateNo', 'Vehicle.vin', 'Vehicle.engineNo', 'Vehicle.violations', 'Driver.violations', 'TrafficViolation.plateNo'],
    beside: [['TrafficViolation.location', 'TrafficViolation.place']],
    never: ['TrafficViolation.occurredAt'],
  },
  {
    any: ['Vehicle.plateNo', 'Vehicle.vin', 'Vehicle.engineNo', 'Vehicle.violations', 'Driver.violations', 'TrafficViolation.plateNo'],
    beside: [['TrafficViolation.occurredAt']],
    never: ['TrafficViolation.location', 'TrafficViolation.place'],
  },
  {
    beside: [['Person.name', 'Person.formerName', 'Enterprise.legalRepName', 'License.holderName', 'Vehicle.ownerName', 'JudgmentDebtor.name', 'KeyPerson.name', 'Shareholder.holderName', 'CreditRecord.subjectName'], ['Person.mobile', 'Enterprise.contactMobile']],
    never: ['Person.residenceAddress', 'Person.hukouAddress', 'Household.address', 'ResidenceRegistration.address'],
  },
]
const restrictedNames = ['Person.name', 'Person.formerName', 'License.holderName', 'Vehicle.ownerName', 'JudgmentDebtor.name']
const derived = ['Person.age', 'Person.ageBand']
const everything = [...new Set([...sets.flatMap(({ any = [], beside, never: last }) => [...any, ...beside.flat(), ...last]), ...restrictedNames, ...derived])].sort()

const isClear = (decision: FieldDecision, asker: Asker): boolean =>
  decision.decision === 'CLEAR' || (decision.decision === 'MIXED' && decision.read.kind !== 'never' && decision.read !== organisations && !(asker.kind === 'subject' && decision.read === own))
const isServed = (decision: FieldDecision, asker: Asker): boolean =>
  decision.decision === 'MIXED' ? isClear(decision, asker) || !(decision.masked.kind === 'never' || decision.masked === organisations) : decision.decision !== 'DENIED'
const ownerOf = (coordinate: string): string | undefined => classification.field(coordinate.split('.')[0] ?? '', coordinate.split('.')[1] ?? '')?.owner
const isPublic = (coordinate: string): boolean => classification.field(coordinate.split('.')[0] ?? '', coordinate.split('.')[1] ?? '')?.level === 1

/** A set that is whole in what the plan serves of these fields; undefined where there is none. */
function wholeSet(plan: AccessPlan, asked: readonly string[], asker: Asker): readonly string[] | undefined {
  const foreign = (names: readonly string[]): boolean => names.some((name) => !isPublic(name) && !(asker.kind === 'department' && ownerOf(name) === asker.org))
  for (const { any, beside, never: last } of sets) {
    const members = [...beside.map((names) => names.filter((name) => asked.includes(name) && isClear(at(plan, name), asker))), ...(any === undefined ? [] : [any.filter((name) => asked.includes(name) && isServed(at(plan, name), asker))])]
    for (const target of last.filter((name) => asked.includes(name) && isClear(at(plan, name), asker))) {
      for (const one of members[0] ?? []) for (const other of members[1] ?? []) if (foreign([one, other, target])) return [one, other, target]
    }
  }
  return undefined
}

const decisions = fc.constantFrom<FieldDecision>(clear, clear, masked, denied, mixed(grown, always), mixed(grown), mixed(own, never), mixed(never, grown), mixed(organisations, organisations), mixed(organisations))
const asker = fc.record({ kind: fc.constantFrom<Asker['kind']>('department', 'department', 'department', 'partner', 'subject', 'public'), org: fc.constantFrom('EDU', 'PSB', 'TPB', 'AMR'), strictly: fc.boolean() })
const drawn = fc.record({ decided: fc.tuple(...everything.map(() => decisions)), asked: fc.subarray(everything), more: fc.subarray(everything), asker })
const seed = Math.floor(Math.random() * 2 ** 31)
process.stdout.write(`operation rules seed ${seed}\n`)
const runs = { seed, numRuns: Number(process.env['TEST_RUNS'] ?? 1_000) }
const fieldsOf = (decided: readonly FieldDecision[]): Readonly<Record<string, FieldDecision>> => Object.fromEntries(everything.map((name, n) => [name, decided[n] ?? denied]))

describe('whatever is permitted and asked for', () => {
  it('no set is whole in what is served, known or not what is asked for', () => {
    let lowered = 0
    let whole = 0
    fc.assert(fc.property(drawn, ({ decided, asked, asker: who }) => {
      const plan = planOf(fieldsOf(decided), { asker: who })
      whole += wholeSet(plan, asked, who) === undefined ? 0 : 1
      const ruled = withOperationRules(plan, asked, classification)
      lowered += ruled === plan ? 0 : 1
      expect(wholeSet(ruled, asked, who)).toBeUndefined()
      expect(wholeSet(withOperationRules(plan, undefined, classification), everything, who)).toBeUndefined()
    }), runs)
    // The test is of something.
    expect(whole).toBeGreaterThan(runs.numRuns / 30)
    expect(lowered).toBeGreaterThan(whole)
  })

  it('nothing is raised, and what is lowered names a rule and says POLICY', () => {
    fc.assert(fc.property(drawn, ({ decided, asked, asker: who }) => {
      const plan = planOf(fieldsOf(decided), { asker: who })
      const ruled = withOperationRules(plan, asked, classification)
      for (const name of everything) {
        const [before, after] = [at(plan, name), at(ruled, name)]
        if (before === after) continue
        expect(after.policies.some((id) => /^combination\/(K2|K3|K4|M8)$/.test(id))).toBe(true)
        expect(after.decision === 'CLEAR' ? undefined : after.code).toBe('POLICY')
        expect(before.decision).not.toBe('DENIED')
        // On no row clear any more; REDACT has no masked form.
        expect(after.decision === 'MIXED' ? after.read.kind : 'never').toBe('never')
        expect(after.decision).not.toBe('CLEAR')
      }
    }), runs)
  })

  it('asking for more never gives more, and unknown facts are the strictest', () => {
    fc.assert(fc.property(drawn, ({ decided, asked, more, asker: who }) => {
      const plan = planOf(fieldsOf(decided), { asker: who })
      const small = withOperationRules(plan, asked, classification)
      const large = withOperationRules(plan, [...asked, ...more], classification)
      const unknown = withOperationRules(plan, undefined, classification)
      for (const name of everything) {
        if (isClear(at(large, name), { ...who, kind: 'department' })) expect(isClear(at(small, name), { ...who, kind: 'department' })).toBe(true)
        if (isClear(at(unknown, name), { ...who, kind: 'department' })) expect(isClear(at(large, name), { ...who, kind: 'department' })).toBe(true)
      }
    }), runs)
  })

  it('a plan in whose operation no set is whole is left as it is, the same object', () => {
    const plan = planOf(allClear(everything))
    for (const asked of [[], ['Person.birthDate'], ['Person.birthDate', 'Person.gender'], ['Person.name', 'Person.mobile'], ['TrafficViolation.location', 'Vehicle.plateNo']]) {
      expect(withOperationRules(plan, asked, classification)).toBe(plan)
    }
  })

  it('the same lowering is the same object, however it is asked for', () => {
    const plan = planOf(allClear(everything))
    const one = withOperationRules(plan, ['Person.birthDate', 'Person.gender', 'Person.hukouDivision'], classification)
    expect(one).not.toBe(plan)
    expect(withOperationRules(plan, ['Person.residenceDivision', 'Person.gender', 'Person.birthDate', 'Person.vitalStatus'], classification)).toBe(one)
    expect(withOperationRules(planOf(allClear(everything)), ['Person.birthDate', 'Person.gender', 'Person.hukouDivision'], classification)).not.toBe(one)
  })
})

describe('K3, treated as strictly restricted,', () => {
  const fields = { ...allClear(['TrafficViolation.occurredAt', 'TrafficViolation.location', 'Vehicle.plateNo', 'Vehicle.vin', 'Vehicle.violations']) }
  const words = (strictly: boolean): readonly string[] => {
    const ruled = withOperationRules(planOf(fields, { asker: { ...department, strictly } }), Object.keys(fields), classification)
    return Object.keys(fields).map((name) => `${name} ${at(ruled, name).decision}`)
  }
  it('masks the vehicle\'s numbers too unless one person is asked about for a purpose and in a case', () => {
    expect(words(false)).toEqual(['TrafficViolation.occurredAt MASKED', 'TrafficViolation.location MASKED', 'Vehicle.plateNo MASKED', 'Vehicle.vin MASKED', 'Vehicle.violations CLEAR'])
    expect(words(true)).toEqual(['TrafficViolation.occurredAt MASKED', 'TrafficViolation.location MASKED', 'Vehicle.plateNo CLEAR', 'Vehicle.vin CLEAR', 'Vehicle.violations CLEAR'])
  })
})

describe('a filter, which tells what it filters by,', () => {
  const fields = allClear(['Person.birthDate', 'Person.gender', 'Person.hukouDivision', 'Person.vitalStatus'])
  const filterable = Object.keys(fields)
  it('is refused on fields that would make a set whole without being asked for', () => {
    const ruled = withOperationRules(planOf(fields, { filterable }), ['Person.vitalStatus'], classification)
    expect(filterable.filter((name) => ruled.filterable(name.split('.')[0] ?? '', name.split('.')[1] ?? ''))).toEqual(['Person.vitalStatus'])
    for (const name of filterable) expect(at(ruled, name).decision).toBe('CLEAR')
  })
  it('is left alone where the set cannot become whole, and where it is the owner\'s', () => {
    const two = planOf(allClear(['Person.birthDate', 'Person.gender']), { filterable: ['Person.birthDate', 'Person.gender'] })
    expect(withOperationRules(two, ['Person.vitalStatus'], classification)).toBe(two)
    const owner = planOf(fields, { filterable, asker: { kind: 'department', org: 'PSB', strictly: false } })
    expect(withOperationRules(owner, ['Person.vitalStatus'], classification)).toBe(owner)
  })
})

describe('entries that are refused', () => {
  it('answer nothing under QUOTA, name K7, count nobody, and are the same object again', () => {
    const plan = planOf({})
    const without = withoutEntries(plan, ['bornBetween', 'bornBetween'])
    expect(without.verify('bornBetween')).toEqual({ condition: never, code: 'QUOTA', policies: ['combination/K7'] })
    expect(without.verify('checkResidence')).toEqual(plan.verify('checkResidence'))
    expect(without.thresholds('bornBetween')).toEqual([])
    expect(without.counted('Query', 'bornBetween')).toEqual([])
    expect(withoutEntries(plan, ['bornBetween'])).toBe(without)
    expect(withoutEntries(plan, [])).toBe(plan)
  })
})
