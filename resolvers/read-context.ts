// What a subgraph hands to every resolver of one request: who asks, what may be read (the access plan), the department's database
// and where to note what was read. Made by subgraphs/, read here; nothing in it outlives the request.

import type { Clock } from '../core/clock.ts'
import type { ServingPool } from '../migrations/pool.ts'
import type { AccessPlan, Caller, QuotaName } from '../policy-engine/decision.ts'
import type { CursorSeal } from './cursors.ts'
import type { PublicIds } from './ids.ts'
import type { RowLoader } from './row-loader.ts'

/** The department's serving connections; statements run through resolvers/statements.ts. */
export type Queryable = ServingPool

/**
 * Where resolvers tell the access record what they read. `subject` may be told the same pid many times; `rows` counts rows that
 * were read for the caller, whether or not all their cells are served; `field` names every classified field that was asked for.
 */
export type Observation = {
  subject(pid: string): void
  rows(count: number): void
  /** The person's data of these bulk classes, or by these grants, are about to be given, or an answer about them; telling it again counts once. */
  supply(pid: string, counted: readonly QuotaName[]): void
  field(type: string, field: string): void
  /** A VERIFY entry was asked about the person with this threshold, which is kept as a keyed hash alone. */
  threshold(entry: string, pid: string, value: string): void
}

/** Values bound to row conditions; everything else about the caller is already compiled into the plan. */
export type ReadParameters = {
  readonly pid?: string
  readonly now: Date
  readonly caseNo?: string
  readonly authorizationRef?: string
}

export type ReadContext = {
  readonly plan: AccessPlan
  readonly caller: Caller
  /** The organisation whose public ids and cursors are written and understood. */
  readonly org: string
  readonly parameters: ReadParameters
  readonly database: Queryable
  readonly ids: PublicIds
  readonly cursors: CursorSeal
  readonly clock: Clock
  /** Batches of this request; give a new Map to each request. */
  readonly loaders: Map<string, RowLoader>
  readonly observe: Observation
}
