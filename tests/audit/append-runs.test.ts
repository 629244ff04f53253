// The function through which departments append runs: it takes what belongs together and nothing else. What earlier versions call:
// append-run.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordText } from '../../audit/record-text.ts'
import { runsOf, runValues } from '../../audit/runs.ts'
import type { RecordText } from '../../audit/runs.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { accessRecord } from '../support/access-record.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { asRole } from '../support/hand-made-log.ts'
import { leafBytes } from '../support/leaf-bytes.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
})
afterAll(async () => database.drop())

type Values = { logs: string; counts: string; shared: string; ends: string; cuts: string; texts: Buffer; own: Buffer }
const APPEND = 'SELECT audit.append_numbered($1, $2, $3, $4, $5, $6, $7)'
const append = (client: pg.Client, { logs, counts, shared, ends, cuts, texts, own }: Values): Promise<unknown> => client.query(APPEND, [logs, counts, shared, ends, cuts, texts, own])
function valuesOf(byLog: Readonly<Record<string, readonly RecordText[]>>): Values {
  const [logs, counts, shared, ends, cuts, texts, own] = runValues(runsOf(new Map(Object.entries(byLog))))
  return { logs, counts, shared, ends, cuts, texts, own }
}
const sizes = async (): Promise<Readonly<Record<string, number>>> =>
  asRole(database.query, async (client) => Object.fromEntries((await client.query<{ name: string; size: string }>('SELECT name, size FROM audit.log ORDER BY name')).rows.map(({ name, size }) => [name, Number(size)])))
const numbers = (array: string): number[] => array.slice(1, -1).split(',').map(Number)

const { fields, entries } = accessRecord()
const made = (log: string, given: Parameters<typeof accessRecord>[0] = {}): RecordText => recordText(accessRecord({ log, fields, entries, ...given }))

