// A process that assembles the city as `citygraph start` does, on embedded databases that the measurement keeps running, and serves
// it on a free port until its standard input ends. `whole`: the product as it is. `records`: nobody follows the logs, as where governance
// is a process elsewhere. `without-records`: neither that nor logs that keep anything.

import { once } from 'node:events'
import { attachDatabases } from '../cli/city-databases.ts'
import { clockOf } from '../cli/city-parts.ts'
import { openCity } from '../cli/city.ts'
import { demonstrationIssuer } from '../cli/issuer.ts'
import { embeddedKeys } from '../cli/keys.ts'
import { readConfig } from '../core/config.ts'
import { createLogger } from '../core/logger.ts'
import { listen } from '../gateway/listen.ts'
import type { AuditLog } from '../audit/access-record.ts'
import type { Follower } from '../governance/follower.ts'
import { fiveDomainCaller } from './five-domain-query.ts'

/** The line that tells the measurement that the city serves. */
export type Serving = { readonly url: string; readonly token: string }

/** The line at its end: processor time since it served. */
export type Served = { readonly cpuSeconds: number }

/** Arguments: the folder, and `whole`, `records` or `without-records`. */
export async function run([folder = '', variant = '']: readonly string[]): Promise<number> {
  const config = readConfig({ CITYGRAPH_FOLDER: folder })
  const databases = attachDatabases(config)
  const keys = embeddedKeys(databases.folder, config)
  const clock = clockOf(databases)
  const city = await openCity({
    config, databases, keys, clock, logger: createLogger('warn'),
    ...(variant === 'whole' ? {} : { follow: followingNothing }),
    ...(variant === 'without-records' ? { wrapLogs: keepingNothing } : {}),
  })
  const listening = await listen(city.gateway, { port: 0, host: '127.0.0.1' })
  const issuer = await demonstrationIssuer(keys, clock)
  const serving: Serving = { url: `http://127.0.0.1:${listening.port}/graphql`, token: await issuer.token(fiveDomainCaller.caller) }
  process.stdout.write(`${JSON.stringify(serving)}\n`)
  const before = process.cpuUsage()
  process.stdin.resume()
  await once(process.stdin, 'end')
  const { user, system } = process.cpuUsage(before)
  process.stdout.write(`${JSON.stringify({ cpuSeconds: (user + system) / 1e6 } satisfies Served)}\n`)
  await listening.stop()
  await city.close()
  return 0
}

function keepingNothing(log: AuditLog): AuditLog {
  return { ...log, append: async () => undefined }
}

function followingNothing(): Follower {
  return { caughtUp: async () => undefined, close: async () => undefined }
}
