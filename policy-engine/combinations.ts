// combinations.yaml: the fields that together in one operation tell more than one by one (DOMAIN 2.6 K2–K4, K7; docs/combinations.md).
// What a rule does is fixed here, the fields it looks at stand in the file. Where there is no such file the lists below hold, and the
// file may not take out what they hold: an edit can only make a rule stricter. Fields that the graph does not have are refused.

import { z } from 'zod'
import type { Classification } from '../schema/classification.ts'
import type { BundleFile } from './bundle-files.ts'
import type { Problem } from './problem.ts'
import { readYaml } from './yaml-source.ts'
import type { Path, YamlSource } from './yaml-source.ts'

export const combinationNames = ['K2', 'K3', 'K4'] as const
export type CombinationName = (typeof combinationNames)[number]

/** `counts`: a field belongs to the set where it is served clear somewhere, or where it is served at all. `lowered`: one level of detail less when the set is whole. */
export type Member = { readonly name: string; readonly counts: 'CLEAR' | 'SERVED'; readonly lowered: 'ALWAYS' | 'UNLESS_L4' | 'NEVER'; readonly fields: readonly string[] }
export type Combination = { readonly name: CombinationName; readonly members: readonly Member[] }

/** `entries`: a VERIFY entry to the names of the arguments that are its threshold. `most`: different thresholds for one person and entry in 24 hours. */
export type Thresholds = { readonly most: number; readonly entries: ReadonlyMap<string, readonly string[]> }

export type Combinations = { readonly sets: readonly Combination[]; readonly thresholds: Thresholds }

type Fixed = Readonly<Record<string, Pick<Member, 'counts' | 'lowered'> & { readonly own: readonly string[] }>>

const addresses = ['Person.hukouAddress', 'Person.residenceAddress', 'Household.address', 'ResidenceRegistration.address']

/** What each rule does, and the fields it has at least. The rarest member stands first, so that most operations are done with it. */
const fixed: Readonly<Record<CombinationName, Fixed>> = {
  K2: {
    birth: { counts: 'CLEAR', lowered: 'ALWAYS', own: ['Person.birthDate'] },
    // A masked number shows the seventeenth digit, whose parity is the sex.
    gender: { counts: 'SERVED', lowered: 'NEVER', own: ['Person.gender', 'JudgmentDebtor.gender', 'Person.idNo', 'ResidenceRegistration.permitNo', 'Driver.licenseNo', 'License.certNo'] },
    place: { counts: 'CLEAR', lowered: 'NEVER', own: ['Person.hukouDivision', 'Person.residenceDivision', 'Person.hukouAddress', 'Person.residenceAddress', 'Household.division', 'Household.address', 'ResidenceRegistration.division', 'ResidenceRegistration.address'] },
  },
  K3: {
    time: { counts: 'CLEAR', lowered: 'ALWAYS', own: ['TrafficViolation.occurredAt'] },
    place: { counts: 'CLEAR', lowered: 'ALWAYS', own: ['TrafficViolation.location', 'TrafficViolation.place'] },
    // The edges too: violations that hang on one vehicle or driver need no number to belong together.
    vehicle: { counts: 'SERVED', lowered: 'UNLESS_L4', own: ['Vehicle.id', 'Vehicle.plateNo', 'Vehicle.vin', 'Vehicle.engineNo', 'Vehicle.violations', 'Driver.violations', 'TrafficViolation.plateNo'] },
  },
  K4: {
    mobile: { counts: 'CLEAR', lowered: 'NEVER', own: ['Person.mobile', 'Enterprise.contactMobile'] },
    name: { counts: 'CLEAR', lowered: 'NEVER', own: ['Person.name', 'Person.formerName', 'Enterprise.legalRepName', 'KeyPerson.name', 'Shareholder.holderName', 'License.holderName', 'Vehicle.ownerName', 'CreditRecord.subjectName', 'JudgmentDebtor.name'] },
    address: { counts: 'CLEAR', lowered: 'ALWAYS', own: addresses },
  },
}

const ownEntries: Readonly<Record<string, readonly string[]>> = { bornBetween: ['from', 'to'], checkResidence: ['division', 'minMonths'], checkInsurance: ['minMonths'] }
const MOST_THRESHOLDS = 3

