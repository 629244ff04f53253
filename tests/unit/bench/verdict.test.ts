import { describe, expect, it } from 'vitest'
import { spreadOf, spreadText } from '../../../bench/spread.ts'
import { isMissed, isReached, verdictText } from '../../../bench/verdict.ts'

describe('several measurements of one thing', () => {
  it('are told as smallest, middle and largest', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3 })
    expect(spreadOf([4, 1, 2, 3])).toEqual({ min: 1, median: 2.5, max: 4 })
    expect(spreadText(spreadOf([0.5]))).toBe('0.500 – 0.500 – 0.500')
  })

  it('are nothing without a measurement', () => {
    expect(() => spreadOf([])).toThrow(RangeError)
  })
})

describe('a target', () => {
  const about = { target: 'P1', about: 'ours / theirs' }

  it('is reached by the median', () => {
    expect(isReached({ ...about, wanted: { atLeast: 0.8 }, measured: [0.7, 0.8, 0.9] })).toBe(true)
    expect(isReached({ ...about, wanted: { atMost: 5 }, measured: [4, 5.1, 6] })).toBe(false)
  })

  it('is missed only when the best round misses it too', () => {
    expect(isMissed({ ...about, wanted: { atLeast: 0.8 }, measured: [0.6, 0.7, 0.8] })).toBe(false)
    expect(isMissed({ ...about, wanted: { atLeast: 0.8 }, measured: [0.6, 0.7, 0.79] })).toBe(true)
    expect(isMissed({ ...about, wanted: { atMost: 5 }, measured: [5.1, 6] })).toBe(true)
    expect(isMissed({ ...about, wanted: { atMost: 5 }, measured: [4.9, 60] })).toBe(false)
  })

  it('says what was wanted and what was measured', () => {
    expect(verdictText({ ...about, wanted: { atLeast: 0.8 }, measured: [0.7, 0.75, 0.9] })).toBe('P1 ours / theirs: target ≥ 0.8, measured 0.700 – 0.750 – 0.900: short')
  })
})
