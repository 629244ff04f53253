// Numbers that name a person or a thing of theirs, found in any text: resident identity numbers, mobiles, bank cards, plates,
// passports, e-mail addresses. What a caller can write into a record, a path or a header is looked through here first. Demands
// check digits where a kind has them and digit boundaries everywhere, so that hashes, ids and case numbers pass. USCCs are public.

import { createHash } from 'node:crypto'
import { residentIdCheckCharacter } from './check-digits.ts'
import { checkBankCard, PLATE_SHAPES } from './everyday-numbers.ts'
import { checkResidentId } from './resident-id.ts'

/** A date after every date of birth: here a number is judged by its form, whatever the day. */
const ANY_DAY = '2099-12-31'
/** Digits in groups may be a division, a day and a serial; a day before this year is a birthday and not that of a case. */
const FIRST_CASE_YEAR = '2010'

/** Seen by nobody between two digits: soft hyphens, zero-width characters, variation selectors, marks that combine. */
const INVISIBLE = /[\p{Cf}\p{Mn}\p{Me}\p{Default_Ignorable_Code_Point}]/gu
const UUID = /(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])/gi
const PASSPORT = /(?<![0-9A-Z])(?:[EG]([0-9]{8})|E[A-HJ-NP-Z][0-9]{7}|[DPS]E?[0-9]{7,8})(?![0-9A-Z])/g
const DAY = /^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$/
const EMAIL = /[^\s@:;,<>()"]@(?:[A-Z0-9-]+\.)+[A-Z]{2,}/
const MOBILE = /(?<![0-9])(?:(?:00)?86[ -]?|0)?1[3-9][0-9](?:[0-9]{8}|[ -][0-9]{4}[ -][0-9]{4})(?![0-9])/
const PLATE = new RegExp(PLATE_SHAPES.map((shape) => `${shape}(?![0-9])`).join('|'))
/** Begins at the first digit of each run, so that none is hidden by what stands before it. */
const RESIDENT = /(?<![0-9])(?=([0-9](?:[ -]?[0-9]){16}[ -]?[0-9X])(?![0-9]))/g
const LEGACY = /(?<![0-9])[0-9]{15}(?![0-9])/g
/** The issuers' ranges in use here; other digits, days among them, are right by Luhn once in ten. */
const CARD = /(?<![0-9])(?=((?:62|60|4|5[1-5]|9558)[0-9]{14,17}|(?:62|60|4[0-9]|5[1-5]|95)[0-9]{2}(?:[ -][0-9]{4}){3}(?:[ -]?[0-9]{1,3})?)(?![0-9]))/g

/** True if a natural key stands anywhere in the text, between whatever else. UUIDs are passed over. */
export function holdsNaturalKey(text: string): boolean {
  if (!/[0-9@]|[^\x00-\x7f]/.test(text)) return false
  const seen = text.normalize('NFKD').replace(INVISIBLE, '').replace(/[\p{Z}\p{Cc}]/gu, ' ').replace(/[\p{Pd}\u2212]/gu, '-')
  const plain = seen.normalize('NFKC').toUpperCase().replace(UUID, '|')
  // All but plates and e-mail addresses have seven digits.
  if (/(?:[0-9][^0-9]*){7}/.test(plain)) {
    if (MOBILE.test(plain) || some(plain, RESIDENT, isResident) || some(plain, LEGACY, isLegacy) || some(plain, CARD, isCard)) return true
    for (const [, digits = ''] of plain.matchAll(PASSPORT)) if (!DAY.test(digits)) return true
  }
  return EMAIL.test(plain) || PLATE.test(plain.replace(/[·•‧・\s-]/g, ''))
}

/**
 * The text as records may hold it: itself, or `sha256:` and 16 hex digits in place of a text that holds a natural key. The same
 * text gives the same hash everywhere, so that records of one caller stay together; the hash is not keyed and tells the text to
 * who tries all numbers (see the threat model). Applying it again changes nothing.
 */
export function recordable(text: string): string {
  let kept = text
  while (holdsNaturalKey(kept)) kept = `sha256:${createHash('sha256').update(kept).digest('hex').slice(0, 16)}`
  return kept
}

function some(text: string, pattern: RegExp, is: (found: string) => boolean): boolean {
  for (const match of text.matchAll(pattern)) if (is(match[1] ?? match[0])) return true
  return false
}

function isResident(found: string): boolean {
  const number = found.replace(/[ -]/g, '')
  return checkResidentId(number, ANY_DAY) === 'OK' && (number === found || number.slice(6, 10) < FIRST_CASE_YEAR)
}

/** The form before 1999: year of two digits, no check character. */
function isLegacy(found: string): boolean {
  const seventeen = `${found.slice(0, 6)}19${found.slice(6)}`
  return checkResidentId(seventeen + residentIdCheckCharacter(seventeen), ANY_DAY) === 'OK'
}

function isCard(found: string): boolean {
  return checkBankCard(found.replace(/[ -]/g, '')) === 'OK'
}
