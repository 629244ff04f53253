// `citygraph audit show`: the newest access records, one line each, oldest first. No values are in them.

import { withSnapshot } from '../audit/verify/database-source.ts'
import { printable } from '../audit/verify/printable.ts'
import { readConfig } from '../core/config.ts'
import { auditPlaces, logNamed } from './audit-places.ts'
import { readOptions, UsageError, wholeNumber } from './usage.ts'

export const usage = 'audit show [--log LOG] [--last N]'

type Row = { readonly log: string; readonly seq: string; readonly at: string; readonly leaf: Buffer }

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { log: 'string', last: 'string' })
  if (options.words.length > 0) throw new UsageError(usage)
  const only = logNamed(options.text('log'))
  const last = wholeNumber(options.text('last'), 'last', { default: 20, min: 1, max: 10_000 })
  const found: Row[] = []
  for (const { address, logs } of auditPlaces(readConfig(process.env))) {
    if (only !== undefined && !logs.includes(only)) continue
    for (const log of logs) {
      if (only !== undefined && log !== only) continue
      const { rows } = await withSnapshot(address, (client) => client.query<Row>(NEWEST, [log, last]))
      found.push(...rows)
    }
  }
  // The sort is stable: records of one instant stay in the order of their logs.
  const newest = found.sort((a, b) => Number(b.at) - Number(a.at)).slice(0, last)
  for (const { log, seq, leaf } of newest.reverse()) process.stdout.write(`${printable(log, 40)}#${seq} ${printable(leaf.toString('utf8'), Infinity)}\n`)
  return 0
}

/** The newest by number; a run has at most a thousand records. */
const NEWEST = `SELECT r.log, r.seq, extract(epoch FROM r.at)::text AS at, substring(r.leaf FROM 1 FOR 1048576) AS leaf
  FROM audit.log AS l JOIN audit.record AS r ON r.log = l.name AND r.run > l.size - $2 - 1000 AND r.seq >= l.size - $2
  WHERE l.name = $1 ORDER BY r.seq DESC LIMIT $2`
