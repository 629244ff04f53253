// A grant over fields of two departments comes into force and is revoked, again and again, while 32 connections ask two gateways, each a process
// of its own before subgraphs that are processes too: no request fails, every answer is decided by one state of the grant, and a second
// later every answer goes by the new one.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demonstrationToken, embeddedProcesses } from '../support/city-of-processes.ts'
import type { CityOfProcesses } from '../support/city-of-processes.ts'
import { cityFolder } from '../support/command.ts'
import { lookOf, seeThroughout } from '../support/granted-or-not.ts'
import type { Look, Looks, Seen } from '../support/granted-or-not.ts'
import { post } from '../support/running-city.ts'
import type { Answer } from '../support/running-city.ts'

const CONNECTIONS = 32
const ANSWERS = 10_000
const LONGEST_MS = 240_000
const EFFECT_MS = 1_000
/** Of one state of the grant, between two acts. */
const STATE_MS = 2_500
const FEWEST_TURNS = 6
const WARMING = { connections: 4, answers: 600, longestMs: 30_000 }

const folder = cityFolder()
const tokens = new Map<string, string>()
let city: CityOfProcesses
beforeAll(async () => {
  city = await embeddedProcesses(folder, { size: 400, gateways: 2 })
  for (const caller of ['nav-b', 'security-officer', 'second-officer', 'amr-data-owner', 'credit-owner']) tokens.set(caller, await demonstrationToken(folder, caller))
})
afterAll(async () => {
  await city.stop()
  folder.remove()
})

/** Four fetches: two that begin in each of both departments and go on to the other, with fields of the grant at both ends. */
const READ = `{
  one: enterprise(uscc: "91310199MA1K0T2A0A") { annualReports(first: 1) { nodes { totalAssets totalRevenue } } creditRating { grade } }
  other: enterprise(uscc: "91310199MB0000000K") { rating: creditRating { grade modelVersion } annualReports(first: 2) { nodes { assets: totalAssets } } }
  back: creditRecords(first: 3) { nodes { enterprise { creditRating { grade } annualReports(first: 1) { nodes { totalAssets totalRevenue } } } } }
}`
const fields = ['AnnualReport.totalAssets', 'AnnualReport.totalRevenue'].map((field) => ({ field, mode: 'MASKED' })).concat(['Enterprise.creditRating', 'CreditRating.grade', 'CreditRating.modelVersion'].map((field) => ({ field, mode: 'CLEAR' })))
const input = { purpose: 'NAV-0801', scenario: 'Size and rating of enterprises', legalBasis: '上海市数据条例 41', days: 30, agreementRef: 'OPEN-2026-0001', fields }

const ask = (gateway: number, query: string, caller: string, how: { readonly purpose?: string; readonly variables?: Readonly<Record<string, unknown>> } = {}): Promise<Answer> =>
  post(city.urls[gateway] ?? '', query, how, tokens.get(caller))

