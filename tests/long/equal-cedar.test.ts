// The differential tests of tests/conformance at length: several cities' worth of hostile rows, every condition in every position,
// many random policies. TEST_SEED repeats a run, TEST_CELLS makes it longer.

import { expect, it } from 'vitest'
import { openDifferential } from '../support/differential.ts'
import { operatorCases } from '../support/operator-policies.ts'
import { openOperators } from '../support/operator-rows.ts'
import { openThings } from '../support/things.ts'

const seed = Number(process.env['TEST_SEED'] ?? 20260301)
const cells = Number(process.env['TEST_CELLS'] ?? 6_000)

it.each([seed, seed + 1, seed + 2])('seed %i: answers every cell as Cedar decides it on that row', async (each) => {
  const differential = await openDifferential(each)
  try {
    const { tally, unmet, asked } = await differential.compareCells(cells)
    console.info(`decisions equal Cedar: seed ${each}, ${JSON.stringify(tally)}, Cedar asked ${asked} times`)
    expect(unmet).toEqual([])
    await differential.compareWholes(60)
    differential.compareFilters(40)
  } finally {
    await differential.close()
  }
})

it('every operator decides as Cedar does in every position', async () => {
  const operators = await openOperators(seed)
  try {
    for (const one of operatorCases) await operators.compare(one)
  } finally {
    await operators.close()
  }
})

it('eight hundred random policies select the rows that Cedar selects', async () => {
  const things = await openThings(seed)
  try {
    const { rows, allowed } = await things.compareRandom(800)
    expect(allowed).toBeGreaterThan(rows / 20)
  } finally {
    await things.close()
  }
})
