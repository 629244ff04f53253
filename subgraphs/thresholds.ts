// How many different thresholds an organisation may ask of one person (DOMAIN 2.6 K7): asked of the ledger in the audit database
// before an answer leaves, so that copies count together. Nothing is remembered here: a repeated question is free, but only the
// ledger knows what was asked in the last 24 hours. Person and threshold leave as keyed hashes; entry, person and threshold are
// hashed together, so that equal thresholds of two people do not look alike.

import { createHmac } from 'node:crypto'
import type { SupplyLedger } from '../audit/supply.ts'
import type { Clock } from '../core/clock.ts'

/** `value`: the threshold as written by the resolver; a day, a number of months. */
export type AskedThreshold = { readonly entry: string; readonly pid: string; readonly value: string }

/** Resolves with the entries that may not be answered; [] when all are noted. Throws AUDIT_UNAVAILABLE. */
export type ChargeThresholds = (org: string, asked: readonly AskedThreshold[], most: number) => Promise<readonly string[]>

/** `tokenOf`: a linking token as access records hold it. */
export function createThresholds(parts: { ledger: Pick<SupplyLedger, 'thresholds'>; tokenOf: (pid: string) => string; key: Uint8Array; clock: Clock }): ChargeThresholds {
  const { ledger, tokenOf, key, clock } = parts
  return async (org, asked, most) => {
    if (asked.length === 0) return []
    const hashed = asked.map(({ entry, pid, value }) => ({ entry, subject: tokenOf(pid), threshold: hash(key, [entry, pid, value]) }))
    return ledger.thresholds(org, clock.now(), hashed, most)
  }
}

function hash(key: Uint8Array, parts: readonly string[]): string {
  return createHmac('sha256', key).update(JSON.stringify(['threshold', ...parts])).digest('hex').slice(0, 32)
}