/** An act of an officer, through the graph; gives what it says. */
async function act(gateway: number, caller: string, mutation: string, variables: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, string>>> {
  const { status, data, errors } = await ask(gateway, mutation, caller, { variables })
  expect({ status, errors }, `${caller}: ${mutation}`).toEqual({ status: 200, errors: [] })
  const [given] = Object.values(data as Record<string, Record<string, string>>)
  return given ?? {}
}

const approve = (gateway: number, caller: string, id: string) => act(gateway, caller, 'mutation ($id: ID!) { approveApplication(id: $id, version: 1) { status } }', { id })
const revoke = (gateway: number, id: string) => act(gateway, 'second-officer', 'mutation ($id: ID!) { revokeGrant(id: $id) { state } }', { id: `G_${id}` })

/** Applies and has all approve but the last officer. */
async function almostApproved(gateway: number): Promise<string> {
  const { id = '' } = await act(gateway, 'nav-b', 'mutation ($input: GrantApplication!) { applyForGrant(input: $input) { id } }', { input })
  for (const caller of ['security-officer', 'amr-data-owner']) expect(await approve(gateway, caller, id)).toEqual({ status: 'PENDING' })
  return id
}

async function looked(): Promise<{ readonly look: Look; readonly policyVersion: string }> {
  await pause(EFFECT_MS)
  const [one, other] = await Promise.all([0, 1].map(async (gateway) => lookOf((await ask(gateway, READ, 'nav-b', { purpose: 'NAV-0801' })).text)))
  if (one === undefined || other === undefined) throw new Error('no answer')
  expect(other).toEqual(one)
  expect(one.failed).toBe(false)
  return one
}

/** Processes that were started a moment ago have compiled little of themselves yet. */
async function warm(posted: Parameters<typeof seeThroughout>[2], looks: Looks): Promise<void> {
  const begun = performance.now()
  const seeing = seeThroughout(city.urls, WARMING.connections, posted, looks)
  while (seeing.seen.length < WARMING.answers && performance.now() - begun < WARMING.longestMs) await pause(100)
  await seeing.stop()
}

/** An act, between sending and answer, after which answers are of `state`. */
type Turn = { readonly state: Seen['state']; readonly sentAt: number; readonly doneAt: number }

/**
 * For each gateway: `askedMs`, from the act's answer to the last moment at which somebody asked who was answered by the state before, 0 where
 * nobody was; `answeredMs`, from the sending of the act, before it was in force anywhere, to the last answer by the state before; `since`: answers by the new one.
 */
type Effect = { readonly turn: number; readonly state: Seen['state']; readonly gateway: number; readonly askedMs: number; readonly answeredMs: number; readonly since: number }

function effects(turns: readonly Turn[], seen: readonly Seen[]): readonly Effect[] {
  return turns.flatMap(({ state, sentAt, doneAt }, turn) => {
    const until = turns[turn + 1]?.sentAt ?? Infinity
    return [0, 1].map((gateway) => {
      // What is answered after the next act may go by that already.
      const of = seen.filter((one) => one.gateway === gateway && one.at >= sentAt && one.at < until)
      const before = of.filter((one) => one.state !== state)
      return { turn, state, gateway, askedMs: Math.max(0, ...before.map(({ askedAt }) => askedAt - doneAt)), answeredMs: Math.max(0, ...before.map(({ at }) => at - sentAt)), since: of.length - before.length }
    })
  })
}

describe('a grant under load', () => {
  it(`decides each of ${ANSWERS} answers whole, fails none, and is in force and off within a second on both gateways`, async () => {
    const base = await looked()
    const first = await almostApproved(0)
    await approve(1, 'credit-owner', first)
    const held = await looked()
    await revoke(0, first)
    expect(await looked()).toEqual(base)
    expect([held.look.data === base.look.data, held.look.decisions === base.look.decisions, held.policyVersion === base.policyVersion]).toEqual([false, false, false])

    const headers = { authorization: `Bearer ${tokens.get('nav-b')}`, 'x-purpose': 'NAV-0801' }
    const posted = { body: JSON.stringify({ query: READ }), headers }
    const looks = { without: base.look, granted: held.look }
    await warm(posted, looks)
    const begun = performance.now()
    const seeing = seeThroughout(city.urls, CONNECTIONS, posted, looks)
    const turns: Turn[] = []
    const turn = async (state: Seen['state'], work: () => Promise<unknown>): Promise<void> => {
      const sentAt = performance.now()
      await work()
      turns.push({ state, sentAt, doneAt: performance.now() })
      await pause(STATE_MS)
    }
    for (let n = 0; (turns.length < FEWEST_TURNS || seeing.seen.length < ANSWERS) && seeing.wrong.length === 0 && performance.now() - begun < LONGEST_MS; n += 1) {
      const [here, there] = n % 2 === 0 ? [0, 1] : [1, 0]
      const id = await almostApproved(here)
      await turn('granted', () => approve(there, 'credit-owner', id))
      await turn('without', () => revoke(here, id))
    }
    await seeing.stop()
    const { seen, wrong } = seeing
    const seconds = (performance.now() - begun) / 1000
    const found = effects(turns, seen)
    const longest = (of: 'askedMs' | 'answeredMs', state: Seen['state']): string => Math.max(...found.filter((one) => one.state === state).map((one) => one[of])).toFixed(0)
    const acts = Math.max(...turns.map(({ sentAt, doneAt }) => doneAt - sentAt)).toFixed(0)
    process.stderr.write(`grants under load: ${seen.length} answers in ${seconds.toFixed(0)} s, ${turns.length} acts of ${acts} ms at most; the last answer by the state before came ${longest('answeredMs', 'granted')} ms after an approval was sent, ${longest('answeredMs', 'without')} ms after a revocation was; whoever asked ${longest('askedMs', 'granted')} and ${longest('askedMs', 'without')} ms after its answer was the last to have one\n`)

    expect(wrong).toEqual([])
    expect(seen.length).toBeGreaterThanOrEqual(ANSWERS)
    // The version that an answer names tells its state: without the grant the bundle is the one of before, with it another for each grant.
    const versions = new Map(seen.map(({ policyVersion, state }) => [policyVersion, state]))
    expect(seen.filter(({ policyVersion, state }) => state !== versions.get(policyVersion))).toEqual([])
    expect([...versions].filter(([, state]) => state === 'without').map(([version]) => version)).toEqual([base.policyVersion])
    expect(versions.size).toBe(1 + turns.length / 2)
    expect(found.filter(({ askedMs, since }) => askedMs > EFFECT_MS || since === 0), 'asked more than a second after the act and answered by the state before, or never by the new one').toEqual([])
  })
})
