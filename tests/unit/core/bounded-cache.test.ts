// The LRU map under every cache of the product.

import { describe, expect, it } from 'vitest'
import { boundedCache } from '../../../core/bounded-cache.ts'

describe('a bounded cache', () => {
  it('forgets the entry not used for the longest time, and no other', () => {
    const cache = boundedCache<string, number>(2)
    cache.set('a', 1)
    cache.set('b', 2)
    cache.get('a')
    cache.set('c', 3)
    expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.size()]).toEqual([1, undefined, 3, 2])
    cache.set('a', 4)
    cache.delete('c')
    expect([cache.get('a'), cache.get('c'), cache.size()]).toEqual([4, undefined, 1])
  })

  it('refuses a bound that is none', () => {
    for (const limit of [0, -1, 1.5, Number.NaN]) expect(() => boundedCache(limit)).toThrow(RangeError)
  })
})
