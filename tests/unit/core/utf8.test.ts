// Texts as bytes, beside Node's own encoding.

import { describe, expect, it } from 'vitest'
import { utf8Of } from '../../../core/utf8.ts'
import { random } from '../../../synthetic-city/random.ts'

const seed = Number(process.env['UTF8_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

describe('the bytes of a text', () => {
  it('are those that Node gives, for random texts of all lengths', () => {
    process.stdout.write(`utf8 seed ${seed}\n`)
    const next = random(seed, 'utf8')
    const units = ['a', '"', '\u0000', 'é', '示', '𠮷', '\ud800', '\udc00', '\uffff']
    for (const length of [0, 1, 2, 100, 5_000, 65_535, 65_536, 65_537, 200_000]) {
      for (const alphabet of [units, ['a'], ['示'], ['𠮷']]) {
        let text = ''
        while (text.length < length) text += next.pick(alphabet)
        expect(utf8Of(text).equals(Buffer.from(text))).toBe(true)
      }
    }
  })

  it('stay as they are when another text is encoded', () => {
    const one = utf8Of('示例'.repeat(2_000))
    utf8Of('x'.repeat(10_000))
    expect(one.toString()).toBe('示例'.repeat(2_000))
  })
})
