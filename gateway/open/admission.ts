// Who may ask an open query, and how much: the caller behind a key or a token, whether the audience is theirs, and what they have used.

import type { IncomingMessage } from 'node:http'
import { CitygraphError } from '../../core/errors.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { Refusal } from '../serve-graphql.ts'
import { openCaller } from './open-caller.ts'
import type { CallerParts, OpenCaller } from './open-caller.ts'
import { openLimits } from './open-limits.ts'

/** One admitted request. */
export type Admission = {
  readonly caller: Caller
  /** Counts rows that are about to leave. Throws RATE_LIMITED where the day's rows are used up, UNAUTHENTICATED where the key was revoked meanwhile: then they must not. */
  rows(count: number): Promise<void>
  /** RateLimit header fields as they stand now. */
  headers(): Readonly<Record<string, string>>
}

/** Throws UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED, AUDIT_UNAVAILABLE, or BAD_USER_INPUT for two credentials. */
export type Admit = (request: IncomingMessage, query: OpenQuery, requestId: string) => Promise<Admission>

export function admission(parts: CallerParts): Admit {
  const limits = openLimits({ use: parts.openAccess?.use, now: parts.openAccess?.now ?? (() => new Date()) })
  return async (request, query, requestId) => {
    const asking = await openCaller(request, requestId, parts)
    const { caller } = asking
    refuseOthers(asking, query)
    const counted = caller.kind === 'public' ? limits.unknown(request.socket.remoteAddress ?? 'unknown', query) : await limits.known(caller, query)
    return {
      caller,
      async rows(count) {
        // A stream may be long.
        if (!await asking.good()) throw new CitygraphError('UNAUTHENTICATED')
        await counted.rows(count)
      },
      headers: counted.headers,
    }
  }
}

/** Policies decide what the audience sees; whoever does not belong to it is not asked about. */
function refuseOthers({ caller, queries }: OpenCaller, { id, audience }: OpenQuery): void {
  if (queries !== undefined && !queries.includes(id)) throw new Refusal(new CitygraphError('FORBIDDEN', { hint: 'The key or token is not for this query.' }), 403, { 'www-authenticate': 'Bearer realm="citygraph", error="insufficient_scope"' })
  if (audience === 'public') return
  if (caller.kind === 'public') throw new CitygraphError('UNAUTHENTICATED', { hint: 'This query is for holders of a key.' })
  if (caller.kind !== 'department' && caller.kind !== 'partner') throw new CitygraphError('FORBIDDEN', { hint: 'This query is for departments and partners.' })
}
