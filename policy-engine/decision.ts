// What the engine answers for one field, and the access plan that holds such answers (DESIGN 2, 5.4, 6).

import type { Combinations } from './combinations.ts'
import type { Stops } from '../core/stops.ts'
import type { RowCondition } from './row-condition.ts'

export type CallerKind = 'department' | 'partner' | 'subject' | 'operator' | 'public'

/** A caller as the token says (DESIGN 5.3), already verified. `pid` only for subjects (uuid). `division` without trailing zero pairs. */
export type Caller = {
  readonly kind: CallerKind
  readonly org: string
  readonly sub: string
  readonly roles: readonly string[]
  readonly division?: string
  readonly clientId?: string
  readonly assurance: 1 | 2 | 3
  readonly zone: 'intranet' | 'mainland' | 'abroad'
  readonly pid?: string
}

/** Classes of data of which an organisation may not read just any number of people's (DOMAIN 2.6). */
export const bulkClasses = ['A', 'B', 'C'] as const
export type BulkClass = (typeof bulkClasses)[number]

/** A grant that says of how many people it opens data in 24 hours (policy-engine/quota-names.ts). */
export type GrantQuota = `grant/${string}`
/** What people are counted for. */
export type QuotaName = BulkClass | GrantQuota
export type Limit = { readonly day: number; readonly month: number }

/** Most people of whom an organisation may read data of a class, or by a grant, in the last 24 hours and the last 30 days. */
export type Quotas = Readonly<Record<BulkClass, Limit>> & { readonly [grant: GrantQuota]: Limit }

/** Who asks, as far as rules on a whole operation look at it. `strictly`: one person, for a purpose and in a case, as L4 in clear demands. */
export type Asker = { readonly kind: CallerKind; readonly org: string; readonly strictly: boolean }

/** What the access plan depends on beside the caller and the bundle. Values of case number and reference stay outside the key. */
export type Occasion = {
  readonly purpose?: string
  readonly caseNo?: string
  readonly authorizationRef?: string
  /** The operation returns data of at most one person (DESIGN 5.5); false when unknown. */
  readonly singleSubject: boolean
  /** What the organisation may read of no more people: fields of such a class are decided one level higher, such a grant is as if it were none. */
  readonly raised?: readonly QuotaName[]
  /** What owners have stopped or not published. */
  readonly stops?: Stops
}

/** Coarse reason a caller may see (DESIGN 5.4). */
export type Code = 'POLICY' | 'APPLY' | 'PURPOSE' | 'QUOTA'

/**
 * The decision for one field under one plan.
 * CLEAR: the column. MASKED: the mask, in SQL. DENIED: not selected, null.
 * MIXED: per row `CASE WHEN read THEN column WHEN masked THEN mask ELSE NULL END`; what is reported is always MIXED.
 * `policies` are the ids of the policies that took part, for the access record and `policy explain`, never for the caller.
 */
export type FieldDecision =
  | { readonly decision: 'CLEAR'; readonly policies: readonly string[] }
  | { readonly decision: 'MASKED'; readonly code: Code; readonly policies: readonly string[] }
  | { readonly decision: 'DENIED'; readonly code: Code; readonly policies: readonly string[] }
  | { readonly decision: 'MIXED'; readonly code: Code; readonly read: RowCondition; readonly masked: RowCondition; readonly policies: readonly string[] }

/** May an entry field answer a verification: condition on the subject's row (`never` = DENIED), with the ids of the policies. */
export type EntryDecision = { readonly condition: RowCondition; readonly code: Code; readonly policies: readonly string[] }

/**
 * What callers of one organisation, kind, roles, division, assurance and zone may do for one purpose under one bundle.
 * Immutable for its user; fields are decided when first asked for and remembered. Types and fields are GraphQL names as in the
 * composed graph; asking for an unclassified or unknown field answers DENIED.
 */
export type AccessPlan = {
  /** e.g. `sha256:…` of the bundle that decides. */
  readonly policyVersion: string
  readonly bundleSequence: number
  /** After this instant (epoch ms) the plan must not be used any more. */
  readonly validUntil: number
  field(type: string, field: string): FieldDecision
  /** Rows of the type that exist for this caller: the statement's WHERE. */
  rows(type: string): RowCondition
  /** The code of an entry to rows of which none exists for the caller. */
  rowsCode(type: string): Code
  /** True only if the field is CLEAR on every row and `filter` is permitted on every row. */
  filterable(type: string, field: string): boolean
  /** For entry fields of kind VERIFY: on which rows of `of` the answer may be computed. */
  verify(entryField: string): EntryDecision
  /**
   * The class, and the grants with a quota, whose counts grow by the person that a row is about when the field is served (or, for a
   * VERIFY entry, by the person asked about). Of a class nothing is counted where nothing is served, of one's own data, by a grant with
   * bulk approval, or where it is raised already; of a grant where the caller has the same without it.
   */
  counted(type: string, field: string): readonly QuotaName[]
  /** Names of the arguments of a VERIFY entry that are its threshold (DOMAIN 2.6 K7); none where any number may be asked: one's own data. */
  thresholds(entryField: string): readonly string[]
  /** The limits of the bundle that decides. */
  readonly quotas: Quotas
  /** The rules on whole operations of the bundle that decides. */
  readonly combinations: Combinations
  readonly asker: Asker
}
