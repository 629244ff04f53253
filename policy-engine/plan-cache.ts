// Access plans kept by what they depend on (DESIGN 6): at most `limit` of them, the longest unused dropped first, none used past
// its `validUntil` nor, where a clock was set back, before it was made; all dropped at once when the bundle changes. What is past its
// time is let go with all that was compiled for it.

import { rememberFrozen } from '../core/remember-frozen.ts'
import type { DecidingPlan } from './access-plan.ts'
import type { Caller, Occasion } from './decision.ts'
import { callerDivision } from './environment.ts'

export type PlanCache = { get(key: string, now: number): DecidingPlan | undefined; put(key: string, plan: DecidingPlan, now: number): void; clear(): void; size(): number }

export function createPlanCache(limit: number): PlanCache {
  const plans = new Map<string, { readonly plan: DecidingPlan; readonly madeAt: number }>()
  return {
    get: (key, now) => {
      const kept = plans.get(key)
      if (kept === undefined) return undefined
      plans.delete(key)
      if (now > kept.plan.validUntil || now < kept.madeAt) return undefined
      plans.set(key, kept)
      return kept.plan
    },
    put: (key, plan, now) => {
      plans.set(key, { plan, madeAt: now })
      // The longest unused come first, and those past their time stand among them.
      for (const [oldest, { plan: { validUntil } }] of plans) {
        if (plans.size <= limit && now <= validUntil) break
        plans.delete(oldest)
      }
    },
    clear: () => { plans.clear() },
    size: () => plans.size,
  }
}

/**
 * What a plan depends on, as one text: no two situations that a policy can tell apart have the same. `sub` only for callers that some
 * policy names; `pid`, case number and authorisation only as present or not. The caller is frozen (core/remember-frozen.ts).
 */
export function planKey(caller: Caller, occasion: Occasion, sequence: number, namedCallers: ReadonlySet<string>): string {
  const { purpose, caseNo, authorizationRef, singleSubject, raised = [], stops } = occasion
  const named = namedCallers.has(caller.sub) ? caller.sub : null
  const flags = (caseNo === undefined ? 0 : 1) + (authorizationRef === undefined ? 0 : 2) + (singleSubject ? 4 : 0)
  // Each part is a number, names of quotas (letters, or `grant/` and an id), or JSON, so that none can run into the next.
  const plain = named === null && purpose !== undefined && /^[A-Z0-9-]+$/.test(purpose) ? purpose : JSON.stringify([purpose ?? null, named])
  return `${sequence} ${flags}${stops === undefined ? '' : `/${stops.id}`} ${raised.length === 0 ? '' : [...raised].sort().join(',')} ${plain} ${callerKey(caller)}`
}

const callerKey = rememberFrozen((caller: Caller): string => JSON.stringify([
  caller.org, caller.kind, [...caller.roles].sort(), callerDivision(caller) ?? null, caller.assurance, caller.zone, caller.pid !== undefined,
]))
