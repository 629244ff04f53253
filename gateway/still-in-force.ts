// The last point before an answer leaves, its records durable: what owners stopped, who was suspended and which grants were revoked while it
// was made. Such an answer is not given but made again by what is in force now, so that one state decides all of it. Nothing is looked
// at for a field or a cell: lists are compared by their names, and mostly there are none.

import type { Suspensions } from '../audit/suspensions.ts'
import { CitygraphError } from '../core/errors.ts'
import { bothStops } from '../core/stops.ts'
import type { RequestState } from './request-state.ts'

/** How often one answer is made again; each time an officer did something within the moment that it took. */
const AGAIN = 3

/** The part of the policy engine that says so. */
export type RegisterEngine = { head(): { readonly hash: string }; off(version: string): string; reloadRegister(): Promise<void> }
export type InForce = { readonly suspensions: Pick<Suspensions, 'require'>; readonly engine: RegisterEngine }

/**
 * Whether the answer must be made again; `state` is then ready for it, its records kept: what they say was read. Throws FORBIDDEN for a
 * caller who is suspended by now and where `made` answers were outdated already, AUDIT_UNAVAILABLE where nobody knows.
 */
export async function isOutdated(state: RequestState, made: number, parts: InForce): Promise<boolean> {
  const stops = [...state.stopped.values()].reduce(bothStops, await parts.suspensions.require(state.caller))
  // What was resumed meanwhile is served next time.
  const stopped = bothStops(state.stops, stops)?.id !== state.stops?.id
  if (!stopped && !(await isRevoked(state, parts.engine))) return false
  if (made > AGAIN) throw new CitygraphError('FORBIDDEN', { hint: 'The policies have changed; ask again.' })
  state.stops = stops
  state.seal = undefined
  state.commit = undefined
  for (const heard of [state.stopped, state.raised, state.refused, state.heardOff]) heard.clear()
  return true
}

/** Whether a grant of the deciding bundle is off that counted when the answer was begun, and a next one would go without. */
async function isRevoked({ policyVersion, off, heardOff }: RequestState, engine: RegisterEngine): Promise<boolean> {
  const known = off.split(' ')
  if (engine.off(policyVersion) === off && [...heardOff].every((id) => known.includes(id))) return false
  // A subgraph may have heard of it a moment before us.
  if (engine.head().hash === policyVersion) await engine.reloadRegister()
  return engine.head().hash !== policyVersion || engine.off(policyVersion) !== off
}
