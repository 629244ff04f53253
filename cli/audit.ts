// `citygraph audit show`: the newest access records of a log, one line each. No values are in them.

import pg from 'pg'
import { domains } from '../core/domains.ts'
import { readConfig } from '../core/config.ts'
import { attachDatabases, foreignGateway } from './city-databases.ts'
import { readOptions, UsageError, wholeNumber } from './usage.ts'

const logs: readonly string[] = [...domains, 'gateway']

export async function run(args: readonly string[]): Promise<number> {
  const [what, ...rest] = args
  if (what !== 'show') throw new UsageError('audit show [--log LOG] [--last N]')
  const options = readOptions(rest, { log: 'string', last: 'string' })
  const log = options.text('log')
  if (log !== undefined && !logs.includes(log)) throw new UsageError(`--log is one of ${logs.join(', ')}.`)
  const last = wholeNumber(options.text('last'), 'last', { default: 20, min: 1, max: 10_000 })
  const config = readConfig(process.env)
  const databases = config.auditUrls.gateway === undefined ? attachDatabases(config) : foreignGateway(config)
  const client = new pg.Client({ ...databases.auditReader, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<{ log: string; seq: string; leaf: Buffer }>(
      'SELECT log, seq, leaf FROM audit.record WHERE $1::text IS NULL OR log = $1 ORDER BY at DESC, log, seq DESC LIMIT $2',
      [log ?? null, last],
    )
    for (const row of rows.reverse()) process.stdout.write(`${row.log}#${row.seq} ${row.leaf.toString('utf8')}\n`)
  } finally {
    await client.end()
  }
  return 0
}
