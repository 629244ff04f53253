// Texts as bytes, beside Node's own encoding.

import { describe, expect, it } from 'vitest'
import { bytesOf, utf8Of } from '../../../core/utf8.ts'
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

  it('are joined with others in the middle as they are joined one by one', () => {
    const next = random(seed, 'around')
    const text = (length: number): string => Array.from({ length }, () => next.pick(['a', '"', 'é', '示', '𠮷', '\ud800'])).join('')
    for (const [before, between, after] of [[0, 0, 0], [1, 0, 2], [300, 2_000, 400], [0, 65_536, 0], [0, 65_536, 1], [65_536, 0, 0], [30_000, 10_000, 20_000], [70_000, 5, 70_000]] as const) {
      const [one, middle, other] = [text(before), Buffer.from('m'.repeat(between)), text(after)]
      expect(bytesOf((write) => [one, middle, other].forEach(write)).equals(Buffer.concat([Buffer.from(one), middle, Buffer.from(other)])), `seed ${seed}, ${before} ${between} ${after}`).toBe(true)
    }
  })

  it('stay as they are when another text is encoded', () => {
    const one = utf8Of('示例'.repeat(2_000))
    utf8Of('x'.repeat(10_000))
    expect(one.toString()).toBe('示例'.repeat(2_000))
  })
})
