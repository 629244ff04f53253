// The ledger of supplies for quotas (DOMAIN 2.6): of whom an organisation read data of a bulk class, kept beside the records and shared
// by every copy of every department that records there. Refuses to wait longer than two seconds.

import type pg from 'pg'
import { unavailable, withPatience } from './audit-pool.ts'

/** `bulkClass`: or another name of what is limited, such as a grant's. `subject`: the token of access records, hex. */
export type Supplied = { readonly bulkClass: string; readonly subject: string }
export type Limits = Readonly<Record<string, { readonly day: number; readonly month: number }>>

/** A question with a threshold: `subject` and `threshold` are keyed hashes, hex. */
export type ThresholdAsked = { readonly entry: string; readonly subject: string; readonly threshold: string }

export type SupplyLedger = {
  /**
   * Charges the organisation with the subjects, all or none. Resolves once that is committed, with the classes that may not be
   * supplied; then nothing was charged. Without subjects: the classes that the organisation has used up and wanted more of. Throws
   * AUDIT_UNAVAILABLE.
   */
  charge(org: string, at: Date, supplied: readonly Supplied[], limits: Limits): Promise<readonly string[]>
  /**
   * Notes thresholds that the organisation asked for (DOMAIN 2.6 K7), all or none. Resolves once that is committed, with the entries
   * that may not be answered, because somebody would be asked about with more than `most` different thresholds in 24 hours; then
   * nothing was noted. A threshold that was asked before is free. Throws AUDIT_UNAVAILABLE.
   */
  thresholds(org: string, at: Date, asked: readonly ThresholdAsked[], most: number): Promise<readonly string[]>
}

export function openSupplyLedger(parts: { pool: Pick<pg.Pool, 'query'>; onFailure?: (cause: unknown) => void }): SupplyLedger {
  const { pool, onFailure } = parts
  /** The one column `over`: a list of names. */
  const over = async (name: string, text: string, values: readonly unknown[]): Promise<readonly string[]> => {
    try {
      const { rows } = await withPatience(pool.query<{ over: readonly string[] | null }>({ name, text, values: [...values] }))
      const found = rows[0]?.over
      if (!Array.isArray(found)) throw new TypeError('no answer about a supply')
      return found
    } catch (cause) {
      onFailure?.(cause)
      throw unavailable(cause)
    }
  }
  return {
    async charge(org, at, supplied, limits) {
      // An organisation may have many limits; those of what it is given are enough, and nobody waits for a text of all.
      const named = new Set(supplied.map(({ bulkClass }) => bulkClass))
      return over('audit-charge', 'SELECT audit.charge($1, $2, $3, $4, $5) AS over', [
        org,
        at.toISOString(),
        supplied.map(({ bulkClass }) => bulkClass),
        supplied.map(({ subject }) => Buffer.from(subject, 'hex')),
        JSON.stringify(Object.fromEntries(Object.entries(limits).filter(([name]) => named.size === 0 || named.has(name)).map(([bulkClass, { day, month }]) => [bulkClass, [day, month]]))),
      ])
    },
    async thresholds(org, at, asked, most) {
      const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')
      return over('audit-thresholds', 'SELECT audit.ask_thresholds($1, $2, $3, $4, $5, $6) AS over', [
        org,
        at.toISOString(),
        asked.map(({ entry }) => entry),
        asked.map(({ subject }) => bytes(subject)),
        asked.map(({ threshold }) => bytes(threshold)),
        most,
      ])
    },
  }
}
