import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REFUSALS_ALONE } from '../../audit/refusal-flood.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

const query = '{ enterprise(uscc: "91310199MA1K0T2A0A") { name } }'
const MORE = 30

let city: RunningCity
let stopped = false
beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => {
  if (!stopped) await city?.stop()
})

type Leaf = { readonly log: string; readonly caller: { readonly sub: string }; readonly outcome: string; readonly code?: string; readonly repeats?: number; readonly requestId: string }
async function leavesOf(log: string): Promise<readonly Leaf[]> {
  const client = new pg.Client(city.databases.audit.query)
  await client.connect()
  const { rows } = await client.query<{ leaf: Buffer }>('SELECT leaf FROM audit.record WHERE log = $1 ORDER BY seq', [log])
  await client.end()
  return rows.map(({ leaf }) => JSON.parse(leaf.toString('utf8')))
}

const times = async <T>(count: number, once: () => Promise<T>): Promise<readonly T[]> => {
  const made: T[] = []
  for (let n = 0; n < count; n += 10) made.push(...(await Promise.all(Array.from({ length: Math.min(10, count - n) }, once))))
  return made
}

describe('a flood of refusals', () => {
  it('is refused each time and recorded one by one up to a limit', async () => {
    const answers = await times(REFUSALS_ALONE + MORE, () => city.ask(query, { caller: 'bank-a', purpose: 'NO-0001' }))
    expect(new Set(answers.map(({ status, errors }) => `${status} ${errors[0]?.extensions.code}`))).toEqual(new Set(['400 PURPOSE_UNKNOWN']))
    expect(await leavesOf('gateway')).toHaveLength(REFUSALS_ALONE)
  })

  it('hides nothing of others, and no answer with data', async () => {
    const before = (await leavesOf('gateway')).length
    expect((await city.ask(query, { caller: 'amr-officer', purpose: 'NO-0001' })).status).toBe(400)
    expect((await city.ask(query, { caller: 'bank-a', headers: { 'x-dry-run': 'decisions' } })).sharing.records).toHaveLength(1)
    expect((await city.ask(query, { caller: 'bank-a' })).sharing.records).toHaveLength(1)
    expect(await leavesOf('gateway')).toHaveLength(before + 2)
    expect(await leavesOf('enterprises')).toHaveLength(1)
  })

  it('is summed up in one record for each caller and code', async () => {
    await city.stop()
    stopped = true
    const leaves = await leavesOf('gateway')
    expect(leaves.filter(({ repeats }) => repeats !== undefined)).toMatchObject([{ log: 'gateway', caller: { sub: 'bank-a' }, outcome: 'REFUSED', code: 'PURPOSE_UNKNOWN', repeats: MORE }])
    // How many refusals there were can be read from the log.
    expect(leaves.filter(({ caller }) => caller.sub === 'bank-a').filter(({ outcome }) => outcome === 'REFUSED').reduce((sum, { repeats = 1 }) => sum + repeats, 0)).toBe(REFUSALS_ALONE + MORE)
  })
})
