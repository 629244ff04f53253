// Every operator of the closed list (DESIGN 6), in a permit and in a forbid, through the resolvers' SQL against Cedar's own
// isAuthorized on each row: on rows of the city, hostile ones among them; and on a table with an attribute of every type, where
// random policies join the listed ones. TEST_SEED repeats a run;
// tests/long has all positions and more policies.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOperators } from '../support/operator-rows.ts'
import type { Operators } from '../support/operator-rows.ts'
import { operatorCases } from '../support/operator-policies.ts'
import { openThings } from '../support/things.ts'
import type { Things } from '../support/things.ts'

const seed = Number(process.env['TEST_SEED'] ?? 20260301)
const cases = operatorCases.filter(({ first }) => first)

describe('on rows of the city', () => {
  let operators: Operators
  const met = { allowed: 0, denied: 0 }
  beforeAll(async () => {
    console.info(`operators equal Cedar: seed ${seed}, ${cases.length} policies`)
    operators = await openOperators(seed)
  })
  afterAll(async () => {
    await operators?.close()
    console.info(`operators equal Cedar: ${met.allowed} allowed and ${met.denied} denied`)
  })

  it.each([...new Set(cases.map(({ operator }) => operator))])('%s decides as Cedar does', async (operator) => {
    for (const one of cases.filter((candidate) => candidate.operator === operator)) {
      const { allowed, denied } = await operators.compare(one)
      met.allowed += allowed
      met.denied += denied
    }
  })

  it('has met rows on both sides', () => {
    expect(met.allowed).toBeGreaterThan(1000)
    expect(met.denied).toBeGreaterThan(1000)
  })
})

describe('on attributes of every type', () => {
  let things: Things
  beforeAll(async () => {
    things = await openThings(seed)
  })
  afterAll(() => things?.close())

  it('listed conditions select the rows that Cedar selects', async () => {
    expect(await things.compareListed()).toBeGreaterThan(2000)
  })

  it('random policies select the rows that Cedar selects', async () => {
    const { rows, allowed } = await things.compareRandom(150)
    console.info(`operators equal Cedar: seed ${seed}, random policies on ${rows} rows, ${allowed} allowed`)
    expect(allowed).toBeGreaterThan(rows / 20)
  })
})
