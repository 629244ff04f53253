// `citygraph key <organisation or demonstration caller>`: an API key of that organisation, made by the same act as every other, against the
// running city of this folder. Prints it alone and once, so that `$(npx citygraph key bank-a)` works.

import { isEmbedded, readConfig } from '../core/config.ts'
import { demonstrationCallers } from '../gateway/demonstration-callers.ts'
import { followClock } from './demonstration-clock.ts'
import { demonstrationIssuer } from './issuer.ts'
import { embeddedKeys } from './keys.ts'
import { readOptions, UsageError, wholeNumber } from './usage.ts'

const MAKE = 'mutation ($name: String!, $queries: [String!], $days: Int) { makeKey(name: $name, queries: $queries, days: $days) { secret } }'

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { name: 'string', queries: 'string', days: 'string', port: 'string' })
  const [who] = options.words
  if (who === undefined) throw new UsageError('Whose key? A demonstration caller (`citygraph token --list`) or a code of their organisations, such as BANK-A.')
  const caller = demonstrationCallers.find(({ name, org, kind }) => (name === who || org === who) && (kind === 'partner' || kind === 'department'))
  if (caller === undefined) throw new UsageError('No department or partner among the demonstration callers has that name or organisation. `citygraph token --list` names them.')
  const config = readConfig(process.env)
  if (!isEmbedded(config)) throw new UsageError('Demonstration callers exist only with embedded databases; elsewhere use the act makeKey (docs/open-keys.md).')
  const days = wholeNumber(options.text('days'), 'days', { default: 180, min: 1, max: 365 })
  const port = wholeNumber(options.text('port'), 'port', { default: config.port, min: 1, max: 65_535 })
  const issuer = await demonstrationIssuer(embeddedKeys(config.folder, config), followClock(config.folder))
  const variables = { name: options.text('name') ?? 'demonstration', days, ...(options.text('queries') === undefined ? {} : { queries: options.text('queries')?.split(',') }) }
  process.stdout.write(`${await make(`http://127.0.0.1:${port}/graphql`, await issuer.token(caller.name), variables)}\n`)
  return 0
}

/** Throws a sentence. */
async function make(url: string, token: string, variables: Readonly<Record<string, unknown>>): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: MAKE, variables }),
  }).catch((cause: unknown) => {
    throw new Error('No city answers there: start it with `npm start`, or name its port with --port.', { cause })
  })
  const answer = (await response.json()) as { readonly data?: { readonly makeKey?: { readonly secret?: string | null } | null } | null; readonly errors?: readonly { readonly message?: string }[] }
  const secret = answer.data?.makeKey?.secret
  if (typeof secret !== 'string') throw new Error(answer.errors?.[0]?.message ?? 'The city made no key.')
  return secret
}
