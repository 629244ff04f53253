// Of what people are counted: a bulk class of the organisation's, or a grant with a quota of its own. One name each, in plans, in the
// ledger and between gateway and subgraphs, so that both kinds are charged, passed and remembered by the same means.

import { rememberFrozen } from '../core/remember-frozen.ts'
import type { Bundle } from './bundle.ts'
import { bulkClasses } from './decision.ts'
import type { BulkClass, GrantQuota, QuotaName, Quotas } from './decision.ts'

/** More than the 30 days of any grant could hold: its quota is one of 24 hours. */
const NO_MONTH = 1_000_000_000_000
const GRANT = /^grant\/[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

export function isBulkClass(value: unknown): value is BulkClass {
  return bulkClasses.some((one) => one === value)
}

export function isGrantQuota(value: unknown): value is GrantQuota {
  return typeof value === 'string' && GRANT.test(value)
}

export function isQuotaName(value: unknown): value is QuotaName {
  return isBulkClass(value) || isGrantQuota(value)
}

export function quotaOfGrant(id: string): GrantQuota {
  return `grant/${id}`
}

/** The grant's id. */
export function grantOfQuota(name: GrantQuota): string {
  return name.slice('grant/'.length)
}

/** All that stand in a set of limits. */
export const quotaNames: (limits: Quotas) => readonly QuotaName[] = rememberFrozen((limits: Quotas) => Object.keys(limits).filter(isQuotaName))

const ofBundle = new WeakMap<Bundle, Map<string, Quotas>>()

/** The limits of an organisation under a bundle: those of quotas.yaml, and its grants' own. The same object for the same two. */
export function quotasOf(bundle: Bundle, org: string): Quotas {
  const known = ofBundle.get(bundle) ?? limitsByOrganisation(bundle)
  ofBundle.set(bundle, known)
  return known.get(org) ?? bundle.quotas
}

function limitsByOrganisation({ grants, quotas }: Bundle): Map<string, Quotas> {
  const found = new Map<string, Quotas>()
  for (const { id, org, perDay, status } of grants.values()) {
    if (perDay !== undefined && status === 'ACTIVE') found.set(org, { ...(found.get(org) ?? quotas), [quotaOfGrant(id)]: { day: perDay, month: NO_MONTH } })
  }
  return found
}
