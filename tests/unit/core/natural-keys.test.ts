import { createHash, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { holdsNaturalKey, recordable } from '../../../core/natural-keys.ts'
import { reference } from '../../../core/reference.ts'
import { requestIdOf } from '../../../core/request-id.ts'

const keys: readonly [kind: string, text: string][] = [
  ['a resident identity number', '310199198503070112'],
  ['one that ends in X', '31019920000229031X'],
  ['one in small letters', '31019920000229031x'],
  ['one in full-width digits', '３１０１９９１９８５０３０７０１１２'],
  ['one in groups', '310199-19850307-0112'],
  ['one behind other digits in groups', '2026-310199-19850307-0112'],
  ['an old one of 15 digits', '310199850307011'],
  ['a mobile', '15400001234'],
  ['a mobile with country code', '+86 15400001234'],
  ['a mobile in groups', '154-0000-1234'],
  ['a bank card', '6200000000000005'],
  ['a bank card of 19 digits', '6216261000000000018'],
  ['a bank card in groups', '6200 0000 0000 0005'],
  ['a plate', '沪A·12345'],
  ['a new-energy plate', '沪AD12345'],
  ['a passport', 'E12345678'],
  ['a passport of the newer series', 'EA1234567'],
  ['an e-mail address', 'zhang.wei@example.com'],
]

const harmless: readonly string[] = [
  '', 'officer', 'zhang-wei', 'SH-2026-0001', '20260301-000123', '2026-03-01-000123', 'AMR-2026-000124', 'CASE-2026-0001', 'AUTH-20260301', 'E20260301-01',
  '310101-20260301-0001', '310101-20260301-0002', '310101-20260301-0003', '310101-20260301-0004', '310101-20260301-0005', '310101-20260301-0006',
  // Wrong check digits.
  '310199198503070113', '6200000000000004',
  // A public number, and what only resembles one.
  '91310199MA1K0T2A0A', '1540000123', '154000012345', '20260301000123', '202603010001234', '202603010001230', '2026030100012305',
  'GetPeople__population__0', 'urn:citygraph:app-7', '沪公网安备',
]

describe('natural keys', () => {
  for (const [kind, text] of keys) {
    it(`are found: ${kind}`, () => {
      for (const placed of [text, `Q${text}`, `${text}_x`, `(${text})`, `no ${text}, please`]) {
        // Letters before or behind make another word of a passport, a digit-bounded number they do not; an address takes them in.
        if (kind.startsWith('a passport') && /^Q|_x$/.test(placed)) continue
        expect(holdsNaturalKey(placed), kind).toBe(true)
        expect(recordable(placed)).toMatch(/^sha256:[0-9a-f]{16}$/)
      }
    })
  }

  it('are found between characters that nobody sees, other spaces and other dashes', () => {
    for (const invisible of ['\u00ad', '\u200b', '\u200d', '\u2060', '\ufeff', '\u034f', '\u0301', '\ufe0f\u20e3', '\u3164', '\u{e0061}']) {
      for (const text of ['15400001234', '310199198503070112', '6200000000000005', 'zhang.wei@example.com', '沪A12345', 'E12345678']) {
        for (const placed of [`${text.slice(0, 1)}${invisible}${text.slice(1)}`, [...text].join(invisible)]) expect(holdsNaturalKey(placed), `${text} U+${invisible.codePointAt(0)?.toString(16)}`).toBe(true)
      }
    }
    for (const separator of ['\u2028', '\u1680', '\u2003', '\t', '\u2011', '\u2013', '\u2212']) expect(holdsNaturalKey(`154${separator}0000${separator}1234`)).toBe(true)
  })

  it('are not seen in case numbers, names, public numbers and numbers with a wrong check digit', () => {
    expect(harmless.filter(holdsNaturalKey)).toEqual([])
    for (const text of harmless) expect(recordable(text)).toBe(text)
  })

  it('are not seen in request ids and hashes, and what stands in place of a text never looks like one', () => {
    for (let n = 0; n < 5_000; n += 1) {
      expect(holdsNaturalKey(randomUUID())).toBe(false)
      const kept = recordable(`1540000${String(n).padStart(4, '0')}`)
      expect(recordable(kept)).toBe(kept)
    }
    expect(holdsNaturalKey(`sha256:${createHash('sha256').update('x').digest('hex')}`)).toBe(false)
  })

  it('give the same hash for the same text and another for another', () => {
    expect(recordable('a@example.com')).toBe(recordable('a@example.com'))
    expect(recordable('a@example.com')).not.toBe(recordable('b@example.com'))
  })

  it('take little time on hostile texts', () => {
    const begun = performance.now()
    for (const text of ['1 '.repeat(10_000), '1-'.repeat(10_000), 'a.'.repeat(10_000), '@a'.repeat(10_000), '1'.repeat(20_000), '沪A'.repeat(10_000)]) holdsNaturalKey(text)
    expect(performance.now() - begun).toBeLessThan(2_000)
  })
})

describe('references', () => {
  it('that hold a natural key are refused by the header\'s name', () => {
    for (const value of ['310199198503070112', 'SH-310199198503070112-1', '310199-19850307-0112', 'A15400001234', '6200000000000005']) {
      expect(() => reference('x-case-no', value)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', extensions: { code: 'BAD_USER_INPUT', argument: 'x-case-no' }, message: expect.not.stringContaining(value) }))
    }
    expect(reference('x-case-no', '20260301-000123')).toBe('20260301-000123')
  })
})

describe('request ids', () => {
  it('of digits alone are replaced, since they may spell a number', () => {
    expect(requestIdOf('31019919-8503-0701-1200-000000000000')).not.toContain('31019919')
    expect(requestIdOf('5D3C1A52-0000-4000-8000-000000000000')).toBe('5d3c1a52-0000-4000-8000-000000000000')
  })
})
