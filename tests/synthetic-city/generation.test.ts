// The same options make the same rows, whoever asks and however often; and every size has the number of people it says.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { getTableName, is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import * as standing from '../../migrations/credit/tables-standing.ts'
import * as credit from '../../migrations/credit/tables.ts'
import * as filings from '../../migrations/enterprises/tables-filings.ts'
import * as enterprises from '../../migrations/enterprises/tables.ts'
import * as licenses from '../../migrations/licenses/tables.ts'
import * as status from '../../migrations/population/tables-status.ts'
import * as population from '../../migrations/population/tables.ts'
import * as network from '../../migrations/transport/tables-network.ts'
import * as transport from '../../migrations/transport/tables.ts'
import { readPlaces } from '../../synthetic-city/places.ts'
import { rowsOfCity } from '../../synthetic-city/rows-of-city.ts'
import { tableFormat, type Put, type TableFormat } from '../../synthetic-city/rows.ts'
import { SCENARIO_SIZE } from '../../synthetic-city/scenario.ts'

const places = readPlaces()

type Made = { readonly digest: string; readonly people: number; readonly tables: ReadonlySet<string>; readonly reported: readonly number[] }

function make(size: number, seed: number, linkKey = 'test-link-key-v1'): Made {
  const hash = createHash('sha256')
  const formats = new Map<unknown, TableFormat>()
  let count = 0
  const put: Put = (table, row) => {
    const format = formats.get(table) ?? tableFormat(table)
    formats.set(table, format)
    if (format.name === getTableName(population.people)) count++
    hash.update(format.name).update(format.line(row))
  }
  const reported = [...rowsOfCity({ size, seed, linkKey, places }, { population: put, enterprises: put, credit: put, licenses: put, transport: put })]
  return { digest: hash.digest('hex'), people: count, tables: new Set([...formats.values()].map(({ name }) => name)), reported }
}

describe('a city', () => {
  it('is the same, row for row, for the same size, seed and link key', () => {
    expect(make(1500, 7).digest).toBe(make(1500, 7).digest)
  })

  it('is another one for another seed, size or link key', () => {
    const digests = [make(1500, 7), make(1500, 8), make(1499, 7), make(1500, 7, 'another key')].map(({ digest }) => digest)
    expect(new Set(digests).size).toBe(4)
  })

  it.each([1, SCENARIO_SIZE, SCENARIO_SIZE + 1, 300, 1011, 2500])('of %d has that many people, never fewer than the scenario', (size) => {
    const { people: count, reported } = make(size, 20260301)
    expect(count).toBe(Math.max(size, SCENARIO_SIZE))
    expect(reported.at(-1)).toBe(count)
  })

  it('fills every table of every department', () => {
    const all = Object.values({ ...population, ...status, ...enterprises, ...filings, ...credit, ...standing, ...licenses, ...transport, ...network })
    const names = all.filter((table) => is(table, PgTable)).map((table) => getTableName(table))
    // Corrected identity numbers: a new city has none.
    expect([...make(1200, 20260301).tables, 'pop_pid_alias'].sort()).toEqual(names.sort())
  })
})

describe('a row on its way into a table', () => {
  it('is escaped as COPY wants it', () => {
    const { line, copy } = tableFormat(population.people)
    const written = line({ pid: 'p', name: 'a\tb\\c\nd', idNo: 'x', idType: '111', gender: null })
    expect(written).toContain('a\\tb\\\\c\\nd')
    expect(written.endsWith('\n')).toBe(true)
    expect(written.split('\t')).toHaveLength(copy.split('", "').length)
    expect(copy.startsWith('COPY "pop_person" ("pid", "id_type", "id_no"')).toBe(true)
  })
})
