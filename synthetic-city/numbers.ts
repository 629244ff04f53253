// Numbers that are valid and nobody's: identity numbers and USCCs of area 310199, mobiles of prefix 154, landlines that begin with
// 0, plates never of series 沪A (which is the scenario's). Each is unique within a city.

import { organisationCodeCheckCharacter, residentIdCheckCharacter, usccCheckCharacter } from '../core/check-digits.ts'
import { dayNumber, dayOf } from './days.ts'
import type { Random } from './random.ts'

const AREA = '310199'

/** The identity number of the person with that sequence number (0–999, odd for men) among those born on a day. */
export function residentId(birth: string, sequence: number): string {
  const first17 = `${AREA}${birth.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`
  return first17 + residentIdCheckCharacter(first17)
}

export type IdNumbers = {
  /** A fresh number; when a day is used up the birth moves to the next one. */
  readonly take: (birth: string, male: boolean) => { readonly idNo: string; readonly birth: string }
}

/** Sequence numbers below this are the scenario's. */
const FIRST_SEQUENCE = 100
const FIRST_DAY = dayNumber('1900-01-01')

/** Deals out numbers day by day; the same calls in the same order give the same numbers. */
export function idNumbers(): IdNumbers {
  const dealt = new Uint16Array(2 * (dayNumber('2030-01-01') - FIRST_DAY))
  const perDay = (1000 - FIRST_SEQUENCE) / 2
  return {
    take: (birth, male) => {
      let day = dayNumber(birth)
      let slot = slotOf(day, male)
      while ((dealt[slot] ?? perDay) >= perDay) {
        if (slot >= dealt.length) throw new RangeError('no identity numbers are left for this city')
        slot = slotOf(++day, male)
      }
      const count = dealt[slot] ?? 0
      dealt[slot] = count + 1
      const born = dayOf(day)
      return { idNo: residentId(born, FIRST_SEQUENCE + 2 * count + (male ? 1 : 0)), birth: born }
    },
  }
}

function slotOf(day: number, male: boolean): number {
  return 2 * (day - FIRST_DAY) + (male ? 1 : 0)
}

const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** The USCC of the `index`-th enterprise; `kind` is 91 company, 92 individual business, 93 cooperative. */
export function uscc(kind: '91' | '92' | '93', index: number): string {
  const organisation = `MB${inBase(index, USCC_ALPHABET, 6)}`
  const first17 = kind + AREA + organisation + organisationCodeCheckCharacter(organisation)
  return first17 + usccCheckCharacter(first17)
}

const PLATE_ALPHABET = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const PLATE_SERIES = 'BCDEFGHJKLMN'
const NEW_ENERGY_LETTERS = 'DF'

/** The plate of the `index`-th vehicle: seven characters, or eight with a letter for new energy. Throws RangeError past the last. */
export function plate(index: number, newEnergy: boolean): string {
  if (newEnergy) {
    const number = scatter(index, PLATE_SERIES.length * 2 * 34 * 10_000)
    const rest = Math.floor(number / 10_000)
    const letters = `${PLATE_SERIES.charAt(rest % 12)}${NEW_ENERGY_LETTERS.charAt(Math.floor(rest / 12) % 2)}${PLATE_ALPHABET.charAt(Math.floor(rest / 24))}`
    return `沪${letters}${String(number % 10_000).padStart(4, '0')}`
  }
  const number = scatter(index, PLATE_SERIES.length * 34 ** 4 * 10)
  return `沪${PLATE_SERIES.charAt(number % 12)}${inBase(Math.floor(number / 120), PLATE_ALPHABET, 4)}${Math.floor(number / 12) % 10}`
}

/** A permutation of 0…size−1 that looks like no order: multiplication by a prime that divides no size used here. */
function scatter(index: number, size: number): number {
  if (index >= size) throw new RangeError('no plates are left for this city')
  return Number((BigInt(index) * 1_000_003n + 77_777n) % BigInt(size))
}

function inBase(value: number, alphabet: string, length: number): string {
  let rest = value
  let text = ''
  for (let place = 0; place < length; place++) {
    text = alphabet.charAt(rest % alphabet.length) + text
    rest = Math.floor(rest / alphabet.length)
  }
  return text
}

export function mobile(random: Random): string {
  return `154${String(random.int(0, 99_999_999)).padStart(8, '0')}`
}

export function landline(random: Random): string {
  return `021-0${String(random.int(0, 9_999_999)).padStart(7, '0')}`
}

/** A vehicle identification number of a maker that does not exist. */
export function vin(index: number): string {
  return `LZZTEST${String(index).padStart(10, '0')}`
}
