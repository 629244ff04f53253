import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { holdsNaturalKey } from '../../../core/natural-keys.ts'
import { holdsKey, KEY_PATTERN, newKeyId, newKeyText, readKey } from '../../../open/api-key.ts'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

describe('the text of a key', () => {
  it('is found by one regular expression in any text, and by nothing in a text without one', () => {
    for (let n = 0; n < 500; n += 1) {
      const text = newKeyText(newKeyId())
      expect(text).toHaveLength(70)
      for (const around of [`curl -H "authorization: Bearer ${text}" x`, `KEY=${text}\n`, `{"k":"${text}"}`, `https://example.org/?k=${text}&x=1`]) expect(KEY_PATTERN.exec(around)?.[0]).toBe(text)
    }
    expect(KEY_PATTERN.test('cgk_ and ghp_0123456789abcdef0123456789abcdef0123')).toBe(false)
  })

  it('gives back its id and the SHA-256 of the whole', () => {
    const id = newKeyId()
    const text = newKeyText(id)
    expect(readKey(text)).toEqual({ id, hash: createHash('sha256').update(text).digest('hex') })
  })

  it('is refused with any one character changed, left out, doubled or swapped with its neighbour', () => {
    const text = newKeyText(newKeyId())
    for (let at = 0; at < text.length; at += 1) {
      const other = BASE62[(BASE62.indexOf(text[at] ?? '') + 1) % 62] ?? ''
      const changed = [text.slice(0, at) + other + text.slice(at + 1), text.slice(0, at) + text.slice(at + 1), text.slice(0, at) + text[at] + text.slice(at)]
      if (text[at] !== text[at + 1] && at + 1 < text.length) changed.push(text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2))
      for (const wrong of changed) expect(readKey(wrong), `${at}`).toBeUndefined()
    }
  })

  it('is refused with anything around it', () => {
    const text = newKeyText(newKeyId())
    for (const wrong of ['', ' ', `${text} `, ` ${text}`, `${text}\n`, `${text}, ${text}`, text.toUpperCase(), `Bearer ${text}`, text.replace('cgk_', 'CGK_'), text.slice(4)]) expect(readKey(wrong)).toBeUndefined()
  })

  it('is never the same twice, and its letters are drawn evenly', () => {
    const texts = Array.from({ length: 2_000 }, () => newKeyText(newKeyId()))
    expect(new Set(texts).size).toBe(2_000)
    expect(new Set(texts.map((text) => text.slice(4, 20))).size).toBe(2_000)
    const counts = new Map<string, number>()
    for (const text of texts) for (const letter of text.slice(21, 64)) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    const expected = (2_000 * 43) / 62
    expect(counts.size).toBe(62)
    // Six standard deviations of a binomial draw.
    for (const [letter, count] of counts) expect(Math.abs(count - expected), letter).toBeLessThan(6 * Math.sqrt(expected))
  })

  it('has an id that is never taken for a number of a person', () => {
    for (let n = 0; n < 500; n += 1) expect(holdsNaturalKey(`key:${newKeyId()}`)).toBe(false)
  })
})

describe('an address', () => {
  it.each(['/open/v1/a?key=cgk_abc', '/cgk_abc', '/x?a=CGK_abc', '/x?cgk%5Fabc', '/x?%63gk_abc', '/x?c%67k%5fabc', '/x?%2563gk%255Fabc', '/x?cg%6B_'])('with the beginning of a key in it is seen: %s', (address) => {
    expect(holdsKey(address)).toBe(true)
  })

  it('without one passes', () => {
    for (const address of ['/open/v1/metro-stations?limit=5', '/graphql?query=%7B__typename%7D', '/open/v1/cgk', '/x?a=%E4%BA%BA%E6%B0%91']) expect(holdsKey(address)).toBe(false)
  })
})
