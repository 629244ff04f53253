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
    const { rows } = await withSnapshot(address, (client) =>
      client.query<Row>(
        `SELECT log, seq, extract(epoch FROM at)::text AS at, substring(leaf FROM 1 FOR 1048576) AS leaf
         FROM audit.record WHERE $1::text IS NULL OR log = $1 ORDER BY audit.record.at DESC, log, seq DESC LIMIT $2`,
        [only ?? null, last],
      ),
    )
    found.push(...rows)
  }
  // The sort is stable: records of one instant stay in the order of their logs.
  const newest = found.sort((a, b) => Number(b.at) - Number(a.at)).slice(0, last)
  for (const { log, seq, leaf } of newest.reverse()) process.stdout.write(`${printable(log, 40)}#${seq} ${printable(leaf.toString('utf8'), Infinity)}\n`)
  return 0
}
