import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { answerDay, ownCorrectionRules, readCorrections } from '../../../policy-engine/corrections.ts'

const text = readFileSync(resolve(import.meta.dirname, '../../../policies/corrections.yaml'), 'utf8')
const read = (edited: string) => readCorrections({ name: 'corrections.yaml', text: edited })
const { corrections } = read(text)

describe('the day by which a report is answered', () => {
  it.each([
    ['a Sunday: the next Friday', '2026-03-01T10:00:00+08:00', '2026-03-06'],
    ['a Monday: a week later', '2026-03-02T00:00:00+08:00', '2026-03-09'],
    ['Shanghai\'s day counts, not that of UTC', '2026-03-01T16:30:00Z', '2026-03-09'],
    ['before the spring holiday: holidays do not count, a worked Saturday does', '2026-02-13T10:00:00+08:00', '2026-02-27'],
    ['before a worked Saturday that is the last day', '2026-02-23T10:00:00+08:00', '2026-02-28'],
  ])('%s', (_what, at, day) => {
    expect(answerDay(new Date(at), corrections)).toBe(day)
  })

  it('is five days from Monday to Friday where no file says otherwise', () => {
    expect(readCorrections(undefined)).toEqual({ corrections: ownCorrectionRules, problems: [] })
    expect(answerDay(new Date('2026-02-13T10:00:00+08:00'), ownCorrectionRules)).toBe('2026-02-20')
  })
})

describe('corrections.yaml', () => {
  it('of the city is in order', () => {
    expect(read(text).problems).toEqual([])
  })

  it.each([
    ['answerWithin: 5', 'answerWithin: 0'],
    ['answerWithin: 5', 'answerWithin: 5\nlater: 3'],
    ['"2026-10-01"', '"2026-02-30"'],
    ['"2026-02-14"', '"2026-10-01"'],
  ])('with %s made %s is refused with its place', (before, after) => {
    const [problem] = read(text.replace(before, after)).problems
    expect(problem).toMatchObject({ file: 'corrections.yaml' })
    expect(problem?.line).toBeGreaterThanOrEqual(3)
  })
})
