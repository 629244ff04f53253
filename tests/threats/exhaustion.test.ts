// Small requests for large answers: refused before anything is read, in no time, and the city goes on.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => {
  await city.stop()
})

async function refused(query: string, variables: Record<string, unknown> = {}): Promise<string> {
  const begun = performance.now()
  const answer = await city.ask(query, { variables })
  expect(performance.now() - begun).toBeLessThan(5_000)
  expect(answer.status).toBe(400)
  expect(answer.errors.map(({ extensions }) => extensions.code)).toContain('TOO_COSTLY')
  expect(answer.data).toBeUndefined()
  return answer.text
}

const lists = (leaf: string, head = ''): string => `${head}{ metroLines(first: 100) { nodes { stations(first: 100) { nodes { lines(first: 100) { nodes { stations(first: 100) { ${leaf} } } } } } } } }`

describe('lists within lists', () => {
  it('are refused whatever is asked of their rows', async () => {
    await refused(lists('nodes { __typename }'))
    await refused(lists('__typename'))
    await refused(lists('nodes { name @skip(if: true) }'))
    await refused(lists('nodes @include(if: $on) { name }', 'query($on: Boolean!)'), { on: false })
    expect((await city.ask('{ metroLines { nodes { name stations { nodes { name lines { nodes { name } } } } } } }')).errors).toEqual([])
  })
})

describe('long names', () => {
  it('are refused and not said again', async () => {
    const long = 'n'.repeat(101)
    for (const query of [`{ ${long}: metroLines { nodes { name } } }`, `query ${long} { metroLines { nodes { name } } }`, `{ metroLines { nodes { ...${long} } } } fragment ${long} on MetroLine { name }`]) {
      const text = await refused(query)
      expect(text).not.toContain(long)
      expect(text.length).toBeLessThan(2_000)
    }
  })

  it('may have a hundred characters, and reach every domain', async () => {
    const name = 'n'.repeat(100)
    const answer = await city.ask(`query ${name}($${name}: ID!) { ${name}: enterprise(uscc: $${name}) { legalRepName creditSummary { ${name}: recordCount } nearestMetroStation { name } } }`, {
      caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001', variables: { [name]: '91310199MA1K0T2A0A' },
    })
    expect(answer.errors).toEqual([])
    expect(answer.data[name]).toMatchObject({ legalRepName: '张伟', creditSummary: { [name]: 2 } })
  })
})
