// The ledger of supplies for quotas (DOMAIN 2.6): of whom an organisation read data of a bulk class, kept beside the records and shared
// by every copy of every department that records there. Refuses to wait longer than two seconds.

import type pg from 'pg'
import { unavailable, withPatience } from './audit-pool.ts'

/** `subject`: the token of access records, hex. */
export type Supplied = { readonly bulkClass: string; readonly subject: string }
export type Limits = Readonly<Record<string, { readonly day: number; readonly month: number }>>

export type SupplyLedger = {
  /**
   * Charges the organisation with the subjects, all or none. Resolves once that is committed, with the classes that may not be
   * supplied; then nothing was charged. Without subjects: the classes that the organisation has used up and wanted more of. Throws
   * AUDIT_UNAVAILABLE.
   */
  charge(org: string, at: Date, supplied: readonly Supplied[], limits: Limits): Promise<readonly string[]>
}

export function openSupplyLedger(parts: { pool: Pick<pg.Pool, 'query'>; onFailure?: (cause: unknown) => void }): SupplyLedger {
  const { pool, onFailure } = parts
  return {
    async charge(org, at, supplied, limits) {
      const values = [
        org,
        at.toISOString(),
        supplied.map(({ bulkClass }) => bulkClass),
        supplied.map(({ subject }) => Buffer.from(subject, 'hex')),
        JSON.stringify(Object.fromEntries(Object.entries(limits).map(([bulkClass, { day, month }]) => [bulkClass, [day, month]]))),
      ]
      try {
        const { rows } = await withPatience(pool.query<{ over: readonly string[] | null }>({ name: 'audit-charge', text: 'SELECT audit.charge($1, $2, $3, $4, $5) AS over', values }))
        const over = rows[0]?.over
        if (!Array.isArray(over)) throw new TypeError('no answer about a supply')
        return over
      } catch (cause) {
        onFailure?.(cause)
        throw unavailable(cause)
      }
    },
  }
}
