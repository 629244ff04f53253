// Counts whose data an organisation is about to be given, before they are (DOMAIN 2.6). The ledger in the audit database decides; this
// part remembers what it charged a while ago, so that steady traffic about the same people costs nothing, and what it was refused.

import type { SupplyLedger } from '../audit/supply.ts'
import type { Clock } from '../core/clock.ts'
import { rememberFrozen } from '../core/remember-frozen.ts'
import type { QuotaName, Quotas } from '../policy-engine/decision.ts'
import { isQuotaName, quotaNames } from '../policy-engine/quota-names.ts'

/** Linking tokens of the people whose data of a class, or by a grant, were read. */
export type Supplies = ReadonlyMap<QuotaName, ReadonlySet<string>>

type Quota = {
  /** What the organisation was told to have used up, not long ago. `limits`: the organisation's. */
  raised(org: string, limits: Quotas): readonly QuotaName[]
  /**
   * Resolves when everybody in `supplies` is charged durably enough for the record that follows, with []; or with what may not be given,
   * and then nobody is. Throws AUDIT_UNAVAILABLE.
   */
  charge(org: string, supplies: Supplies, limits: Quotas): Promise<readonly QuotaName[]>
}

/** How long a charge serves without being repeated; by so much a person may leave a window early. */
const CHARGED_MS = 600_000
/** How long a refusal is believed without asking again. */
const REFUSED_MS = 5_000
/** Remembered charges in all; beyond, they are asked for anew. */
const REMEMBERED = 200_000

/** `tokenOf`: a linking token as access records hold it. */
export function createQuota(parts: { ledger: SupplyLedger; tokenOf: (pid: string) => string; clock: Clock }): Quota {
  const { ledger, tokenOf, clock } = parts
  const charged = new Map<string, Map<string, number>>()
  const refusedUntil = new Map<string, number>()
  let remembered = 0
  /** By organisation, the limits under which it was charged last. */
  const known = new Map<string, string>()
  // Limits come with access plans, which are remembered: each object is written once.
  const textOf = rememberFrozen((limits: Quotas): string => JSON.stringify(limits))

  const forget = (name: string): void => {
    remembered -= charged.get(name)?.size ?? 0
    charged.delete(name)
  }

  const remember = (name: string, pids: readonly string[], at: number): void => {
    if (remembered > REMEMBERED) for (const other of [...charged.keys()]) forget(other)
    const of = charged.get(name) ?? new Map<string, number>()
    charged.set(name, of)
    remembered -= of.size
    for (const pid of pids) of.set(pid, at)
    remembered += of.size
  }

  return {
    raised(org, limits) {
      if (refusedUntil.size === 0 || textOf(limits) !== known.get(org)) return []
      const now = clock.now().getTime()
      return quotaNames(limits).filter((name) => (refusedUntil.get(nameOf(org, name)) ?? -Infinity) > now)
    },

    async charge(org, supplies, limits) {
      if (supplies.size === 0) return []
      const at = clock.now()
      const now = at.getTime()
      const text = textOf(limits)
      if (text !== known.get(org)) {
        known.set(org, text)
        for (const name of [...charged.keys()]) if (isOf(name, org)) forget(name)
        for (const name of [...refusedUntil.keys()]) if (isOf(name, org)) refusedUntil.delete(name)
      }
      const due: { bulkClass: QuotaName; pids: string[] }[] = []
      for (const [bulkClass, pids] of supplies) {
        const before = charged.get(nameOf(org, bulkClass))
        const missing: string[] = []
        for (const pid of pids) {
          const since = before?.get(pid)
          if (since === undefined || now < since || now - since >= CHARGED_MS) missing.push(pid)
        }
        if (missing.length > 0) due.push({ bulkClass, pids: missing })
      }
      if (due.length === 0) return []
      const over = await ledger.charge(org, at, due.flatMap(({ bulkClass, pids }) => pids.map((pid) => ({ bulkClass, subject: tokenOf(pid) }))), limits)
      if (over.length === 0) {
        for (const { bulkClass, pids } of due) remember(nameOf(org, bulkClass), pids, now)
        return []
      }
      // What is used up is used up for people known before as well; a request that was only too large says nothing of the next one.
      for (const bulkClass of await ledger.charge(org, at, [], limits)) {
        refusedUntil.set(nameOf(org, bulkClass), now + REFUSED_MS)
        forget(nameOf(org, bulkClass))
      }
      return over.filter(isQuotaName)
    },
  }
}

function isOf(name: string, org: string): boolean {
  return name.endsWith(` ${org}`)
}

function nameOf(org: string, bulkClass: string): string {
  return `${bulkClass} ${org}`
}
