import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runningCity, type RunningCity } from '../support/running-city.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
  await city.ask('{ people(first: 4) { nodes { id name birthDate maritalStatus } } }', { caller: 'psb-officer', purpose: 'PSB-0001', caseNo: 'PSB-2026-0001' })
  await city.ask('{ enterprises(first: 2) { nodes { name creditRating { grade score } legalRepresentative { name } } } }', { caller: 'appr-clerk', purpose: 'APPR-0102' })
  await city.city.follower.caughtUp()
}, 300_000)
afterAll(() => city.stop())

describe('reading the log', () => {
  it('gives operators the records', async () => {
    const answer = await city.ask('{ accessRecords { nodes { id log at callerOrg callerSub subjectCount fields { nodes { field decision } } } pageInfo { hasNextPage } } }', { caller: 'auditor' })
    console.log(JSON.stringify(answer, null, 1).slice(0, 6000), city.log())
    expect(answer.errors).toEqual([])
  })
})
