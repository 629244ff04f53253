// Who uses what, and how much there is: counted so that no robot pushes an item up and no number tells of anybody.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roundedDown } from '../../audit/rounded-count.ts'
import { openLog } from '../../cli/city-parts.ts'
import { frozenClock } from '../../core/clock.ts'
import { createLogger } from '../../core/logger.ts'
import { FEWEST_CALLERS, openUseCount } from '../../governance/count-use.ts'
import { openPool } from '../../migrations/pool.ts'
import { reportHoldings } from '../../subgraphs/report-holdings.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { runningCity, TEST_DAY, type RunningCity } from '../support/running-city.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
  await city.city.follower.caughtUp()
}, 300_000)
afterAll(async () => city.stop())

type Item = Readonly<Record<string, unknown>>
const item = async (coordinate: string, fields: string, caller?: string): Promise<Item> => {
  const { data, errors } = await city.ask(`query ($c: String) { catalogue(where: { coordinate: { eq: $c } }) { nodes { ${fields} } } }`, { variables: { c: coordinate }, ...(caller === undefined ? {} : { caller }) })
  expect(errors).toEqual([])
  return data.catalogue.nodes[0]
}

/** Counts anew on the given day, whatever the city's own count has done. */
async function countUse(now = TEST_DAY): Promise<void> {
  await city.city.follower.caughtUp()
  const facts = openPool(city.databases.governance.follower, { max: 1, domain: 'governance' })
  try {
    await openUseCount({ facts, clock: frozenClock(now) }).round()
  } finally {
    await facts.end()
  }
}

