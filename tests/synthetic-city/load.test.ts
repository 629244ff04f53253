// Loading a city: once, whole or not at all, and never over another city.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyMigrations } from '../../migrations/apply.ts'
import { CityRefused } from '../../synthetic-city/city-mark.ts'
import { loadCity, type LoadProgress } from '../../synthetic-city/load.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { LINK_KEY } from '../support/loaded-city.ts'

const city = { size: 1100, linkKey: LINK_KEY }
let population: TestDatabase
let credit: TestDatabase

async function count(database: TestDatabase, table: string): Promise<number> {
  const client = new pg.Client(database.query)
  await client.connect()
  try {
    return Number((await client.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]?.count)
  } finally {
    await client.end()
  }
}

async function migrated(domain: 'population' | 'credit'): Promise<TestDatabase> {
  const database = await createDatabase(domain)
  await applyMigrations(database.owner, 'migrations/shared/sql', { domain, list: 'shared' })
  await applyMigrations(database.owner, `migrations/${domain}/sql`, { domain })
  return database
}

beforeAll(async () => {
  population = await migrated('population')
  credit = await migrated('credit')
})

afterAll(async () => {
  await population.drop()
  await credit.drop()
})

describe('loading', () => {
  it('keeps nothing of a load that was stopped', async () => {
    const stop = new Error('stopped')
    const progress = (): void => {
      throw stop
    }
    await expect(loadCity({ ...city, urls: { population: population.owner, credit: credit.owner }, progress })).rejects.toBe(stop)
    expect(await count(population, 'pop_person')).toBe(0)
  })

  it('fills databases that are empty and says how far it is', async () => {
    const seen: LoadProgress[] = []
    const first = await loadCity({ ...city, urls: { population: population.owner }, progress: (done) => seen.push(done) })
    expect(first).toMatchObject({ loaded: true, people: 1100 })
    expect(await count(population, 'pop_person')).toBe(1100)
    expect(seen.map(({ people }) => people)).toEqual([11, 1011, 1100])
    expect(seen.every(({ size }) => size === 1100)).toBe(true)
  })

  it('leaves a database alone that has this city, and fills the one beside it that has not', async () => {
    const urls = { population: population.owner, credit: credit.owner }
    expect(await loadCity({ ...city, urls })).toMatchObject({ loaded: true })
    expect(await count(population, 'pop_person')).toBe(1100)
    expect(await count(credit, 'crd_record')).toBeGreaterThan(20)
    expect(await loadCity({ ...city, urls })).toMatchObject({ loaded: false, rows: 0 })
  })

  it('loads once when two start at the same moment', async () => {
    const database = await migrated('credit')
    const both = await Promise.all([1, 2].map(() => loadCity({ ...city, size: 300, urls: { credit: database.owner } })))
    expect(both.map(({ loaded }) => loaded).sort()).toEqual([false, true])
    await database.drop()
  })

  it('refuses another size, seed or link key, and says what to do', async () => {
    const urls = { population: population.owner }
    await expect(loadCity({ ...city, urls, size: 1200 })).rejects.toThrow(/holds a city of 1100 people \(seed 20260301\), not of 1200/)
    await expect(loadCity({ ...city, urls, seed: 5 })).rejects.toThrow(CityRefused)
    await expect(loadCity({ ...city, urls, linkKey: 'another' })).rejects.toThrow(/another link key/)
    expect(await count(population, 'pop_person')).toBe(1100)
  })
})
