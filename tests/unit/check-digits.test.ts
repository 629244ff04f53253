// Vectors of DOMAIN 5.1 and the algebra behind them: a right check character is found, a single wrong character never passes.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  luhnCheckDigit,
  mod37x36CheckCharacter,
  organisationCodeCheckCharacter,
  residentIdCheckCharacter,
  usccCheckCharacter,
  type NumberCheck,
} from '../../core/check-digits.ts'
import { checkBankCard, checkMobile, checkPlate, normalisePlate } from '../../core/everyday-numbers.ts'
import { checkLicenseIdentifier, checkOrganisationCode, checkUscc, licenseIdentifier } from '../../core/organisation-codes.ts'
import { isCalendarDay } from '../../core/clock.ts'
import { checkResidentId, normaliseResidentId } from '../../core/resident-id.ts'

const TODAY = '2026-03-01'

const checks: Readonly<Record<string, (input: string) => NumberCheck>> = {
  ID: (input) => checkResidentId(input, TODAY),
  USCC: checkUscc,
  LICID: checkLicenseIdentifier,
  CARD: checkBankCard,
  PLATE: checkPlate,
}

const vectors = `
ID,310199198503070112,OK
ID,31019920000229031X,OK
ID,31019920000229031x,OK
ID,11010519491231002X,OK
ID,440524188001010014,OK
ID,810000190001010018,OK
ID,82000019000101001X,OK
ID,830000190001010011,OK
ID,310199198503070113,BAD_CHECK
ID,310199198502300115,BAD_DATE
ID,310199198513070116,BAD_DATE
ID,31019920990101001X,BAD_DATE
ID,000000198503070112,BAD_AREA
ID,31019919850307011,BAD_FORMAT
ID,310199850307011,BAD_FORMAT
USCC,91310199MA1K0T2A0A,OK
USCC,91310199MA1K0T3B5G,OK
USCC,92310199MA1K0T4CXE,OK
USCC,93310199MF0K1A2B99,OK
USCC,113101990024700A8N,OK
USCC,123101994250100B1A,OK
USCC,52310199MJ5A1B2C47,OK
USCC,91350100M000100Y43,OK
USCC,91350200MA2YJ1XR9G,OK
USCC,91310199MA1K0T2A0B,BAD_CHECK
USCC,91310199MA1I0T2A0A,BAD_FORMAT
LICID,1.2.156.3005.2.113101990024700A8N001.113101990024700A8N.2026000000000001.001.S,OK
LICID,1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U,OK
LICID,1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9,OK
LICID,1.2.156.3005.2.113101990024700A8N001.113101990024700A8N.2026000000000001.001.T,BAD_CHECK
CARD,6200000000000005,OK
CARD,6216261000000000018,OK
CARD,6200000000000006,BAD_CHECK
PLATE,沪A12345,OK
PLATE,沪AD12345,OK
PLATE,沪A12345D,OK
PLATE,沪AI2345,BAD_FORMAT
PLATE,沪A1234,BAD_FORMAT`
  .trim()
  .split('\n')
  .map((line) => line.split(','))

describe('the vectors of DOMAIN 5.1', () => {
  it.each(vectors)('%s %s is %s', (kind = '', input = '', expected) => {
    expect(checks[kind]?.(input)).toBe(expected)
  })

  it('accepts the organisation code inside every synthetic unified social credit code', () => {
    const codes = vectors.filter(([kind, input, expected]) => kind === 'USCC' && expected === 'OK' && input?.includes('310199'))
    expect(codes.length).toBeGreaterThan(5)
    for (const [, input = ''] of codes) expect(checkOrganisationCode(input.slice(8, 17))).toBe('OK')
  })
})

