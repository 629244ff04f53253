// `citygraph audit prove <record>`: a proof that one record is under a signed head, as JSON that docs/check-proof.mjs checks.

import { withSnapshot } from '../audit/verify/database-source.ts'
import { proveRecord } from '../audit/verify/prove.ts'
import { readConfig } from '../core/config.ts'
import { auditPlaces, keyOptions, logNamed, trustedKeys } from './audit-places.ts'
import { readOptions, UsageError } from './usage.ts'

export const usage = 'audit prove <record id> [--log LOG] [--key KEY]… [--keys FILE]'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { ...keyOptions, log: 'string' })
  const [record, ...more] = options.words
  if (record === undefined || more.length > 0) throw new UsageError(usage)
  if (!UUID.test(record)) throw new UsageError(`A record's id is a UUID, as an answer carries it in extensions.sharing.records.\n${usage}`)
  const only = logNamed(options.text('log'))
  const config = readConfig(process.env)
  const keys = trustedKeys(config, options)
  for (const { address, logs } of auditPlaces(config)) {
    const searched = logs.filter((log) => only === undefined || log === only)
    const proof = await withSnapshot(address, (client) => proveRecord(client, record, searched, keys))
    if (proof === undefined) continue
    process.stdout.write(`${JSON.stringify(proof, null, 2)}\n`)
    return 0
  }
  throw new Error('No log holds a record with this id.')
}
