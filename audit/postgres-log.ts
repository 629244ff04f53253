// An audit log in PostgreSQL: records become durable through the one function a writer may call, or the answer is not given.
// Requests that arrive while a commit is under way share the next one. Refuses to wait longer than two seconds.

import type pg from 'pg'
import { CitygraphError } from '../core/errors.ts'
import type { AuditLog, LogRecord } from './access-record.ts'
import { APPEND_PATIENCE_MS } from './audit-pool.ts'
import { leafBytes } from './leaf.ts'
import { refusalFlood } from './refusal-flood.ts'

/** One append. `waited` is false once its caller has given up. */
type Waiting = { readonly leaves: readonly Buffer[]; readonly bytes: number; readonly waited: () => boolean; readonly done: () => void; readonly failed: (error: CitygraphError) => void }

/** Most records, and bytes of records, in one commit; the function takes no more than 1,000 of at most 1 MiB. */
const COMMIT_LIMIT = 500
const COMMIT_BYTES = 8 * 1024 * 1024

/**
 * The log named `log`, appended to as the pool's role. `append` resolves when all its records are committed, in order and next to
 * each other; on any failure, or after two seconds, it throws AUDIT_UNAVAILABLE (a record may then still appear: an answer that was
 * not given is recorded rather than one that was given is not). A record that the database refuses fails alone, not the others of
 * its commit. `onFailure` gets the cause, for the operator's log. `close` records the refusals it has counted, takes no more records, waits for what is under way (no
 * longer than the appends themselves do) and leaves the pool to its owner.
 */
export function openAuditLog(parts: { pool: Pick<pg.Pool, 'query'>; log: string; onFailure?: (cause: unknown) => void }): AuditLog {
  const { pool, log, onFailure } = parts
  const waiting: Waiting[] = []
  let flight: Promise<void> | undefined
  let closed = false

  const fly = async (): Promise<void> => {
    for (let batch = take(waiting); batch.length > 0; batch = take(waiting)) await commit(batch)
    flight = undefined
  }

  /** Never throws. */
  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    if (batch.length === 0) return
    try {
      await withPatience(pool.query({ name: 'audit-append', text: 'SELECT audit.append($1, $2)', values: [log, batch.flatMap(({ leaves }) => leaves)] }))
      for (const { done } of batch) done()
    } catch (cause) {
      if (batch.length > 1 && isOfTheData(cause)) {
        // Nothing of it is committed. By halves: one bad record among 500 costs nine commits more, not 500.
        const middle = Math.ceil(batch.length / 2)
        for (const half of [batch.slice(0, middle), batch.slice(middle)]) await commit(half.filter(({ waited }) => waited()))
        return
      }
      onFailure?.(cause)
      for (const { failed } of batch) failed(unavailable(cause))
    }
  }

  const append = async (records: readonly LogRecord[]): Promise<void> => {
    if (records.length === 0) return
    if (closed) throw unavailable(new Error('the audit log is closed'))
    const leaves = toLeaves(records, log)
    let entry: Waiting | undefined
    let waited = true
    const durable = new Promise<void>((done, failed) => {
      entry = { leaves, bytes: leaves.reduce((sum, leaf) => sum + leaf.length, 0), waited: () => waited, done, failed }
      waiting.push(entry)
      flight ??= fly()
    })
    await withPatience(durable).catch((cause: unknown) => {
      // Nobody waits for it any more: a dead database must not leave a queue behind.
      waited = false
      const place = entry === undefined ? -1 : waiting.indexOf(entry)
      if (place !== -1) waiting.splice(place, 1)
      throw unavailable(cause)
    })
  }
  const flood = refusalFlood(append)

  return {
    append,
    refused: async (records) => {
      if (!flood.alone(records[0])) return false
      await append(records)
      return true
    },
    close: async () => {
      await flood.flush()
      closed = true
      await flight
    },
  }
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity): said of a record, and as true when it is sent again. */
function isOfTheData(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && /^2[23]/.test(cause.code)
}

function toLeaves(records: readonly LogRecord[], log: string): readonly Buffer[] {
  try {
    if (records.length > COMMIT_LIMIT || records.some((record) => record.log !== log)) throw new RangeError('records of another log, or too many')
    return records.map(leafBytes)
  } catch (cause) {
    throw unavailable(cause)
  }
}

/** From the front: whole requests, as many as fit into one commit; one at least, whatever its size. */
function take(waiting: Waiting[]): readonly Waiting[] {
  let records = 0
  let bytes = 0
  const fitting = waiting.findIndex((entry, n) => {
    records += entry.leaves.length
    bytes += entry.bytes
    return n > 0 && (records > COMMIT_LIMIT || bytes > COMMIT_BYTES)
  })
  return waiting.splice(0, fitting === -1 ? waiting.length : fitting)
}

async function withPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the audit log took too long')), APPEND_PATIENCE_MS)
  })
  try {
    return await Promise.race([work, patience])
  } finally {
    clearTimeout(timer)
  }
}

function unavailable(cause: unknown): CitygraphError {
  return new CitygraphError('AUDIT_UNAVAILABLE', {}, { cause })
}
