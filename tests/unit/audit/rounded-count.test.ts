// How coarse a number of rows is before it stands in a log.

import { describe, expect, it } from 'vitest'
import { isRoundedDown, roundedDown } from '../../../audit/rounded-count.ts'

describe('a number of rows', () => {
  it.each([[0, 0], [1, 0], [999, 0], [1_000, 1_000], [1_999, 1_000], [2_000, 2_000], [4_999, 2_000], [5_000, 5_000], [9_999, 5_000], [10_000, 10_000], [1_234_567, 1_000_000], [7_000_000_000, 1_000_000_000], [NaN, 0], [-1, 0]])('of %d is given as %d', (count, rounded) => {
    expect(roundedDown(count)).toBe(rounded)
  })

  it('is one of some twenty, and only those are taken', () => {
    const given = new Set(Array.from({ length: 100_000 }, (_, n) => roundedDown(n * 17)))
    expect(given.size).toBeLessThan(20)
    for (const rounded of given) expect(isRoundedDown(rounded)).toBe(true)
    for (const count of [1, 403, 999, 1_001, 3_000, 1_000_001]) expect(isRoundedDown(count)).toBe(false)
  })
})