describe('resident identity numbers', () => {
  it('reads full-width digits, spaces around and a small x', () => {
    expect(normaliseResidentId('　３１０１９９２００００２２９０３１ｘ ')).toBe('31019920000229031X')
    expect(checkResidentId('　３１０１９９２００００２２９０３１ｘ ', TODAY)).toBe('OK')
  })

  it('accepts a person born today and refuses one born tomorrow, whatever the process clock says', () => {
    const born = (day: string): string => withCheck(`310199${day.replaceAll('-', '')}001`)
    expect(checkResidentId(born('2026-03-01'), TODAY)).toBe('OK')
    expect(checkResidentId(born('2026-03-02'), TODAY)).toBe('BAD_DATE')
    expect(checkResidentId(born('1849-12-31'), TODAY)).toBe('BAD_DATE')
  })

  it('knows abolished Shanghai areas and permits, and refuses areas that never were', () => {
    const from = (area: string): NumberCheck => checkResidentId(withCheck(`${area}19850307011`), TODAY)
    for (const area of ['310103', '310119', '310230', '310151', '330106', '830000', '932682']) expect(from(area)).toBe('OK')
    for (const area of ['310121', '311101', '160101', '810001', '710000', '000000']) expect(from(area)).toBe('BAD_AREA')
  })

  it('knows which days exist', () => {
    expect(['2024-02-29', '2000-02-29', '2026-12-31'].every(isCalendarDay)).toBe(true)
    expect(['2026-02-29', '1900-02-29', '2026-13-01', '2026-00-10', '2026-1-1'].some(isCalendarDay)).toBe(false)
  })
})

describe('mobiles and plates', () => {
  it('accepts mobiles of 11 digits only', () => {
    expect(checkMobile('15400001234')).toBe('OK')
    for (const wrong of ['12400001234', '1540000123', '+8615400001234', '']) expect(checkMobile(wrong)).toBe('BAD_FORMAT')
  })

  it('stores a plate without dot, space and hyphen', () => {
    expect(['沪A·12345', '沪A 12345', '沪a-12345'].map(normalisePlate)).toEqual(['沪A12345', '沪A12345', '沪A12345'])
    for (const plate of ['沪A·1234学', '粤Z1234港', '沪AK12345', '沪BDL3456']) expect(checkPlate(plate)).toBe('OK')
    for (const wrong of ['沪AL12345', '沪A12345L', '沪112345', '沪O12345', 'X12345A']) expect(checkPlate(wrong)).toBe('BAD_FORMAT')
  })
})

describe('a single wrong character', () => {
  const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`))
  const anywhere = fc.nat()

  it('never passes as a resident identity number', () => {
    fc.assert(
      fc.property(digits(17), anywhere, fc.integer({ min: 1, max: 9 }), (first17, where, by) => {
        const changed = changeDigit(first17, where, by)
        expect(residentIdCheckCharacter(changed)).not.toBe(residentIdCheckCharacter(first17))
      }),
    )
  })

  it('never passes as a unified social credit code', () => {
    const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9A-HJ-NP-RTUWXY]{17}$/), anywhere, fc.integer({ min: 1, max: 30 }), (first17, where, by) => {
        const changed = changeCharacter(first17, where, by, alphabet)
        expect(usccCheckCharacter(changed)).not.toBe(usccCheckCharacter(first17))
      }),
    )
  })

  it('never passes as an e-licence identifier or a bank card', () => {
    const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9A-Z]{1,60}$/), anywhere, fc.integer({ min: 1, max: 35 }), (text, where, by) => {
        expect(mod37x36CheckCharacter(changeCharacter(text, where, by, alphabet))).not.toBe(mod37x36CheckCharacter(text))
      }),
    )
    fc.assert(
      fc.property(digits(15), anywhere, fc.integer({ min: 1, max: 9 }), (text, where, by) => {
        expect(luhnCheckDigit(changeDigit(text, where, by))).not.toBe(luhnCheckDigit(text))
        expect(checkBankCard(text + luhnCheckDigit(text))).toBe('OK')
      }),
    )
  })

  it('is found by the check built from the same number', () => {
    const part = (length: number) => fc.stringMatching(new RegExp(`^[0-9A-Z]{${length}}$`))
    fc.assert(
      fc.property(part(21), part(18), part(16), digits(3), (typeCode, issuerCode, serial, version) => {
        expect(checkLicenseIdentifier(licenseIdentifier({ typeCode, issuerCode, serial, version }))).toBe('OK')
      }),
    )
    fc.assert(
      fc.property(part(8), (first8) => {
        expect(checkOrganisationCode(first8 + organisationCodeCheckCharacter(first8))).toBe('OK')
      }),
    )
  })
})

function withCheck(first17: string): string {
  return first17 + residentIdCheckCharacter(first17)
}

function changeDigit(text: string, where: number, by: number): string {
  return changeCharacter(text, where, by, '0123456789')
}

function changeCharacter(text: string, where: number, by: number, alphabet: string): string {
  const index = where % text.length
  const value = alphabet.indexOf(text.charAt(index))
  return text.slice(0, index) + alphabet.charAt((value + by) % alphabet.length) + text.slice(index + 1)
}
