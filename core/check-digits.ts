// Check characters of the numbers a city uses, as pure arithmetic: ISO 7064 MOD 11-2 (GB 11643), MOD 31-3 (GB 32100), MOD 11 of
// GB 11714, ISO 7064 MOD 37,36 (GB/T 36904), Luhn. Each throws RangeError on a character outside its alphabet, without naming it.

/** What a check of a number answers. Never carries the number. BAD_DATE and BAD_AREA occur with resident identity numbers only. */
export type NumberCheck = 'OK' | 'BAD_FORMAT' | 'BAD_DATE' | 'BAD_AREA' | 'BAD_CHECK'

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const
const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] as const
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2] as const
const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** The 18th character of a resident identity number from its first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2): 0–9 or X. */
export function residentIdCheckCharacter(first17: string): string {
  return '10X98765432'.charAt(weightedSum(first17, ID_WEIGHTS, '0123456789') % 11)
}

/** The 18th character of a unified social credit code from its first 17 (GB 32100-2015). */
export function usccCheckCharacter(first17: string): string {
  return USCC_ALPHABET.charAt((31 - (weightedSum(first17, USCC_WEIGHTS, USCC_ALPHABET) % 31)) % 31)
}

/** The 9th character of an organisation code from its first 8 (GB 11714): 0–9 or X. */
export function organisationCodeCheckCharacter(first8: string): string {
  const check = 11 - (weightedSum(first8, ORGANISATION_WEIGHTS, ALPHANUMERIC) % 11)
  return check === 10 ? 'X' : check === 11 ? '0' : String(check)
}

/** ISO 7064 MOD 37,36 over letters and digits; used by e-licence identifiers (GB/T 36904). */
export function mod37x36CheckCharacter(text: string): string {
  let product = 36
  for (const character of text) {
    const sum = (product + valueOf(character, ALPHANUMERIC)) % 36
    product = ((sum === 0 ? 36 : sum) * 2) % 37
  }
  return ALPHANUMERIC.charAt((37 - product) % 36)
}

/** The last digit of a number whose other digits are given, by Luhn (ISO/IEC 7812). */
export function luhnCheckDigit(digits: string): string {
  let sum = 0
  for (const [index, character] of [...digits].reverse().entries()) {
    const value = valueOf(character, '0123456789') * (index % 2 === 0 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return String((10 - (sum % 10)) % 10)
}

function weightedSum(text: string, weights: readonly number[], alphabet: string): number {
  if (text.length !== weights.length) throw new RangeError(`expected ${weights.length} characters`)
  return weights.reduce((sum, weight, index) => sum + weight * valueOf(text.charAt(index), alphabet), 0)
}

function valueOf(character: string, alphabet: string): number {
  const value = alphabet.indexOf(character)
  if (value === -1) throw new RangeError('a character outside the alphabet of this code')
  return value
}
