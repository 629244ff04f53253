// An audit log in PostgreSQL: records become durable through the one function a writer may call, or the answer is not given.
// Requests that arrive while a commit is under way share the next one. Refuses to wait longer than two seconds.

import type pg from 'pg'
import { CitygraphError } from '../core/errors.ts'
import type { AccessRecord, AuditLog } from './access-record.ts'
import { APPEND_PATIENCE_MS } from './audit-pool.ts'
import { leafBytes } from './leaf.ts'

type Waiting = { readonly leaves: readonly Buffer[]; readonly done: () => void; readonly failed: (error: CitygraphError) => void }

/** Most records in one commit; the function takes no more than 1,000. */
const COMMIT_LIMIT = 500

/**
 * The log named `log`, appended to as the pool's role. `append` resolves when all its records are committed, in order and next to
 * each other; on any failure, or after two seconds, it throws AUDIT_UNAVAILABLE (a record may then still appear: an answer that was
 * not given is recorded rather than one that was given is not). `onFailure` gets the cause, for the operator's log. `close` waits
 * for what is under way and leaves the pool to its owner.
 */
export function openAuditLog(parts: { pool: Pick<pg.Pool, 'query'>; log: string; onFailure?: (cause: unknown) => void }): AuditLog {
  const { pool, log, onFailure } = parts
  const waiting: Waiting[] = []
  let flight: Promise<void> | undefined

  const fly = async (): Promise<void> => {
    for (let batch = take(waiting); batch.length > 0; batch = take(waiting)) {
      try {
        await withPatience(pool.query({ name: 'audit-append', text: 'SELECT audit.append($1, $2)', values: [log, batch.flatMap(({ leaves }) => leaves)] }))
        for (const { done } of batch) done()
      } catch (cause) {
        onFailure?.(cause)
        for (const { failed } of batch) failed(unavailable(cause))
      }
    }
    flight = undefined
  }

  return {
    append: async (records) => {
      if (records.length === 0) return
      const leaves = toLeaves(records, log)
      let entry: Waiting | undefined
      const durable = new Promise<void>((done, failed) => {
        entry = { leaves, done, failed }
        waiting.push(entry)
        flight ??= fly()
      })
      await withPatience(durable).catch((cause: unknown) => {
        // Nobody waits for it any more: a dead database must not leave a queue behind.
        const place = entry === undefined ? -1 : waiting.indexOf(entry)
        if (place !== -1) waiting.splice(place, 1)
        throw unavailable(cause)
      })
    },
    close: async () => {
      await flight
    },
  }
}

function toLeaves(records: readonly AccessRecord[], log: string): readonly Buffer[] {
  try {
    if (records.length > COMMIT_LIMIT || records.some((record) => record.log !== log)) throw new RangeError('records of another log, or too many')
    return records.map(leafBytes)
  } catch (cause) {
    throw unavailable(cause)
  }
}

/** From the front: whole requests, as many as fit into one commit. */
function take(waiting: Waiting[]): Waiting[] {
  let records = 0
  const fitting = waiting.findIndex(({ leaves }) => (records += leaves.length) > COMMIT_LIMIT)
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
