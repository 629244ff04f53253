// The logs that a gateway reads for auditors: every one whose audit database the configuration names.

import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { openAuditPool } from '../audit/audit-pool.ts'
import { headVerifier } from '../audit/checkpoint.ts'
import { openLogReader } from '../audit/proofs.ts'
import type { ServedLog } from '../gateway/serve-audit.ts'
import type { CityDatabases } from './city-databases.ts'

/** Connects when first asked. `key`: of this process, which the others of a city share. */
export function openServedLogs({ logs }: Pick<CityDatabases, 'logs'>, key: KeyObject): { readonly it: ReadonlyMap<string, ServedLog>; readonly close: () => Promise<void> } {
  const publicKey = createPublicKey(key)
  const opened = logs.map((at) => ({ pool: openAuditPool(at.address, { log: 'reader' }), logs: at.logs }))
  const served = opened.flatMap(({ pool, logs: names }) => names.map((log) => [log, { reader: openLogReader({ pool, log }), verifier: headVerifier(log, publicKey) }] as const))
  return {
    it: new Map(served),
    close: async () => {
      await Promise.all(opened.map(({ pool }) => pool.end()))
    },
  }
}
