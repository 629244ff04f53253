// What the first request of something costs more than the next one like it: a caller whose access plan is not made yet, a document
// that nobody has planned yet.

import { followClock } from '../cli/demonstration-clock.ts'
import { demonstrationIssuer } from '../cli/issuer.ts'
import { embeddedKeys } from '../cli/keys.ts'
import { readConfig } from '../core/config.ts'
import { demonstrationCallers } from '../gateway/demonstration-callers.ts'
import type { BenchCity } from './bench-city.ts'
import type { Server } from './servers.ts'
import { bodyOf } from './workloads.ts'
import type { Workload } from './workloads.ts'

type Asked = Pick<Server, 'url' | 'body' | 'headers'>

/** Milliseconds more for each demonstration caller who has not asked this server yet. */
export async function firstRequests({ folder }: BenchCity, { url, body }: Server, { asker }: Workload): Promise<readonly number[]> {
  const issuer = await demonstrationIssuer(embeddedKeys(folder, readConfig({ CITYGRAPH_FOLDER: folder })), followClock(folder))
  const found: number[] = []
  for (const { name, kind, purposes: [purpose] } of demonstrationCallers) {
    if (name === asker.caller || kind === 'operator') continue
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await issuer.token(name)}`, ...(purpose === undefined ? {} : { 'x-purpose': purpose }) }
    found.push(await moreForTheFirst({ url, body, headers }))
  }
  return found
}

/** Milliseconds more for each of `count` documents that ask the same under other names. */
export async function firstDocuments(count: number, { url, headers }: Server, { query, variables }: Workload): Promise<readonly number[]> {
  const found: number[] = []
  for (let n = 0; n < count; n += 1) {
    found.push(await moreForTheFirst({ url, headers, body: bodyOf({ query: renamed(query, `n${n}`), variables }) }))
  }
  return found
}

/** Every leaf on a line of its own gets an alias, so that the document, its plan and its selections are new. */
export function renamed(query: string, prefix: string): string {
  return query.replaceAll(/\{ ([a-zA-Z]+(?: [a-zA-Z]+)*) \}/g, (_, names: string) => `{ ${names.split(' ').map((name) => `${prefix}${name}: ${name}`).join(' ')} }`)
}

async function moreForTheFirst(asked: Asked): Promise<number> {
  const first = await timed(asked)
  const next = [await timed(asked), await timed(asked), await timed(asked)].toSorted((a, b) => a - b)
  return first - (next[1] ?? Number.NaN)
}

async function timed({ url, body, headers }: Asked): Promise<number> {
  const begun = performance.now()
  const response = await fetch(url, { method: 'POST', body, headers })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`an answer with status ${response.status}: ${text.slice(0, 300)}`)
  return performance.now() - begun
}
