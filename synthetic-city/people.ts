// One resident with everything several departments know about them. Dates fit the age, numbers are valid and nobody's.

import { addYears, ageOn, CITY_DAY, completesYears, dayNumber, dayOf } from './days.ts'
import { linkingToken } from './linking-token.ts'
import { fullName, type Family } from './names.ts'
import { mobile, type IdNumbers } from './numbers.ts'
import { address, type Street } from './places.ts'
import type { Random } from './random.ts'

export type Person = {
  readonly pid: string
  readonly idNo: string
  readonly name: string
  readonly formerName: string | null
  readonly male: boolean
  readonly birth: string
  readonly age: number
  readonly minorUntil: string | null
  readonly under18Until: string | null
  readonly ethnicity: string
  /** GB/T 2261.2: 10 single, 20 married, 30 widowed, 40 divorced. */
  readonly marital: string
  readonly education: string
  readonly mobile: string | null
  readonly residence: Dwelling
  readonly hukou: Dwelling
  /** 1 normal, 2 deceased, 3 moved out. */
  readonly vital: '1' | '2' | '3'
  readonly death: string | null
}

/** A place of living: nine-digit division and an address in it. */
export type Dwelling = { readonly division: string; readonly address: string }

/** What a household decides about a member before the person is made. `born` is a day or the two ends of an age. */
export type Wanted = { readonly male: boolean; readonly marital: string; readonly age: readonly [min: number, max: number]; readonly family: Family }

export type PersonParts = { readonly random: Random; readonly numbers: IdNumbers; readonly linkKey: string | Uint8Array; readonly streets: readonly Street[] }

/** Birth days whose 14th birthday lies on the city's day or next to it, so that the minor rule's edge always has people. */
const EDGE_BIRTHS = ['2012-02-28', '2012-02-29', '2012-03-01', '2012-03-02'] as const

/** Makes a resident of a dwelling. */
export function person(wanted: Wanted, residence: Dwelling, { random, numbers, linkKey, streets }: PersonParts): Person {
  const [youngest, oldest] = wanted.age
  const atEdge = youngest <= 13 && oldest >= 14 && random.chance(0.03)
  const wish = atEdge ? random.pick(EDGE_BIRTHS) : dayBornAt(random, youngest, oldest)
  const { idNo, birth } = numbers.take(wish, wanted.male)
  const age = ageOn(birth, CITY_DAY)
  const native = random.chance(0.66)
  const elsewhere = random.pick(streets)
  const vital = age > 60 && random.chance(0.012) ? '2' : random.chance(0.004) ? '3' : '1'
  return {
    pid: linkingToken(idNo, linkKey),
    idNo,
    name: fullName(random, wanted.family, wanted.male),
    formerName: age > 20 && random.chance(0.01) ? fullName(random, wanted.family, wanted.male) : null,
    male: wanted.male,
    birth,
    age,
    minorUntil: completesYears(birth, 14),
    under18Until: completesYears(birth, 18),
    ethnicity: wanted.family.ethnicity,
    marital: wanted.marital,
    education: educationAt(random, age),
    mobile: age < 10 ? null : mobile(random),
    residence,
    hukou: native ? residence : { division: elsewhere.code, address: address(random, elsewhere) },
    vital,
    death: vital === '2' ? dayOf(dayNumber(CITY_DAY) - random.int(1, 900)) : null,
  }
}

/** A day on which somebody between two ages, both included, may have been born; never after the city's day. */
function dayBornAt(random: Random, youngest: number, oldest: number): string {
  return dayOf(random.int(dayNumber(addYears(CITY_DAY, -oldest - 1)) + 1, dayNumber(addYears(CITY_DAY, -youngest))))
}

/** GB/T 4658: 90 none, 80 primary, 70 junior, 60 senior, 30 college, 20 bachelor, 10 graduate. */
function educationAt(random: Random, age: number): string {
  if (age < 7) return '90'
  if (age < 12) return '80'
  if (age < 16) return '70'
  if (age < 19) return '60'
  return random.pick(age < 45 ? ['60', '30', '30', '20', '20', '20', '10'] : ['80', '70', '70', '60', '60', '30', '20'])
}
