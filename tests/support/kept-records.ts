// Reads whole logs as an auditor would, without the product's own reading of them: sequence, and which of the
// records that answers named are there.

import pg from 'pg'
import type { DatabaseAddress } from '../../migrations/address.ts'

export type KeptRecords = {
  readonly rows: number
  /** Of the named ones, those that are not there (or belong to another request). */
  readonly missing: readonly string[]
  /** `log#seq` and what is wrong with it. */
  readonly faults: readonly string[]
}

const PAGE = 2_000

/** `named`: `log/id` → id of the request whose answer named it. */
export async function keptRecords(audit: DatabaseAddress, named: ReadonlyMap<string, string>): Promise<KeptRecords> {
  const missing = new Set(named.keys())
  const faults: string[] = []
  let rows = 0
  const client = new pg.Client(audit)
  await client.connect()
  try {
    const logs = await client.query<{ name: string; size: string }>('SELECT name, size FROM audit.log ORDER BY name')
    for (const { name, size } of logs.rows) {
      let next = 0
      for (;;) {
        const page = await client.query<{ seq: string; id: string; leaf: Buffer }>(
          'SELECT seq, id, leaf FROM audit.record WHERE log = $1 AND run > $2 - 1000 AND run < $2 + $3 AND seq >= $2 AND seq < $2 + $3 ORDER BY seq', [name, next, PAGE])
        for (const { seq, id, leaf } of page.rows) {
          const record = JSON.parse(leaf.toString('utf8'))
          if (Number(seq) !== next) faults.push(`${name}#${seq}: expected number ${next}`)
          if (record.id !== id || record.log !== name) faults.push(`${name}#${seq}: another id or log`)
          if (named.get(`${name}/${id}`) === record.requestId) missing.delete(`${name}/${id}`)
          next = Number(seq) + 1
          rows += 1
        }
        if (page.rows.length < PAGE) break
      }
      // The city may go on recording meanwhile; then the size read first is the smaller one.
      if (next < Number(size)) faults.push(`${name}: ${next} records of ${size}`)
    }
  } finally {
    await client.end()
  }
  return { rows, missing: [...missing], faults }
}
