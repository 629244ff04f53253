// A grant comes into force and is revoked while 32 connections ask two gateways with an engine each: no request fails, and a second later
// every answer goes by it.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runningCity, type RunningCity } from '../support/running-city.ts'

let city: RunningCity
let other: RunningCity
beforeAll(async () => {
  city = await runningCity()
  other = await runningCity({ databases: city.databases })
})
afterAll(async () => {
  await other.stop()
  await city.stop()
})

const CONNECTIONS = 32
const READ = '{ enterprises(first: 20) { nodes { annualReports(first: 1) { nodes { totalAssets } } } } }'
const input = {
  purpose: 'NAV-0801', scenario: 'Size of enterprises', legalBasis: '上海市数据条例 41', days: 30, agreementRef: 'OPEN-2026-0001', fields: [{ field: 'AnnualReport.totalAssets', mode: 'MASKED' }],
}
type Seen = { readonly startedAt: number; readonly failed: boolean; readonly granted: boolean }

it('is in force, and off, within a second on both, and no request fails', async () => {
  const seen: Seen[] = []
  let asking = true
  const workers = Array.from({ length: CONNECTIONS }, async (_, n) => {
    while (asking) {
      const startedAt = performance.now()
      const { status, errors, text } = await (n % 2 === 0 ? city : other).ask(READ, { caller: 'nav-b', purpose: 'NAV-0801' })
      seen.push({ startedAt, failed: status !== 200 || errors.length > 0, granted: text.includes('万') })
    }
  })
  await pause(1_500)
  const made = await city.ask('mutation ($input: GrantApplication!) { applyForGrant(input: $input) { id } }', { caller: 'nav-b', variables: { input } })
  const { id } = made.data.applyForGrant
  const approve = (on: RunningCity, caller: string) => on.ask('mutation ($id: ID!) { approveApplication(id: $id, version: 1) { status } }', { caller, variables: { id } })
  expect((await approve(city, 'security-officer')).errors).toEqual([])
  const begun = performance.now()
  expect((await approve(other, 'amr-data-owner')).data.approveApplication.status).toBe('APPROVED')
  const approvedAt = performance.now()
  await pause(2_500)
  expect((await city.ask('mutation ($id: ID!) { revokeGrant(id: $id) { state } }', { caller: 'second-officer', variables: { id: `G_${id}` } })).data.revokeGrant.state).toBe('REVOKED')
  const revokedAt = performance.now()
  await pause(2_500)
  asking = false
  await Promise.all(workers)

  const between = (from: number, to: number): readonly Seen[] => seen.filter(({ startedAt }) => startedAt >= from && startedAt < to)
  process.stdout.write(`grants under load: ${seen.length} requests\n`)
  expect(seen.filter(({ failed }) => failed)).toEqual([])
  for (const [from, to, granted] of [[0, begun - 200, false], [approvedAt + 1_000, approvedAt + 2_400, true], [revokedAt + 1_000, Infinity, false]] as const) {
    expect(between(from, to).length).toBeGreaterThan(0)
    expect(between(from, to).filter((one) => one.granted !== granted)).toEqual([])
  }
})
