// `citygraph audit keys`: the public keys that check the heads of this process's logs, for auditors and witnesses.

import { readConfig } from '../core/config.ts'
import { originOf } from '../audit/verify/heads.ts'
import { logNamed, ownKeys } from './audit-places.ts'
import { readOptions, UsageError } from './usage.ts'

export const usage = 'audit keys [--log LOG]'

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { log: 'string' })
  if (options.words.length > 0) throw new UsageError(usage)
  const only = logNamed(options.text('log'))
  const keys = ownKeys(readConfig(process.env)).filter(({ name }) => only === undefined || name === originOf(only))
  if (keys.length === 0) throw new Error('There is no audit key here: set CITYGRAPH_AUDIT_KEY, or start an embedded city once.')
  for (const { text } of keys) process.stdout.write(`${text}\n`)
  return 0
}
