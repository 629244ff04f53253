// Access plans kept by what they depend on (DESIGN 6): at most `limit` of them, the longest unused dropped first, none used past
// its `validUntil`, all dropped at once when the bundle changes. What is past it is let go with all that was compiled for it.

import type { DecidingPlan } from './access-plan.ts'
import type { Caller, Occasion } from './decision.ts'
import { callerDivision } from './environment.ts'

export type PlanCache = { get(key: string, now: number): DecidingPlan | undefined; put(key: string, plan: DecidingPlan, now: number): void; clear(): void; size(): number }

export function createPlanCache(limit: number): PlanCache {
  const plans = new Map<string, DecidingPlan>()
  return {
    get: (key, now) => {
      const plan = plans.get(key)
      if (plan === undefined) return undefined
      plans.delete(key)
      if (now > plan.validUntil) return undefined
      plans.set(key, plan)
      return plan
    },
    put: (key, plan, now) => {
      plans.set(key, plan)
      // The longest unused come first, and those past their time stand among them.
      for (const [oldest, { validUntil }] of plans) {
        if (plans.size <= limit && now <= validUntil) break
        plans.delete(oldest)
      }
    },
    clear: () => { plans.clear() },
    size: () => plans.size,
  }
}

/** `sub` only for callers that some policy names; `pid`, case number and authorisation only as present or not. */
export function planKey(caller: Caller, occasion: Occasion, sequence: number, namedCallers: ReadonlySet<string>): string {
  return JSON.stringify([
    sequence, caller.org, caller.kind, [...caller.roles].sort(), callerDivision(caller) ?? null, caller.assurance, caller.zone, caller.pid !== undefined,
    namedCallers.has(caller.sub) ? caller.sub : null,
    occasion.purpose ?? null, occasion.caseNo !== undefined, occasion.authorizationRef !== undefined, occasion.singleSubject,
    [...(occasion.raised ?? [])].sort(),
  ])
}
