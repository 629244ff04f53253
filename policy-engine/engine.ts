// The policy engine: holds the last five bundles, gives access plans, re-reads its directory, explains. A bad edit changes
// nothing: the old bundle goes on serving and the problems are handed to `onRefused`. A plan is given only under the current
// bundle or one superseded at most 5 s ago (DESIGN 5.5), and a grant revoked or removed since is off under those as well.

import { boundedCache } from '../core/bounded-cache.ts'
import { CitygraphError } from '../core/errors.ts'
import type { Clock } from '../core/clock.ts'
import type { Classification } from '../schema/classification.ts'
import type { DecidingPlan } from './access-plan.ts'
import { readBundle } from './bundle.ts'
import type { Bundle } from './bundle.ts'
import { createPolicyChecker } from './cedar-validate.ts'
import type { AcceptedPolicies } from './cedar-validate.ts'
import type { AccessPlan, Caller, Occasion } from './decision.ts'
import { explainField } from './explain.ts'
import type { Explanation } from './explain.ts'
import { makePlan } from './make-plan.ts'
import { createPlanCache, planKey } from './plan-cache.ts'
import { BundleRefused } from './problem.ts'
import type { Problem } from './problem.ts'
import type { Purpose } from './purposes.ts'
import { readSettledBundle } from './settled-bundle.ts'
import { stoppedFields } from './stopped.ts'
import type { StoppedFields } from './stopped.ts'
import { watchDirectory } from './watch.ts'

export type BundleHead = { readonly hash: string; readonly sequence: number }

export type PolicyEngine = {
  head(): BundleHead
  /**
   * The plan under the bundle of that hash or sequence number (default: the current one). The hash names a bundle in every
   * process, the number only in this one. Throws CitygraphError FORBIDDEN if that bundle is unknown or superseded for more than
   * 5 s, PURPOSE_UNKNOWN if the purpose is not registered.
   */
  plan(caller: Caller, occasion: Occasion, version?: string | number): AccessPlan
  /** Whether a bundle of that hash or number is kept; if not, `reload` may find it. */
  knows(version: string | number): boolean
  purpose(code: string): { readonly code: string; readonly organisations: readonly string[] } | undefined
  organisation(code: string): { readonly code: string; readonly kind: string } | undefined
  explain(caller: Caller, occasion: Occasion, type: string, field: string): Explanation
  /** The bundle now in force, for `policy test` and `policy diff`. */
  bundle(): Bundle
  /** Re-reads the files now; [] when accepted or unchanged. */
  reload(): Promise<readonly Problem[]>
  /** Watches the files: an edit is in force within a second. */
  watch(): { close(): void }
}

export type PolicyEngineOptions = {
  readonly directory: string
  readonly classification: Classification
  readonly clock: Clock
  readonly initialSequence?: number
  /** Policies that need no validation again (cedar-validate.ts). */
  readonly accepted?: AcceptedPolicies
  readonly onRefused?: (problems: Problem[]) => void
  readonly onAccepted?: (head: BundleHead) => void
}

const keptBundles = 5
const graceMs = 5_000
const keptPlans = 1_000
const keptStops = 20

type Version = { readonly bundle: Bundle; readonly sequence: number; readonly supersededAt: number | undefined }

