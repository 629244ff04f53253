// A policy edit under load (DESIGN promise 5, 5.5): nothing fails, within a second nobody is answered by the old decision, and each
// answer is decided by the version that it names.

import { cpSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

const CONNECTIONS = 16
const query = '{ enterprise(uscc: "91310199MA1K0T2A0A") { name creditRating { grade ratedOn modelVersion } shareholders(first: 5) { nodes { holderName ratio } } } }'

type Seen = { readonly startedAt: number; readonly status: number; readonly version: string; readonly errors: unknown; readonly rating: unknown; readonly ratios: readonly unknown[]; readonly decided: readonly string[] }

let city: RunningCity
let policies: string
let agent: http.Agent
let token: string

beforeAll(async () => {
  policies = mkdtempSync(join(tmpdir(), 'citygraph-policies-'))
  cpSync(resolve(import.meta.dirname, '../../policies'), policies, { recursive: true })
  city = await runningCity({ policies })
  agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  token = await city.token('bank-a')
  await ask()
})
afterAll(async () => {
  agent.destroy()
  await city.stop()
})

function ask(): Promise<Seen> {
  const startedAt = performance.now()
  return new Promise((answered, failed) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-purpose': 'BANK-0602' }
    const request = http.request(`${city.url}/graphql`, { agent, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', failed)
      response.on('end', () => {
        const { data, errors, extensions } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
        answered({
          startedAt, status: response.statusCode ?? 0, errors, version: extensions.sharing.policyVersion,
          rating: data?.enterprise?.creditRating, ratios: data?.enterprise?.shareholders?.nodes?.map(({ ratio }: { ratio: unknown }) => ratio) ?? [],
          decided: extensions.sharing.decisions.map(({ path, decision }: { path: string; decision: string }) => `${path.replace('enterprise.', '')} ${decision}`),
        })
      })
    })
    request.on('error', failed)
    request.end(JSON.stringify({ query }))
  })
}

/** Asks from all connections until `until` says stop, at least `least` times; `edit` runs in the midst. */
async function underLoad(edit: () => void): Promise<{ readonly seen: readonly Seen[]; readonly editedAt: number }> {
  const seen: Seen[] = []
  let editedAt = Number.POSITIVE_INFINITY
  const done = (): boolean => seen.length >= 200 && performance.now() > editedAt + 2_000
  const workers = Array.from({ length: CONNECTIONS }, async () => {
    while (!done()) seen.push(await ask())
  })
  while (seen.length < 60) await new Promise((next) => setTimeout(next, 5))
  edit()
  editedAt = performance.now()
  await Promise.all(workers)
  return { seen, editedAt }
}

/** The whole file at once, as an editor saves it. */
function rewrite(name: string, change: (text: string) => string): void {
  const file = join(policies, name)
  writeFileSync(`${file}.tmp`, change(readFileSync(file, 'utf8')))
  renameSync(`${file}.tmp`, file)
}

const served = ({ rating, ratios }: Seen): readonly boolean[] => [rating !== null, ...ratios.map((ratio) => ratio !== null)]

it('a revoked grant ends within a second, without a failed request', async () => {
  const { seen, editedAt } = await underLoad(() => rewrite('grants/bank-0602.yaml', (text) => text.replace('status: ACTIVE', 'status: REVOKED')))
  expect(seen.filter(({ status, errors }) => status !== 200 || errors !== undefined)).toEqual([])
  const [before, ...after] = [...new Set(seen.toSorted((a, b) => a.startedAt - b.startedAt).map(({ version }) => version))]
  expect(after).toEqual([city.city.core.engine.head().hash])
  for (const one of seen) {
    // What is reported follows the version that is named. Under the new one nothing of the grant is served; under the old one all of
    // it, but for cells that the revocation reached in flight (5.5: revocations apply at once whatever is sealed).
    expect(one.decided).toEqual(one.version === before ? ['shareholders.nodes.ratio MIXED'] : ['creditRating DENIED', 'shareholders.nodes.ratio DENIED'])
    if (one.version !== before) expect(served(one).some(Boolean)).toBe(false)
    if (one.startedAt > editedAt + 1_000) expect(one.version).not.toBe(before)
  }
  const firstHalf = seen.filter(({ startedAt }) => startedAt < editedAt - 50)
  expect(firstHalf.length).toBeGreaterThan(20)
  expect(firstHalf.every((one) => served(one).every(Boolean))).toBe(true)
  expect(seen.some(({ version }) => version !== before)).toBe(true)
})

it('a grant given again is one version or the other in every cell', async () => {
  const before = city.city.core.engine.head().hash
  const { seen, editedAt } = await underLoad(() => rewrite('grants/bank-0602.yaml', (text) => text.replace('status: REVOKED', 'status: ACTIVE')))
  expect(seen.filter(({ status, errors }) => status !== 200 || errors !== undefined)).toEqual([])
  for (const one of seen) {
    expect(new Set(served(one)), one.version).toEqual(new Set([one.version !== before]))
    if (one.startedAt > editedAt + 1_000) expect(one.version).not.toBe(before)
  }
  expect(new Set(seen.map(({ version }) => version)).size).toBe(2)
})

it('a bad edit changes nothing and fails nothing', async () => {
  const before = city.city.core.engine.head()
  const { seen } = await underLoad(() => rewrite('limits.cedar', (text) => `${text}\nforbid (principal, action, resource) when { resource.nonsense };\n`))
  expect(seen.filter(({ status, errors, version }) => status !== 200 || errors !== undefined || version !== before.hash)).toEqual([])
  expect(seen.every((one) => served(one).every(Boolean))).toBe(true)
  expect(city.city.core.engine.head()).toEqual(before)
  expect(city.log()).toMatch(/policies refused; the earlier bundle goes on serving/)
})
