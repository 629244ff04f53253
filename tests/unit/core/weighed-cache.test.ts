import { describe, expect, it } from 'vitest'
import { weighedCache } from '../../../core/weighed-cache.ts'

describe('a weighed cache', () => {
  it('forgets what was not used for the longest time, as much as has to go', () => {
    const cache = weighedCache<string, number>(10)
    cache.set('a', 1, 4)
    cache.set('b', 2, 4)
    expect(cache.get('a')).toBe(1)
    cache.set('c', 3, 5)
    expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.weight()]).toEqual([1, undefined, 3, 9])
    cache.set('d', 4, 10)
    expect([cache.get('a'), cache.get('c'), cache.get('d'), cache.weight()]).toEqual([undefined, undefined, 4, 10])
  })

  it('does not keep what is heavier than all of it, nor anything twice', () => {
    const cache = weighedCache<string, number>(10)
    cache.set('a', 1, 3)
    cache.set('a', 2, 5)
    expect([cache.get('a'), cache.weight()]).toEqual([2, 5])
    cache.set('b', 3, 11)
    expect([cache.get('b'), cache.get('a'), cache.weight()]).toEqual([undefined, 2, 5])
    cache.set('a', 4, 11)
    expect([cache.get('a'), cache.weight()]).toEqual([undefined, 0])
    expect(() => cache.set('c', 1, 0)).toThrow(RangeError)
    expect(() => weighedCache(0)).toThrow(RangeError)
  })
})
