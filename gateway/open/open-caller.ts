// Who asks an open query: the holder of an API key, of a token given for one, or whoever /graphql knows. Keys come in a header, never in an
// address. Whatever is wrong with one (unknown, expired, revoked, of an organisation that is registered no more) is said by one text.

import type { IncomingMessage } from 'node:http'
import type { OpenKey } from '../../audit/open-keys.ts'
import { CitygraphError } from '../../core/errors.ts'
import { readKey } from '../../open/api-key.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { identify, Refusal } from '../serve-graphql.ts'
import type { ServeParts } from '../serve-graphql.ts'
import type { OpenAccess } from './open-access.ts'

/** `queries`: those the credential is for; undefined: all. `good`: whether it still is. */
export type OpenCaller = { readonly caller: Caller; readonly queries: readonly string[] | undefined; readonly good: () => Promise<boolean> }

export type CallerParts = Pick<ServeParts, 'authenticate' | 'rates' | 'logger'> & { readonly openAccess?: OpenAccess | undefined }

/** Throws UNAUTHENTICATED, RATE_LIMITED, AUDIT_UNAVAILABLE, BAD_USER_INPUT for two credentials. */
export async function openCaller(request: IncomingMessage, requestId: string, parts: CallerParts): Promise<OpenCaller> {
  const { authorization, 'x-api-key': apiKey } = request.headers
  if (authorization !== undefined && apiKey !== undefined) throw new CitygraphError('BAD_USER_INPUT', { argument: 'x-api-key', hint: 'Send one credential.' })
  const bearer = authorization === undefined ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (typeof apiKey === 'string') return byKey(apiKey, request, parts)
  if (bearer?.startsWith('cgk_') === true) return byKey(bearer, request, parts)
  if (bearer !== undefined && parts.openAccess?.tokens?.ours(bearer) === true) return byToken(bearer, request, parts)
  return { caller: await identify(request, requestId, parts), queries: undefined, good: async () => true }
}

async function byKey(text: string, request: IncomingMessage, parts: CallerParts): Promise<OpenCaller> {
  const { openAccess: access } = parts
  const read = readKey(text)
  if (read === undefined || access === undefined) return failed(request, parts, 'It is not written like a key; look for a character that was lost.')
  const key = await access.keys.byHash(read.hash)
  const caller = key === undefined ? undefined : callerOf(key, access)
  if (key === undefined || caller === undefined) return failed(request, parts)
  await parts.rates.callers.take(`${caller.org}/${caller.sub}`)
  return { caller, queries: key.queries, good: async () => await access.keys.byHash(read.hash) !== undefined }
}

async function byToken(token: string, request: IncomingMessage, parts: CallerParts): Promise<OpenCaller> {
  const { openAccess: access } = parts
  const facts = await access?.tokens?.verify(token)
  const key = facts === undefined ? undefined : await access?.keys.byId(facts.keyId, facts.version)
  const caller = key === undefined || access === undefined ? undefined : callerOf(key, access)
  if (facts === undefined || key === undefined || caller === undefined || access === undefined) return failed(request, parts)
  await parts.rates.callers.take(`${caller.org}/${caller.sub}`)
  const both = facts.scope === undefined || key.queries === undefined ? facts.scope ?? key.queries : facts.scope.filter((id) => key.queries?.includes(id))
  return { caller, queries: both, good: async () => await access.keys.byId(facts.keyId, facts.version) !== undefined }
}

/** The organisation as it is registered now; undefined where keys are not for its kind. */
export function callerOf({ id, org, client, zone }: OpenKey, { organisationKind }: Pick<OpenAccess, 'organisationKind'>): Caller | undefined {
  const kind = organisationKind(org)
  if (kind !== 'department' && kind !== 'partner') return undefined
  return { kind, org, sub: `key:${id}`, clientId: `${org}/${client}`, roles: ['application'], assurance: 2, zone }
}

/** Counts by address, as failed tokens do. */
async function failed(request: IncomingMessage, { rates }: CallerParts, hint?: string): Promise<never> {
  await rates.addresses.take(request.socket.remoteAddress ?? 'unknown')
  throw new Refusal(new CitygraphError('UNAUTHENTICATED', hint === undefined ? {} : { hint }), 401, { 'www-authenticate': 'Bearer realm="citygraph", error="invalid_token"' })
}