/** Reads the bundle and starts. Throws BundleRefused with all problems if the first bundle is bad. */
export async function createPolicyEngine(options: PolicyEngineOptions): Promise<PolicyEngine> {
  const { directory, classification, clock } = options
  const checker = createPolicyChecker(classification, options.accepted)
  const first = await readBundle(directory, classification, checker)
  if (first.bundle === undefined) throw new BundleRefused(first.problems)
  const plans = createPlanCache(keptPlans)
  const stopped = boundedCache<string, StoppedFields>(keptStops)
  let versions: readonly [Version, ...Version[]] = [{ bundle: first.bundle, sequence: options.initialSequence ?? 1, supersededAt: undefined }]
  let reading: Promise<readonly Problem[]> = Promise.resolve([])
  let waiting: Promise<readonly Problem[]> | undefined
  options.onAccepted?.({ hash: first.bundle.hash, sequence: versions[0].sequence })

  const now = (): number => clock.now().getTime()

  const find = (named: string | number): Version | undefined => versions.find(({ bundle, sequence }) => (typeof named === 'string' ? bundle.hash : sequence) === named)

  const versionOf = (named: string | number | undefined): Version => {
    const found = named === undefined ? versions[0] : find(named)
    const stale = found?.supersededAt !== undefined && now() - found.supersededAt > graceMs
    if (found === undefined || stale) throw new CitygraphError('FORBIDDEN', { hint: 'The policies have changed; ask again.' })
    return found
  }

  const stoppedBy = ({ stops }: Occasion): { stopped?: StoppedFields } => {
    if (stops === undefined) return {}
    const known = stopped.get(stops.id) ?? stoppedFields(stops, classification)
    stopped.set(stops.id, known)
    return { stopped: known }
  }

  const decidingPlan = (caller: Caller, occasion: Occasion, version: Version): DecidingPlan => {
    const at = now()
    const { bundle, sequence } = version
    const key = planKey(caller, occasion, sequence, bundle.index.namedCallers)
    const kept = plans.get(key, at)
    if (kept !== undefined) return kept
    let registered: readonly Purpose[] | undefined
    const alternatives = (): readonly DecidingPlan[] => {
      if (occasion.purpose !== undefined) return []
      registered ??= [...bundle.purposes.values()].filter((purpose) => purpose.organisations.includes(caller.org))
      return registered.map((purpose) => decidingPlan(caller, { ...occasion, purpose: purpose.code }, version))
    }
    const withdrawn = version === versions[0] ? new Set<string>() : withdrawnSince(bundle, versions[0].bundle)
    const { raised = [], ...unraised } = occasion
    const base = raised.length === 0 ? {} : { base: decidingPlan(caller, unraised, version) }
    const plan = makePlan({ bundle, sequence, classification, caller, occasion, withdrawn, now: at, alternatives, ...stoppedBy(occasion), ...base })
    plans.put(key, plan, at)
    return plan
  }

  const read = async (): Promise<readonly Problem[]> => {
    const [current, ...older] = versions
    const settled = await readSettledBundle(directory, current.bundle.hash, { classification, checker })
    if (settled === undefined) return []
    const { bundle, problems } = settled
    if (bundle === undefined) {
      options.onRefused?.([...problems])
      return problems
    }
    versions = [{ bundle, sequence: current.sequence + 1, supersededAt: undefined }, { ...current, supersededAt: now() }, ...older.slice(0, keptBundles - 2)]
    plans.clear()
    options.onAccepted?.({ hash: bundle.hash, sequence: versions[0].sequence })
    return []
  }

  // One after the other; whoever asks while a reading waits for its turn gets that one, since it has not begun yet.
  const reload = (): Promise<readonly Problem[]> => {
    if (waiting !== undefined) return waiting
    const begin = (): Promise<readonly Problem[]> => {
      waiting = undefined
      return read()
    }
    reading = waiting = reading.then(begin, begin)
    return reading
  }

  return {
    head: () => ({ hash: versions[0].bundle.hash, sequence: versions[0].sequence }),
    knows: (named) => find(named) !== undefined,
    plan: (caller, occasion, named) => {
      const version = versionOf(named)
      if (occasion.purpose !== undefined && !version.bundle.purposes.has(occasion.purpose)) throw new CitygraphError('PURPOSE_UNKNOWN')
      return decidingPlan(caller, occasion, version)
    },
    purpose: (code) => versions[0].bundle.purposes.get(code),
    organisation: (code) => versions[0].bundle.organisations.get(code),
    explain: (caller, occasion, type, field) => explainField(decidingPlan(caller, occasion, versions[0]), type, field, classification),
    bundle: () => versions[0].bundle,
    reload,
    watch: () => watchDirectory(directory, () => { void reload() }),
  }
}

/** Grants of the older bundle that the newest does not hold as ACTIVE any more. */
function withdrawnSince(older: Bundle, newest: Bundle): ReadonlySet<string> {
  return new Set([...older.grants.keys()].filter((id) => newest.grants.get(id)?.status !== 'ACTIVE'))
}