const basis = z.string().trim().min(1)
const coordinates = z.array(z.string().regex(/^[A-Z]\w*\.[a-z]\w*$/, 'a field is Type.field')).min(1)
const shape = z.strictObject({
  K2: z.strictObject({ basis, birth: coordinates, gender: coordinates, place: coordinates }),
  K3: z.strictObject({ basis, vehicle: coordinates, time: coordinates, place: coordinates }),
  K4: z.strictObject({ basis, name: coordinates, mobile: coordinates, address: coordinates }),
  K7: z.strictObject({
    basis,
    thresholds: z.int().min(1).max(MOST_THRESHOLDS),
    entries: z.record(z.string(), z.array(z.string()).min(1)),
  }),
})
type Written = z.infer<typeof shape>

/** The rules of the product alone, as far as the graph has their fields. */
export function ownCombinations(classification: Classification): Combinations {
  return made((name, member) => fixed[name][member]?.own ?? [], { most: MOST_THRESHOLDS, entries: ownEntries }, classification)
}

/** Reads the file; problems come with file, line and column. */
export function readCombinations(file: BundleFile | undefined, classification: Classification): { readonly combinations: Combinations; readonly problems: readonly Problem[] } {
  const own = ownCombinations(classification)
  if (file === undefined) return { combinations: own, problems: [] }
  const source = readYaml(file, shape)
  const { value } = source
  if (value === undefined) return { combinations: own, problems: source.problems }
  const problems = [...combinationNames.flatMap((name) => faultsOf(name, value, source, classification)), ...thresholdFaults(value, source, classification)]
  const combinations = made((name, member) => listed(value, name, member), { most: value.K7.thresholds, entries: value.K7.entries }, classification)
  return problems.length > 0 ? { combinations: own, problems } : { combinations, problems }
}

function made(fieldsOf: (name: CombinationName, member: string) => readonly string[], { most, entries }: { most: number; entries: Readonly<Record<string, readonly string[]>> }, classification: Classification): Combinations {
  const sets = combinationNames.map((name) => ({
    name,
    members: Object.entries(fixed[name]).map(([member, { counts, lowered }]) => ({ name: member, counts, lowered, fields: fieldsOf(name, member).filter((field) => exists(field, classification)) })),
  }))
  return { sets, thresholds: { most, entries: new Map(Object.entries(entries).filter(([entry]) => argumentsOf(entry, classification) !== undefined)) } }
}

function listed(value: Written, name: CombinationName, member: string): readonly string[] {
  const members: Readonly<Record<string, unknown>> = value[name]
  const fields = members[member]
  return Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : []
}

function faultsOf(name: CombinationName, value: Written, source: YamlSource<Written>, classification: Classification): readonly Problem[] {
  return Object.entries(fixed[name]).flatMap(([member, { own }]) => {
    const fields = listed(value, name, member)
    return [
      ...fields.flatMap((field, at) => (exists(field, classification) ? [] : [source.at([name, member, at], `${field} is not a field of the graph`)])),
      ...missing(own.filter((field) => exists(field, classification)), fields, [name, member], source),
    ]
  })
}

function thresholdFaults({ K7: { entries } }: Written, source: YamlSource<Written>, classification: Classification): readonly Problem[] {
  const faults = Object.entries(entries).flatMap(([entry, names]) => {
    const known = argumentsOf(entry, classification)
    if (known === undefined) return [source.at(['K7', 'entries', entry], `${entry} is not an entry of the graph that verifies`)]
    const unknown = names.flatMap((name, at) => (known.includes(name) ? [] : [source.at(['K7', 'entries', entry, at], `${entry} has no argument ${name}`)]))
    return [...unknown, ...missing(ownEntries[entry] ?? [], names, ['K7', 'entries', entry], source)]
  })
  return [...faults, ...missing(Object.keys(ownEntries).filter((entry) => argumentsOf(entry, classification) !== undefined), Object.keys(entries), ['K7', 'entries'], source)]
}

function missing(own: readonly string[], written: readonly string[], path: Path, source: YamlSource<Written>): readonly Problem[] {
  return own.filter((one) => !written.includes(one)).map((one) => source.at(path, `${one} belongs to this rule and may not be taken out`))
}

function exists(coordinate: string, classification: Classification): boolean {
  const [type = '', field = ''] = coordinate.split('.')
  return classification.field(type, field) !== undefined || classification.keys(type).has(field)
}

function argumentsOf(entry: string, classification: Classification): readonly string[] | undefined {
  const found = classification.field('Query', entry)
  return found?.entry?.kind === 'VERIFY' ? found.entryArguments : undefined
}
