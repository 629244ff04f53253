// The officers' thresholds: what risk.yaml must hold, and where it is told when it does not.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { policiesFolder } from '../../../cli/city-parts.ts'
import { ownRiskRules, readRisk } from '../../../policy-engine/risk.ts'

const text = readFileSync(join(policiesFolder, 'risk.yaml'), 'utf8')
const read = (edited: string) => readRisk({ name: 'risk.yaml', text: edited })
const line = (part: string): number => text.split('\n').findIndex((one) => one.includes(part)) + 1

describe('risk.yaml', () => {
  it('that comes with the product holds what stands in for a missing one', () => {
    expect(read(text)).toEqual({ risk: ownRiskRules, problems: [] })
    expect(readRisk(undefined)).toEqual({ risk: ownRiskRules, problems: [] })
  })

  it('suspends nobody by itself as it comes', () => {
    for (const rule of Object.values(ownRiskRules)) expect(rule.suspendAt).toBeUndefined()
  })

  it('takes windows in seconds, minutes, hours and days, and a count to suspend at', () => {
    const { risk, problems } = read(text.replace('denyProbing: { threshold: 20, window: 10m', 'denyProbing: { threshold: 20, suspendAt: 40, window: 90s'))
    expect(problems).toEqual([])
    expect(risk.denyProbing).toMatchObject({ threshold: 20, suspendAt: 40, windowS: 90 })
  })

  it.each([
    ['a threshold of nought', 'threshold: 500', 'threshold: 0', 'bulk:'],
    ['a window longer than a week', 'window: 1h', 'window: 8d', 'bulk:'],
    ['a window that is none', 'window: 8h', 'window: 8', 'offHours:'],
    ['office time that ends before it begins', 'from: "07:00"', 'from: "22:00"', 'offHours:'],
    ['a suspension before the signal', 'threshold: 20,', 'threshold: 20, suspendAt: 10,', 'denyProbing:'],
    ['callers without a name', 'kinds: [department, partner, subject, operator]', 'kinds: [public]', 'denyProbing:'],
    ['a word that nobody knows', 'stalking: { threshold', 'stalking: { treshold', 'stalking:'],
  ])('is refused for %s, with its place', (_what, from, to, at) => {
    const { problems } = read(text.replace(from, to))
    expect(problems.length).toBeGreaterThan(0)
    for (const problem of problems) expect(problem).toMatchObject({ file: 'risk.yaml', line: line(at) })
  })

  it('is refused where a signal is missing', () => {
    const { problems } = read(text.replace(/^stalking:.*$/m, ''))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ file: 'risk.yaml' })
  })
})
