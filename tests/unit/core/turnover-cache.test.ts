// A bounded map that lets go of half of itself at a time.

import { describe, expect, it } from 'vitest'
import { remembering, turnoverCache } from '../../../core/turnover-cache.ts'

describe('a turnover cache', () => {
  it('never holds more than its limit, and keeps what is asked for', () => {
    const cache = turnoverCache<string, number>(100)
    cache.set('kept', -1)
    for (let n = 0; n < 10_000; n += 1) {
      cache.set(`other ${n}`, n)
      if (cache.get('kept') !== -1 || cache.size() > 100) throw new Error(`lost or too many after ${n}`)
    }
    expect(cache.get('other 0')).toBeUndefined()
    expect(cache.get('other 9999')).toBe(9_999)
    cache.set('kept', -2)
    expect(cache.get('kept')).toBe(-2)
    expect(() => turnoverCache(1)).toThrow(RangeError)
  })

  it('gives what is made, whatever was made before', () => {
    const length = remembering(4, (text: string) => text.length)
    for (const text of ['a', 'bb', 'ccc', 'a', 'dddd', 'eeeee', 'bb', 'a']) expect(length(text)).toBe(text.length)
  })
})
