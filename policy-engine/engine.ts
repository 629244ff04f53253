// The policy engine: holds the last five bundles, gives access plans, re-reads its directory, hears of the register's grants, explains. A
// bad edit changes nothing: the old bundle goes on serving and the problems are handed to `onRefused`. A plan is given only under the
// current bundle or one superseded at most 5 s ago (DESIGN 5.5), and a grant revoked or removed since is off under those as well. While
// nothing new was heard of the register, none of its grants counts.

import { boundedCache } from '../core/bounded-cache.ts'
import { CitygraphError } from '../core/errors.ts'
import type { Clock } from '../core/clock.ts'
import type { Classification } from '../schema/classification.ts'
import type { DecidingPlan } from './access-plan.ts'
import type { BundleFile } from './bundle-files.ts'
import { readBundleFiles } from './bundle-files.ts'
import { parseBundle, unreadable } from './bundle.ts'
import type { Bundle, BundleReading } from './bundle.ts'
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
import { statesSince, withdrawnNow } from './register.ts'
import type { Register } from './register.ts'
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
  /**
   * The grants that the bundle of that hash or number holds and that must not count any more: revoked or removed since, or of a register
   * that nothing is known of. Ids in order, '' where there are none; '*' for a bundle that is not kept.
   */
  off(version: string | number): string
  /** Whether a bundle of that hash or number is kept; if not, `reload` may find it. */
  knows(version: string | number): boolean
  purpose(code: string): { readonly code: string; readonly organisations: readonly string[] } | undefined
  organisation(code: string): { readonly code: string; readonly kind: string } | undefined
  explain(caller: Caller, occasion: Occasion, type: string, field: string): Explanation
  /** The bundle now in force, for `policy test` and `policy diff`. */
  bundle(): Bundle
  /** Takes up the grants of the register from now on, those that it holds already before this resolves. */
  follow(register: Register): Promise<void>
  /** Asks the register now and goes by what it says before this resolves; whoever changed it does so. */
  reloadRegister(): Promise<void>
  /** The register has changed: its grants are in force, or off, as soon as possible. Asks nobody. */
  registerChanged(): Promise<void>
  /** Asks the register and re-reads the files now; [] when accepted or unchanged. */
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
  /** Grants of the register that the newest bundle leaves out. */
  readonly onLeftOut?: (problems: readonly Problem[]) => void
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
  const { files: firstFiles, reading: first } = await readFirst(directory, (found) => parseBundle(found, classification, checker))
  if (first.bundle === undefined) throw new BundleRefused(first.problems)
  const plans = createPlanCache(keptPlans)
  /** By hash: what `off` says. */
  const offNow = new Map<string, string>()
  const forget = (): void => {
    plans.clear()
    offNow.clear()
  }
  const stopped = boundedCache<string, StoppedFields>(keptStops)
  let versions: readonly [Version, ...Version[]] = [{ bundle: first.bundle, sequence: options.initialSequence ?? 1, supersededAt: undefined }]
  /** Of the newest bundle: the files, and the grants of the register up to a change. */
  let files = firstFiles
  let register: Register | undefined
  let approved: { readonly change: number | undefined; readonly files: readonly BundleFile[] } = { change: undefined, files: [] }
  let wasFresh = true
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

  /** Whether the register can be gone by; plans made while it was otherwise are forgotten. */
  const isFresh = (): boolean => {
    const fresh = register?.fresh() ?? true
    if (fresh !== wasFresh) forget()
    wasFresh = fresh
    return fresh
  }

  const withdrawnFrom = (version: Version, fresh: boolean): ReadonlySet<string> =>
    new Set([...(version === versions[0] ? [] : withdrawnSince(version.bundle, versions[0].bundle)), ...withdrawnNow(register, fresh)])

  const decidingPlan = (caller: Caller, occasion: Occasion, version: Version): DecidingPlan => {
    const at = now()
    const fresh = isFresh()
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
    const withdrawn = withdrawnFrom(version, fresh)
    const { raised = [], ...unraised } = occasion
    const base = raised.length === 0 ? {} : { base: decidingPlan(caller, unraised, version) }
    const plan = makePlan({ bundle, sequence, classification, caller, occasion, withdrawn, now: at, alternatives, ...stoppedBy(occasion), ...base })
    plans.put(key, plan, at)
    return plan
  }

  const accept = (bundle: Bundle): void => {
    const [current, ...older] = versions
    versions = [{ bundle, sequence: current.sequence + 1, supersededAt: undefined }, { ...current, supersededAt: now() }, ...older.slice(0, keptBundles - 2)]
    forget()
    options.onAccepted?.({ hash: bundle.hash, sequence: versions[0].sequence })
    if (bundle.leftOut.length > 0) options.onLeftOut?.(bundle.leftOut)
  }

  /** One bundle for each change of the register, over the files that were accepted last. */
  const readRegister = (): void => {
    for (const state of statesSince(register?.grants() ?? [], approved.change)) {
      const { bundle, problems } = parseBundle(files, classification, checker, state.files)
      // The files were accepted, and the register's grants are no problem of a bundle.
      if (bundle === undefined) throw new CitygraphError('INTERNAL', {}, { cause: new RangeError(problems[0]?.message) })
      approved = state
      if (bundle.hash !== versions[0].bundle.hash) accept(bundle)
    }
    // Heard of an empty register: what comes next, comes one by one.
    if (register?.fresh() === true) approved = { ...approved, change: approved.change ?? 0 }
  }

  const read = async (): Promise<readonly Problem[]> => {
    readRegister()
    const settled = await readSettledBundle(directory, versions[0].bundle.hash, { classification, checker, approved: approved.files })
    if (settled === undefined) return []
    const { bundle, problems } = settled.reading
    if (bundle === undefined) {
      options.onRefused?.([...problems])
      return problems
    }
    files = settled.files
    accept(bundle)
    return []
  }

  // One after the other; whoever asks while a reading waits for its turn gets that one, since it has not begun yet.
  const readNext = (): Promise<readonly Problem[]> => {
    if (waiting !== undefined) return waiting
    const begin = (): Promise<readonly Problem[]> => {
      waiting = undefined
      return read()
    }
    reading = waiting = reading.then(begin, begin)
    return reading
  }

  // What the register answers stands in the row before this reading.
  const reload = (): Promise<readonly Problem[]> => (register === undefined ? readNext() : register.refresh().then(readNext))

  /** In the row of readings, since both make the next bundle. */
  const registerChanged = async (): Promise<void> => {
    // What ended is off at once, the bundle without it comes a moment later.
    forget()
    const next = async (): Promise<readonly Problem[]> => {
      readRegister()
      return []
    }
    reading = reading.then(next, next)
    await reading
  }

  return {
    head: () => ({ hash: versions[0].bundle.hash, sequence: versions[0].sequence }),
    knows: (named) => find(named) !== undefined,
    off: (named) => {
      const version = find(named)
      if (version === undefined) return '*'
      const fresh = isFresh()
      const { bundle } = version
      const known = offNow.get(bundle.hash)
      if (known !== undefined) return known
      const off = [...withdrawnFrom(version, fresh)].filter((id) => bundle.grants.get(id)?.status === 'ACTIVE').sort().join(' ')
      offNow.set(bundle.hash, off)
      return off
    },
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
    follow: async (given) => {
      register = given
      await given.refresh()
      await registerChanged()
    },
    registerChanged,
    reloadRegister: async () => {
      await register?.refresh()
      await registerChanged()
    },
    watch: () => watchDirectory(directory, () => { void readNext() }),
  }
}

/** The directory at the start. An unreadable one is a problem like any other. */
async function readFirst(directory: string, parse: (files: readonly BundleFile[]) => BundleReading): Promise<{ readonly files: readonly BundleFile[]; readonly reading: BundleReading }> {
  try {
    const files = await readBundleFiles(directory)
    return { files, reading: parse(files) }
  } catch (error) {
    return { files: [], reading: { bundle: undefined, problems: [unreadable(error)] } }
  }
}

/** Grants of the older bundle that the newest does not hold as ACTIVE any more. */
function withdrawnSince(older: Bundle, newest: Bundle): ReadonlySet<string> {
  return new Set([...older.grants.keys()].filter((id) => newest.grants.get(id)?.status !== 'ACTIVE'))
}
