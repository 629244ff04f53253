// The compiled executor against @apollo/gateway's own over the same replies, whole ones and spoilt ones: data byte for byte, errors
// with their paths, records, what is sent to subgraphs.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allSubgraphSdl, committedSupergraphSdl } from '../../../schema/load.ts'
import { random } from '../../../synthetic-city/random.ts'
import { bothExecutors } from '../../support/both-executors.ts'
import type { BothWays, Replies } from '../../support/both-executors.ts'
import { madeUpReplies } from '../../support/made-up-replies.ts'
import { randomOperations } from '../../support/random-operations.ts'

const seed = Number(process.env['RUNNER_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const OPERATIONS = Number(process.env['RUNNER_OPERATIONS'] ?? 25)

let city: BothWays
beforeAll(async () => {
  console.log(`runner seed ${seed}`)
  city = await bothExecutors(committedSupergraphSdl())
})
afterAll(async () => city.stop())

const replies = madeUpReplies(allSubgraphSdl())

async function same(ways: BothWays, query: string, variables: Readonly<Record<string, unknown>>, given: Replies): Promise<{ data: boolean; errors: boolean; left: boolean } | undefined> {
  const both = await ways.ask(query, variables, given)
  if (both === undefined) return undefined
  const { compiled, apollo } = both
  if (compiled !== undefined) expect(compiled, `${query} ${JSON.stringify(variables)}`).toEqual(apollo)
  return { data: apollo.text !== undefined, errors: apollo.errors.length > 0, left: compiled === undefined }
}

describe('compiled plans answer like Apollo', () => {
  it('on random operations, whatever subgraphs reply', async () => {
    const r = random(seed)
    const operations = randomOperations(city.schema, r, { ID: ['1', '2'], Int: [1, 20], Float: [0.5], Boolean: [true] })
    const seen = { data: 0, errors: 0, left: 0, asked: 0, whole: 0 }
    for (let at = 0; at < OPERATIONS; at += 1) {
      const { query, variables } = operations.next()
      for (const [spoil, times] of [[0, 2], [0.3, 3], [1, 5]] as const) {
        for (let time = 0; time < times; time += 1) {
          const found = await same(city, query, variables, replies(r.int(0, 2 ** 31), spoil))
          if (found === undefined) continue
          seen.asked += 1
          for (const key of ['data', 'errors', 'left'] as const) seen[key] += found[key] ? 1 : 0
          if (spoil === 0) seen.whole += found.errors ? 0 : 1
        }
      }
    }
    console.log(seen)
    expect(seen.left).toBe(0)
    expect(seen.asked).toBeGreaterThan(OPERATIONS)
    expect(seen.whole).toBeGreaterThan(OPERATIONS / 2)
    expect(seen.errors).toBeGreaterThan(OPERATIONS)
  }, 240_000)
})
