// From bundle, caller and occasion to an access plan: the situation is fixed at one instant, and the plan ends before the next
// instant that any policy names. A caller whose organisation is unknown or of another kind has no policies at all.

import type { Classification } from '../schema/classification.ts'
import { createAccessPlan } from './access-plan.ts'
import type { DecidingPlan } from './access-plan.ts'
import type { DecideParts } from './decide.ts'
import { raisedSubjects } from './bulk.ts'
import type { Bundle } from './bundle.ts'
import type { Caller, Occasion } from './decision.ts'
import type { Situation } from './environment.ts'
import { inForce } from './grants.ts'
import type { Grant } from './grants.ts'
import { kindFits } from './organisations.ts'
import { grantOfQuota, isBulkClass, isGrantQuota, quotasOf } from './quota-names.ts'
import { nothingStopped } from './stopped.ts'
import type { StoppedFields } from './stopped.ts'

const planLifeMs = 30_000

export type PlanOrder = {
  readonly bundle: Bundle
  readonly sequence: number
  readonly classification: Classification
  readonly caller: Caller
  readonly occasion: Occasion
  /** Grants taken back in a newer bundle. */
  readonly withdrawn: ReadonlySet<string>
  /** By `occasion.stops`; left out: nothing is stopped. */
  readonly stopped?: StoppedFields
  readonly now: number
  readonly alternatives: () => readonly DecidingPlan[]
  /** The plan of the same order without `occasion.raised`, where it is made already. */
  readonly base?: DecidingPlan
}

export function makePlan(order: PlanOrder): DecidingPlan {
  const { bundle, caller, occasion, classification, now } = order
  const { raised = [], ...unraised } = occasion
  // A grant whose quota is used up is none (DOMAIN 2.4 step 5), whatever it would have given.
  const usedUp = raised.filter(isGrantQuota)
  const withdrawn = usedUp.length === 0 ? order.withdrawn : new Set([...order.withdrawn, ...usedUp.map(grantOfQuota)])
  const organisation = bundle.organisations.get(caller.org)
  const approvals = approvalsOf(bundle)
  const trusted = organisation !== undefined && kindFits(caller.kind, organisation)
  const counts = (grant: Grant): boolean => grant.org === caller.org && grant.purpose === occasion.purpose && !withdrawn.has(grant.id) && inForce(grant, now)
  const minors = approvals.minors.filter(counts)
  const situation: Situation = {
    caller,
    occasion,
    purposeOrganisations: occasion.purpose === undefined ? [] : bundle.purposes.get(occasion.purpose)?.organisations ?? [],
    minorsApproved: minors.length > 0,
    now,
  }
  const candidates = (of: Situation): DecideParts['candidates'] => (trusted ? bundle.index.candidates(of) : () => [])
  // Over a limit the questions of a whole day count together, and those are not about one person.
  const bulk: Situation = { ...situation, occasion: { ...occasion, singleSubject: false } }
  return createAccessPlan({
    situation,
    candidates: candidates(situation),
    classification,
    subjects: bundle.subjects,
    withdrawn,
    quotas: quotasOf(bundle, caller.org),
    combinations: bundle.combinations,
    stopped: order.stopped ?? nothingStopped,
    bulkGrants: approvals.bulk,
    limitedGrants: { all: approvals.limited, minors: minors.filter(({ perDay }) => perDay !== undefined).map(({ id }) => id) },
    ...(raised.length === 0 ? {} : {
      raise: {
        classes: new Set(raised.filter(isBulkClass)),
        grants: new Set(usedUp),
        base: order.base ?? makePlan({ ...order, occasion: unraised }),
        parts: { situation: bulk, candidates: candidates(bulk), subjects: raisedSubjects(bundle.subjects), withdrawn },
      },
    }),
    policyVersion: bundle.hash,
    bundleSequence: order.sequence,
    validUntil: Math.min(now + planLifeMs, nextInstant(bundle.index.instants, now) - 1),
    trusted,
    alternatives: order.alternatives,
  })
}

type Approvals = { readonly minors: readonly Grant[]; readonly bulk: ReadonlySet<string>; readonly limited: ReadonlySet<string> }
const approvalsOfBundle = new WeakMap<Bundle, Approvals>()

/** The grants that approve more than fields, and those with a quota, looked for once a bundle. */
function approvalsOf(bundle: Bundle): Approvals {
  const known = approvalsOfBundle.get(bundle)
  if (known !== undefined) return known
  const grants = [...bundle.grants.values()]
  const idsOf = (such: (grant: Grant) => boolean): ReadonlySet<string> => new Set(grants.filter(such).map(({ id }) => id))
  const approvals = { minors: grants.filter((grant) => grant.minorsApproved === true), bulk: idsOf(({ bulkApproved }) => bulkApproved === true), limited: idsOf(({ perDay }) => perDay !== undefined) }
  approvalsOfBundle.set(bundle, approvals)
  return approvals
}

/** The first instant after `now`, or Infinity. `context.now > c` changes one millisecond after c, so c itself counts as well. */
function nextInstant(instants: readonly number[], now: number): number {
  let low = 0
  let high = instants.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((instants[middle] ?? Infinity) >= now) high = middle
    else low = middle + 1
  }
  const found = instants[low] ?? Infinity
  return found === now ? now + 1 : found
}
