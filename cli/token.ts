// `citygraph token <caller>`: a signed token of a demonstration caller, for the embedded city of this folder. `--list` says who
// they are and what each may try.

import { isEmbedded, readConfig } from '../core/config.ts'
import { demonstrationCallers } from '../gateway/demonstration-callers.ts'
import { demonstrationIssuer } from './issuer.ts'
import { followClock } from './demonstration-clock.ts'
import { embeddedKeys } from './keys.ts'
import { readOptions, UsageError } from './usage.ts'

/** Prints the token alone, so that `$(npx citygraph token bank-a)` works. */
export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { list: 'boolean' })
  if (options.flag('list')) {
    process.stdout.write(list())
    return 0
  }
  const [name] = options.words
  if (name === undefined) throw new UsageError('Which caller? `citygraph token --list` names them.')
  if (!demonstrationCallers.some((caller) => caller.name === name)) throw new UsageError('There is no demonstration caller of that name. `citygraph token --list` names them.')
  const config = readConfig(process.env)
  if (!isEmbedded(config)) throw new UsageError('Demonstration tokens exist only with embedded databases.')
  const clock = followClock(config.folder)
  const issuer = await demonstrationIssuer(embeddedKeys(config.folder, config), clock)
  process.stdout.write(`${await issuer.token(name)}\n`)
  return 0
}

function list(): string {
  const lines = demonstrationCallers.map(({ name, org, kind, purposes, tries }) => {
    const what = purposes.length === 0 ? '' : ` [x-purpose: ${purposes.join(' or ')}]`
    return `${name.padEnd(19)} ${`${org} (${kind})`.padEnd(22)} ${tries}${what}`
  })
  return `${['(no token)          PUBLIC (public)        What is open to everybody.', ...lines].join('\n')}\n`
}
