import { parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { firstDifference } from '../../../bench/compare-answers.ts'
import { renamed } from '../../../bench/first-requests.ts'
import { readBenchOptions } from '../../../bench/options.ts'
import { countedPolicies, harmlessPolicies } from '../../../bench/policy-bundles.ts'
import { bodyOf, VARYING, w1WithLiterals, w1WithVariables, workloads } from '../../../bench/workloads.ts'

describe('what the benchmark asks', () => {
  it('is GraphQL', () => {
    for (const { query } of [...Object.values(workloads), w1WithLiterals, w1WithVariables]) expect(() => parse(query)).not.toThrow()
  })

  it('varies in one place', () => {
    for (const workload of [w1WithLiterals, w1WithVariables]) expect(bodyOf(workload).split(VARYING).length).toBeGreaterThan(1)
  })

  it('is a new document under other names', () => {
    const [one, other] = [renamed(workloads.W2.query, 'a'), renamed(workloads.W2.query, 'b')]
    expect(one).toContain('agrade: grade')
    expect(other).not.toBe(one)
    expect(() => parse(other)).not.toThrow()
  })
})

describe('its options', () => {
  it('have defaults', () => {
    expect(readBenchOptions([])).toMatchObject({ only: undefined, rounds: 3, connections: 32, quick: false })
    expect(readBenchOptions(['--only', 'P1,P8', '--rounds', '1'])).toMatchObject({ only: ['P1', 'P8'], rounds: 1 })
  })

  it('are refused with a sentence', () => {
    expect(() => readBenchOptions(['--only', 'P9'])).toThrow('--only is one of P1')
    expect(() => readBenchOptions(['--workload', 'W5'])).toThrow('--workload is one of W1')
    expect(() => readBenchOptions(['--rounds', '0'])).toThrow('--rounds is a whole number')
    expect(() => readBenchOptions(['--profile', 'W1', '--only', 'P1'])).toThrow('exclude each other')
    expect(() => readBenchOptions(['everything'])).toThrow('endurance')
  })
})

describe('answers', () => {
  it('that differ are told by the first place', () => {
    expect(firstDifference({ a: [{ b: 1 }, { b: 2 }] }, { a: [{ b: 1 }, { b: 3 }] }, 'data')).toBe('data.a.1.b is 3, not 2')
    expect(firstDifference({ a: 1 }, { a: 1, c: null }, 'data')).toBe('data.c is null, not absent')
    expect(firstDifference([1], [1], 'data')).toBe('')
  })
})

describe('policies for growth', () => {
  it('are as many as asked for', () => {
    expect(harmlessPolicies(50).match(/^permit /gm)?.length).toBe(50)
    expect(countedPolicies()).toBeGreaterThan(20)
  })
})
