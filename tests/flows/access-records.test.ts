import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runningCity, type RunningCity } from '../support/running-city.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
}, 300_000)
afterAll(() => city.stop())

describe('reading the log', () => {
  it('gives operators the records', async () => {
    const answer = await city.ask('{ accessRecords { nodes { id log at callerOrg callerSub fields { nodes { field decision } } } pageInfo { hasNextPage } } }', { caller: 'auditor' })
    expect(answer.errors).toEqual([])
    expect(answer.data.accessRecords.nodes).toEqual([])
  })
})