describe('runs of records', () => {
  it('are read as the records that were appended, in their order, whether they share a text or not', async () => {
    const records = [
      accessRecord({ log: 'licenses', fields, entries }), accessRecord({ log: 'licenses', fields: [], entries: ['Query.licence'] }),
      accessRecord({ log: 'licenses', fields, entries, operationName: '查询' }), { id: '0195500a-0000-7000-8000-000000000009', at: '2026-03-01T02:00:00.000Z', log: 'licenses', event: 'ALERT' as const, about: 'a "quoted" 示例' },
    ]
    await asRole(database.writer('licenses'), (client) => append(client, valuesOf({ licenses: records.map(recordText) })))
    const { rows } = await asRole(database.query, (client) => client.query<{ run: string; seq: string; id: string; at: Date; leaf: Buffer }>(`SELECT run, seq, id, at, leaf FROM audit.record WHERE log = 'licenses' ORDER BY seq`))
    expect(rows.map(({ leaf }) => leaf.toString())).toEqual(records.map((record) => leafBytes(record).toString()))
    expect(rows.map(({ run, seq, id, at }) => [run, seq, id, at.toISOString()])).toEqual(records.map(({ id, at }, n) => ['0', String(n), id, at]))
    const kept = await asRole(database.query, (client) => client.query<{ cuts: number[] }>(`SELECT cuts FROM audit.run WHERE log = 'licenses'`))
    expect(kept.rows.map(({ cuts }) => cuts.map((cut) => cut > 0))).toEqual([[true, false, true, false]])
  })

  it('are refused whole where anything does not belong, and move no number', async () => {
    const good = valuesOf({ credit: [made('credit'), made('credit')], population: [made('population')] })
    const [a, b, c] = numbers(good.ends) as [number, number, number]
    const [x, y, z] = numbers(good.cuts) as [number, number, number]
    const [s, t] = numbers(good.shared) as [number, number]
    const changed = (from: string | RegExp, to: string): Values => {
      const text = leafBytes(accessRecord({ log: 'credit' })).toString()
      const own = Buffer.from(text.replace(from, to))
      expect(own.toString()).not.toBe(text)
      return { logs: '{credit}', counts: '{1}', shared: '{0}', ends: `{${own.length}}`, cuts: '{0}', texts: Buffer.alloc(0), own }
    }
    const wrong: readonly (readonly [string, Values])[] = [
      ['logs out of order', { ...good, logs: '{population,credit}' }],
      ['a log twice', { ...good, logs: '{credit,credit}' }],
      ['no log', { ...good, logs: '{credit,NULL}' }],
      ['too few counts', { ...good, counts: '{3}' }],
      ['too many counted', { ...good, counts: '{2,2}' }],
      ['too few counted', { ...good, counts: '{1,1}' }],
      ['none counted', { ...good, counts: '{0,3}' }],
      ['no count', { ...good, counts: '{NULL,1}' }],
      ['a negative count', { ...good, counts: '{-1,4}' }],
      ['bytes left over', { ...good, own: Buffer.concat([good.own, Buffer.from('x')]) }],
      ['bytes missing', { ...good, own: good.own.subarray(0, -1) }],
      ['a text left over', { ...good, texts: Buffer.concat([good.texts, Buffer.from('x')]) }],
      ['a text missing', { ...good, texts: good.texts.subarray(0, -1) }],
      ['a text of negative length', { ...good, shared: `{-1,${s + t + 1}}` }],
      ['no text', { ...good, shared: `{NULL,${t}}` }],
      ['an end moved', { ...good, ends: `{${a + 1},${b},${c}}` }],
      ['ends out of order', { ...good, ends: `{${b + 1},${b},${c}}` }],
      ['no end', { ...good, ends: `{NULL,${b},${c}}` }],
      ['ends that begin elsewhere', { ...good, ends: `[0:2]={${a},${b},${c}}` }],
      ['ends in two dimensions', { ...good, ends: `{{${a}},{${b}},{${c}}}` }],
      ['a cut moved', { ...good, cuts: `{${x + 1},${y},${z}}` }],
      ['a cut behind the record', { ...good, cuts: `{${x},${y},${c}}` }],
      ['a negative cut', { ...good, cuts: `{${x},-1,${z}}` }],
      ['no cut', { ...good, cuts: `{${x},NULL,${z}}` }],
      ['too few cuts', { ...good, cuts: `{${x},${y}}` }],
      ['a cut without a text', { ...good, shared: '{0,0}', texts: Buffer.alloc(0) }],
      ['a record of another log', valuesOf({ credit: [made('population')] })],
      ['nothing', { logs: '{}', counts: '{}', shared: '{}', ends: '{}', cuts: '{}', texts: Buffer.alloc(0), own: Buffer.alloc(0) }],
      ['another log named', changed('"log":"credit"', '"log":"credits"')],
      ['no id', changed(/"id":"[^"]+",/, '')],
      ['an id that is none', changed(/"id":"./, '"id":"x')],
      ['an id in a text', changed(/"id":"[^"]+","log":"credit"/, `"idea":${JSON.stringify(`,"id":"5d3c1a52-0000-4000-8000-000000000000","log":"credit"`)}`)],
      ['no instant', changed(/"at":"[^"]+",/, '')],
      ['an instant that is none', changed('"at":"2026-03', '"at":"2026-33')],
      ['an instant of another length', changed('.000Z"', 'Z"')],
      ['something before it', changed(/^/, ' ')],
      ['something after it', changed(/$/, ' ')],
      ['a record of more than a mebibyte', valuesOf({ credit: [made('credit', { operationName: 'x'.repeat(1_048_576) })] })],
      ['a record of more than a mebibyte with what it shares', valuesOf({ credit: [made('credit', { fields: [], entries: ['x'.repeat(1_048_576)] })] })],
      ['more than sixteen mebibytes', valuesOf({ credit: Array.from({ length: 20 }, () => made('credit', { operationName: 'x'.repeat(900_000) })) })],
      ['more than a thousand', valuesOf({ credit: Array.from({ length: 1_001 }, () => made('credit')) })],
    ]
    const before = await sizes()
    await asRole(database.writer('city'), async (client) => {
      for (const [what, one] of wrong) await expect(append(client, one), what).rejects.toMatchObject({ code: expect.stringMatching(/^22/) })
      await append(client, good)
    })
    expect(await sizes()).toEqual({ ...before, credit: (before['credit'] ?? 0) + 2, population: (before['population'] ?? 0) + 1 })
  })

  it('are refused whole where one of their logs is another department\'s, by its own error', async () => {
    const both = valuesOf({ credit: [made('credit')], population: [made('population')] })
    const before = await sizes()
    for (const address of [database.writer('credit'), database.writer('population'), database.query]) {
      await asRole(address, (client) => expect(append(client, both)).rejects.toMatchObject({ code: '42501' }))
    }
    expect(await sizes()).toEqual(before)
  })

  it('are taken over no connection whose commits do not wait for the disk', async () => {
    await asRole(database.writer('credit'), async (client) => {
      await client.query('SET synchronous_commit = off')
      await expect(append(client, valuesOf({ credit: [made('credit')] }))).rejects.toThrow('synchronous_commit')
    })
  })
})
