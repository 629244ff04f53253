// The access context of one request (DESIGN 5.5), sealed for whichever side asks: signed for HTTP, an object for in-process
// subgraphs. Its times are rounded, so that the sealer's cache serves requests of the same content.

import type { Clock } from '../core/clock.ts'
import { CitygraphError } from '../core/errors.ts'
import type { Stops } from '../core/stops.ts'
import type { Writable } from '../core/writable.ts'
import type { Caller } from '../policy-engine/decision.ts'
import { SEALED_STOPS, sealInProcess } from '../subgraphs/access-context.ts'
import type { AccessContext, InProcessSeal, OperationFacts, Sealer } from '../subgraphs/access-context.ts'
import type { HeaderOccasion } from './occasion.ts'
import type { RequestSeal } from './request-state.ts'

const LIFE_S = 60

/** `sealer` is needed by HTTP subgraphs only; without it their seal is INTERNAL. */
export function sealRequest(
  asked: { readonly caller: Caller; readonly occasion: HeaderOccasion; readonly bundleSequence: number; readonly policyVersion: string; readonly operation: OperationFacts; readonly stops: Stops | undefined },
  parts: { readonly sealer: Sealer | undefined; readonly clock: Clock },
): RequestSeal {
  const { caller, operation, bundleSequence, policyVersion, occasion, stops } = asked
  const issuedAt = Math.floor(parts.clock.now().getTime() / 1000)
  const context: Writable<AccessContext> = { caller, bundleSequence, policyVersion, operation, issuedAt, expiresAt: issuedAt + LIFE_S }
  if (occasion.purpose !== undefined) context.purpose = occasion.purpose
  if (occasion.caseNo !== undefined) context.caseNo = occasion.caseNo
  if (occasion.authorizationRef !== undefined) context.authorizationRef = occasion.authorizationRef
  if (stops !== undefined && stops.written.length <= SEALED_STOPS) context.stopped = stops.written
  let token: Promise<string> | undefined
  let inProcess: InProcessSeal | undefined
  return {
    context,
    async token() {
      if (parts.sealer === undefined) throw new CitygraphError('INTERNAL')
      token ??= parts.sealer.seal(context)
      return token
    },
    inProcess() {
      inProcess ??= sealInProcess(context)
      return inProcess
    },
  }
}
