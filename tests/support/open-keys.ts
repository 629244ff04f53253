// API keys in tests: the acts on them as callers do them, open queries with quotas that are soon used up, and token requests.

import http from 'node:http'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { openQueriesForTests } from './open-city.ts'
import type { Written } from './open-city.ts'
import { post } from './running-city.ts'
import type { Answer, RunningCity } from './running-city.ts'

export const MAKE = 'mutation ($name: String!, $client: String, $queries: [String!], $zone: KeyZone, $days: Int) { makeKey(name: $name, client: $client, queries: $queries, zone: $zone, days: $days) { id org name client queries zone at expiresAt state secret } }'
export const ROTATE = 'mutation ($id: ID!, $oldUntil: DateTime, $days: Int) { rotateKey(id: $id, oldUntil: $oldUntil, days: $days) { id expiresAt oldUntil rotatedAt secret } }'
export const REVOKE = 'mutation ($id: ID!) { revokeKey(id: $id) { id state revokedByOrg secret } }'

export type Key = { readonly id: string; readonly secret: string }

/** Throws what was refused. */
export async function makeKey(city: Pick<RunningCity, 'ask'>, caller: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Key & Readonly<Record<string, unknown>>> {
  return given(await city.ask(MAKE, { caller, variables: { name: 'a key', days: 180, ...variables } }), 'makeKey')
}

export async function act(city: Pick<RunningCity, 'ask'>, caller: string, text: string, variables: Readonly<Record<string, unknown>>): Promise<Key & Readonly<Record<string, unknown>>> {
  return given(await city.ask(text, { caller, variables: text === ROTATE ? { days: 180, ...variables } : variables }), /(\w+Key)\(/.exec(text.slice(text.indexOf('{')))?.[1] ?? '')
}

/** The same by a token of one's own. */
export async function actAs(city: Pick<RunningCity, 'url'>, token: string, text: string, variables: Readonly<Record<string, unknown>>): Promise<Answer> {
  return post(city.url, text, { variables }, token)
}

function given({ data, errors }: Answer, name: string): Key & Readonly<Record<string, unknown>> {
  if (errors.length > 0) throw new Error(`${name}: ${JSON.stringify(errors)}`)
  return data[name]
}

/** Those of open-city.ts and some whose quota is soon used up: `few-requests` (5 a minute), `few-rows` (30 a day), `many-rows` (10,000 a day). */
export function openQueriesWithQuotas(): string {
  const listed = (id: string, name: string, quota: Readonly<Record<string, number>>): Written => ({
    id,
    header: { owner: 'AMR', audience: 'key', formats: ['json', 'ndjson'], quota },
    operation: `query ${name}($first: Int = 10, $after: String) { enterprises(first: $first, after: $after) { nodes { uscc name } pageInfo { hasNextPage endCursor } } }`,
  })
  return openQueriesForTests([
    listed('few-requests', 'FewRequests', { requestsPerMinute: 5 }), listed('few-rows', 'FewRows', { rowsPerDay: 30 }), listed('many-rows', 'ManyRows', { rowsPerDay: 10_000 }),
  ])
}

export const bearer = (text: string): { readonly authorization: string } => ({ authorization: `Bearer ${text}` })
export const basicOf = (id: string, secret: string): { readonly authorization: string } => ({ authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}` })

export type Exchanged = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string; readonly json: any }

/** One exchange with any path on a connection of its own. */
export function exchange(url: string, path: string, { method = 'GET', headers = {}, body }: { readonly method?: string; readonly headers?: OutgoingHttpHeaders; readonly body?: string } = {}): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}${path}`, { agent: false, method, headers: { ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }), ...headers } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: /json/.test(response.headers['content-type'] ?? '') ? JSON.parse(text) : undefined })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** POST /oauth/token with the form's fields. */
export function askToken(url: string, form: Readonly<Record<string, string>>, headers: OutgoingHttpHeaders = {}): Promise<Exchanged> {
  return exchange(url, '/oauth/token', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: new URLSearchParams(form).toString() })
}
