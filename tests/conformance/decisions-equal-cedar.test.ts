// What departments answer, cell by cell, against Cedar's own isAuthorized on the concrete row (issue 2, DESIGN 6): the real bundle,
// a loaded city with hostile rows, random callers. TEST_SEED and TEST_CELLS repeat or enlarge a run.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDifferential } from '../support/differential.ts'
import type { Differential } from '../support/differential.ts'

const seed = Number(process.env['TEST_SEED'] ?? 20260301)
const cells = Number(process.env['TEST_CELLS'] ?? 2500)
let differential: Differential

beforeAll(async () => {
  console.info(`decisions equal Cedar: seed ${seed}, at least ${cells} cells`)
  differential = await openDifferential(seed)
})
afterAll(() => differential?.close())

it('knows every classified field of all five domains', () => {
  expect(differential.unknownFields()).toEqual([])
})

it('answers every cell as Cedar decides it on that row', async () => {
  const { tally, unmet, asked } = await differential.compareCells(cells)
  console.info(`decisions equal Cedar: seed ${seed}, ${JSON.stringify(tally)}, Cedar asked ${asked} times`)
  expect(unmet).toEqual([])
  const { CLEAR, MASKED, DENIED, ABSENT } = tally
  expect(CLEAR + MASKED + DENIED).toBeGreaterThanOrEqual(cells)
  expect(CLEAR).toBeGreaterThan(cells / 8)
  expect(MASKED).toBeGreaterThan(cells / 40)
  expect(DENIED).toBeGreaterThan(cells / 8)
  expect(ABSENT).toBeGreaterThan(cells / 40)
})

it('counts, lists and measures only what Cedar shows', async () => {
  expect(await differential.compareWholes(12)).toBeGreaterThan(40)
})

it('never lets a caller filter by a field that Cedar denies on some row', () => {
  const { usable, refused } = differential.compareFilters(10)
  console.info(`filters: ${usable} usable and allowed by Cedar on every row, ${refused} refused`)
  expect(usable).toBeGreaterThan(20)
  expect(refused).toBeGreaterThan(20)
})