describe('use', () => {
  const LINES = '{ metroLines(first: 1) { nodes { name } } }'
  const STATIONS = '{ metroStations(first: 1) { nodes { name } } }'
  const CALLERS = ['psb-officer', 'amr-officer', 'credit-officer', 'bank-a', 'nav-b', 'zhang-wei'] as const

  it('counts each caller once: one that asks a hundred times is one', async () => {
    for (const caller of CALLERS) await city.ask(LINES, { caller })
    await Promise.all(Array.from({ length: 100 }, () => city.ask(STATIONS, { caller: 'nav-b' })))
    await countUse()
    expect(await item('MetroLine.name', 'callers usageRank', 'auditor')).toEqual({ callers: CALLERS.length, usageRank: expect.any(Number) })
    expect(await item('MetroStation.name', 'callers usageRank', 'auditor')).toEqual({ callers: 1, usageRank: null })
    expect(await item('MetroLine', 'callers', 'security-officer')).toEqual({ callers: CALLERS.length })
  })

  it('puts what most callers use first, for everybody, without saying how many they are', async () => {
    const { data, errors } = await city.ask('{ catalogue(where: { kind: { eq: FIELD } }, orderBy: USAGE_RANK_ASC, first: 3) { nodes { coordinate usageRank } } }')
    expect(errors).toEqual([])
    expect(data.catalogue.nodes[0]).toEqual({ coordinate: expect.any(String), usageRank: 1 })
    expect(data.catalogue.nodes.map(({ coordinate }: Item) => coordinate)).toContain('MetroLine.name')
  })

  it('counts who asks an open query, at its address or by the same operation', async () => {
    for (const caller of CALLERS) {
      const answer = await fetch(`${city.url}/open/v1/license-types?limit=1`, { headers: { authorization: `Bearer ${await city.token(caller)}` } })
      expect(answer.status).toBe(200)
    }
    await fetch(`${city.url}/open/v1/road-sections?limit=1`)
    await countUse()
    expect(await item('open:license-types', 'kind callers usageRank', 'auditor')).toEqual({ kind: 'OPEN_QUERY', callers: CALLERS.length, usageRank: 1 })
    expect(await item('open:road-sections', 'callers usageRank', 'auditor')).toEqual({ callers: 1, usageRank: null })
    const { data } = await city.ask('{ catalogue(where: { kind: { eq: OPEN_QUERY } }, orderBy: USAGE_RANK_ASC, first: 1) { nodes { coordinate callers } } }')
    expect(data.catalogue.nodes).toEqual([{ coordinate: 'open:license-types', callers: null }])
  })

  it.each([
    ['the public', undefined], ['a partner', 'bank-a'], ['a citizen', 'zhang-wei'], ['a department that does not own it', 'psb-officer'], ['an official of the data centre without the role', 'bdc-officer'],
  ])('does not tell %s how many callers there are, by no way', async (_who, caller) => {
    const how = caller === undefined ? {} : { caller }
    expect(await item('MetroLine.name', 'callers', caller)).toEqual({ callers: null })
    for (const query of ['{ catalogue(where: { callers: { gte: 3 } }) { nodes { coordinate } } }', '{ catalogue(orderBy: CALLERS_DESC) { nodes { coordinate } } }', '{ catalogueFacets(where: { callers: { gte: 3 } }) { count } }']) {
      const { errors } = await city.ask(query, how)
      expect(errors).toEqual([expect.objectContaining({ extensions: expect.objectContaining({ code: 'NOT_FILTERABLE' }) })])
    }
  })

  it('tells the owner of its own data alone, and lets it order by nothing of that', async () => {
    expect(await item('MetroLine.name', 'callers', 'trans-officer')).toEqual({ callers: CALLERS.length })
    expect(await item('Enterprise.name', 'callers', 'trans-officer')).toEqual({ callers: null })
    const { errors } = await city.ask('{ catalogue(orderBy: CALLERS_DESC) { nodes { coordinate } } }', { caller: 'trans-officer' })
    expect(errors).toHaveLength(1)
  })

  it('ranks nothing below five callers', async () => {
    const { data } = await city.ask('{ catalogue(first: 100, orderBy: USAGE_RANK_ASC) { nodes { callers usageRank } } }', { caller: 'auditor' })
    for (const { callers, usageRank } of data.catalogue.nodes) expect(usageRank !== null).toBe(callers >= FEWEST_CALLERS)
  })

  it('does not count what was refused, and forgets after thirty days', async () => {
    await city.ask('{ people(first: 1) { nodes { mobile } } }', { caller: 'edu-clerk' })
    await countUse()
    expect(await item('Person.mobile', 'callers', 'auditor')).toEqual({ callers: 0 })
    await countUse('2026-03-30T23:00:00+08:00')
    expect(await item('MetroLine.name', 'callers', 'auditor')).toEqual({ callers: CALLERS.length })
    await countUse('2026-03-31T00:30:00+08:00')
    expect(await item('MetroLine.name', 'callers usageRank', 'auditor')).toEqual({ callers: 0, usageRank: null })
  })
})

async function count(domain: 'transport', table: string): Promise<number> {
  const pool = openPool(city.databases[domain].query, { max: 1, domain })
  try {
    const { rows: [found] } = await pool.query<{ count: string }>(`SELECT count(*) FROM ${table} WHERE NOT is_deleted`)
    return Number(found?.count)
  } finally {
    await pool.end()
  }
}

