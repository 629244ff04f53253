// Behind a router that is not ours (DESIGN 5.5 b): the router shows a shared secret and forwards the caller's own token, purpose,
// case number and authorisation; this subgraph verifies the token itself. Facts of the whole operation are unknown, so the
// stricter rule applies (many subjects). A forwarded token could be replayed by a department: see the threat model.

import { createHash, timingSafeEqual } from 'node:crypto'
import { UNKNOWN_HASH } from '../audit/record-shape.ts'
import type { Clock } from '../core/clock.ts'
import { CitygraphError } from '../core/errors.ts'
import { reference } from '../core/reference.ts'
import type { Caller } from '../policy-engine/decision.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'
import { SEAL_LIFE_S, type AccessContext } from './access-context.ts'

/** Header that holds the router's secret. */
export const ROUTER_HEADER = 'x-citygraph-router'

/** `header`: one header's only value by lower-case name; a repeated header is undefined. */
export type RouterMode = { open(header: (name: string) => string | undefined): Promise<AccessContext> }

/**
 * `secret`: at least 32 characters, else RangeError. `verifyToken` gets the `authorization` header (undefined: the public) and
 * throws UNAUTHENTICATED. `open` throws FORBIDDEN without the secret, PURPOSE_UNKNOWN, BAD_USER_INPUT for a case number
 * or authorisation that is malformed or holds a natural key.
 */
export function createRouterMode(parts: {
  secret: string
  verifyToken: (authorization: string | undefined) => Promise<Caller>
  engine: Pick<PolicyEngine, 'head' | 'purpose'>
  clock: Clock
}): RouterMode {
  const { secret, verifyToken, engine, clock } = parts
  if (secret.length < 32) throw new RangeError('the router secret needs at least 32 characters')
  const expected = digest(secret)
  return {
    async open(header) {
      const shown = header(ROUTER_HEADER)
      if (shown === undefined || !timingSafeEqual(digest(shown), expected)) throw new CitygraphError('FORBIDDEN')
      const caller = await verifyToken(header('authorization'))
      const purpose = header('x-purpose')
      if (purpose !== undefined && engine.purpose(purpose) === undefined) throw new CitygraphError('PURPOSE_UNKNOWN')
      const caseNo = header('x-case-no')
      if (caseNo !== undefined) reference('x-case-no', caseNo)
      const authorizationRef = header('x-authorization-ref')
      if (authorizationRef !== undefined) reference('x-authorization-ref', authorizationRef)
      const issuedAt = Math.floor(clock.now().getTime() / 1000)
      return {
        caller,
        ...(purpose === undefined ? {} : { purpose }),
        ...(caseNo === undefined ? {} : { caseNo }),
        ...(authorizationRef === undefined ? {} : { authorizationRef }),
        bundleSequence: engine.head().sequence,
        policyVersion: engine.head().hash,
        operation: { hash: UNKNOWN_HASH, singleSubject: false, fields: [] },
        issuedAt,
        expiresAt: issuedAt + SEAL_LIFE_S,
      }
    },
  }
}

/** Equal length for the comparison in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
