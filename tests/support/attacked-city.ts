// A city under attack by bad input: what every reply is looked through for, whatever was sent, and that the city goes on after it.

import { expect } from 'vitest'
import { send } from './gateway-city.ts'
import type { Reply } from './gateway-city.ts'
import type { RunningCity } from './running-city.ts'

/** An enterprise whose name everybody may see; it is asked for to see whether the city goes on. */
export const E1 = '91310199MA1K0T2A0A'
/** A value that must come back nowhere: an ID number that is nobody's. */
export const secret = '310199188001010018'
/** What no reply may hold: stacks, SQL, tables, addresses, paths, suggestions. */
const leaks = /\bat \S+ \(|node_modules|\.ts:\d|\.js:\d|SELECT |INSERT |pg_catalog|pop_|ent_base|crd_|lic_|trf_|relation "|column "|syntax error at|postgres|127\.0\.0\.1|localhost|https?:|Did you mean|\/work|\/tmp|ECONN|ZodError|TypeError|undefined/

/** Fails when the reply holds the secret or anything else that leaks, has no request id, or says INTERNAL. `what` was sent. */
export function inspected(reply: Reply, what: string): Reply {
  expect(reply.text, what).not.toMatch(leaks)
  expect(reply.text, what).not.toContain(secret)
  expect(JSON.stringify(reply.headers), what).not.toContain(secret)
  expect(reply.body.extensions.sharing.requestId, what).toMatch(/^[0-9a-f-]{36}$/)
  for (const error of reply.body.errors ?? []) expect(error.extensions.code, what).not.toBe('INTERNAL')
  return reply
}

/** A body (sent as JSON unless it is a text) and, unless it is a plain POST to /graphql, what else is bad about the request. */
export type Sent = readonly [body: unknown, headers?: Record<string, string>, method?: string, path?: string]

/** Status and first code of the answer to what was sent, `200 none` where there is no error; the reply is inspected. */
export async function codeTo(city: Pick<RunningCity, 'url'>, ...[body, headers = {}, method = 'POST', path = '/graphql']: Sent): Promise<string> {
  const reply = inspected(await send(`${city.url}${path}`, method, body, headers), JSON.stringify(body)?.slice(0, 200) ?? path)
  return `${reply.status} ${reply.body.errors?.[0]?.extensions.code ?? 'none'}`
}

/** Fails when the secret was logged, or when the process does not go on. */
export async function expectUnharmed(city: Pick<RunningCity, 'log' | 'ask'>): Promise<void> {
  expect(city.log()).not.toContain(secret)
  // The process goes on.
  expect((await city.ask(`{ enterprise(uscc: "${E1}") { name } }`)).data).toEqual({ enterprise: { name: '上海示例出行科技有限公司' } })
}