describe('holdings', () => {
  const report = async (domain: 'population' | 'transport'): Promise<void> => {
    const { classification, clock } = city.city.core
    const logger = createLogger('silent')
    const database = openPool(city.databases[domain].query, { max: 1, domain })
    const log = openLog(domain, city.databases.audit.writer(domain), logger, city.keys.audit)
    try {
      await reportHoldings({ domain, database, audit: log.it, classification, clock })
    } finally {
      await log.close()
      await database.end()
    }
    await city.city.follower.caughtUp()
  }

  it('are not known before a department has reported them', async () => {
    expect(await item('Person', 'rowsAtLeast newestOn')).toEqual({ rowsAtLeast: null, newestOn: null })
  })

  it('of few people tell neither a number nor a day, to nobody', async () => {
    await report('population')
    for (const caller of [undefined, 'psb-officer', 'auditor', 'security-officer']) {
      for (const coordinate of ['Person', 'Person.name', 'Household', 'Guardianship']) expect(await item(coordinate, 'rowsAtLeast', caller), coordinate).toEqual({ rowsAtLeast: 0 })
      expect(await item('Person', 'rowsAtLeast newestOn', caller)).toEqual({ rowsAtLeast: 0, newestOn: null })
    }
    const leaf = JSON.stringify((await logLeaves(city.databases.audit.owner, 'population')).find(({ event }) => event === 'HOLDINGS'))
    expect(leaf).toContain('"rowsAtLeast":0,"type":"Person"')
    expect(leaf).not.toMatch(/"rowsAtLeast":[1-9]/)
  })

  it('of things tell the day up to which they are, and rounded numbers of many', async () => {
    await report('transport')
    expect(await item('MetroStation', 'rowsAtLeast newestOn')).toEqual({ rowsAtLeast: 0, newestOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) })
    const flows = await count('transport', 'trf_flow_5min')
    expect(flows).toBeGreaterThan(1_000)
    expect(await item('TrafficFlow', 'rowsAtLeast')).toEqual({ rowsAtLeast: roundedDown(flows) })
    expect(roundedDown(flows)).not.toBe(flows)
  })

  it('are a department\'s word about itself: what another log says of its types is not shown, and a whole number is not taken', async () => {
    const { clock } = city.city.core
    const log = openLog('credit', city.databases.audit.writer('credit'), createLogger('silent'), city.keys.audit)
    const event = { at: clock.now().toISOString(), log: 'credit', event: 'HOLDINGS' as const }
    await log.it.append([
      { ...event, id: '019cf0d5-0000-7000-8000-000000000001', holdings: [{ type: 'Person', rowsAtLeast: 1_000_000 }] },
      { ...event, id: '019cf0d5-0000-7000-8000-000000000002', holdings: [{ type: 'CreditRecord', rowsAtLeast: 403 }] },
    ])
    await log.close()
    await city.city.follower.caughtUp()
    expect(await item('Person', 'rowsAtLeast')).toEqual({ rowsAtLeast: 0 })
    expect(await item('CreditRecord', 'rowsAtLeast')).toEqual({ rowsAtLeast: null })
  })
})

describe('demands', () => {
  const demands = async (caller: string, status?: string): Promise<readonly Item[]> => {
    const { data } = await city.ask('query ($where: DemandWhere) { demands(where: $where) { nodes { id org owners status duties fields } } }', { caller, variables: { where: status === undefined ? {} : { status: { eq: status } } } })
    return data.demands?.nodes ?? []
  }

  it('that owners have promised are matched, for officers to open an application with', async () => {
    expect(await demands('security-officer', 'MATCHED')).toEqual([{
      id: 'DEM-DIST-0001', org: 'DIST', owners: ['AMR', 'CREDIT'], status: 'MATCHED', duties: ['DUTY-AMR-0001', 'DUTY-CREDIT-0001'],
      fields: ['AnnualReport.totalRevenue', 'AnnualReport.totalTax', 'CreditRating.grade'],
    }])
    expect((await demands('auditor')).map(({ id, status }) => `${String(id)} ${String(status)}`).sort()).toEqual(['DEM-DIST-0001 MATCHED', 'DEM-EDU-0001 OPEN', 'DEM-TRANS-0001 REFUSED'])
  })

  it('are seen by who needs the data and by who has them, and by nobody else', async () => {
    const ids = async (caller: string): Promise<readonly unknown[]> => (await demands(caller)).map(({ id }) => id).sort()
    expect(await ids('edu-clerk')).toEqual(['DEM-EDU-0001'])
    expect(await ids('amr-officer')).toEqual(['DEM-DIST-0001'])
    expect(await ids('psb-officer')).toEqual(['DEM-EDU-0001', 'DEM-TRANS-0001'])
    for (const caller of ['bank-a', 'zhang-wei', 'bdc-officer', 'appr-clerk']) expect(await ids(caller)).toEqual([])
  })
})
