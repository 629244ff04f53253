// An audit log in PostgreSQL: its records become durable in a commit queue (commit-queue.ts), its own or one that several logs of a
// process share, or the answer is not given.

import type pg from 'pg'
import type { AuditLog, LogRecord } from './access-record.ts'
import type { AnswerCommit } from './answer-commit.ts'
import { unavailable } from './audit-pool.ts'
import { COMMIT_LIMIT, openCommitQueue } from './commit-queue.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { ProcessLeaves } from './own-leaves.ts'
import { recordText } from './record-text.ts'
import { refusalFlood } from './refusal-flood.ts'
import type { RecordText } from './runs.ts'

/**
 * The log named `log`, appended to through `queue`, or as the role of `pool` (`leaves`: as openCommitQueue). `append` resolves when all its records are committed; on
 * any failure, or after two seconds, it throws AUDIT_UNAVAILABLE, and `onFailure` gets the cause, for the operator's log. `close`
 * records the refusals it has counted, takes no more records, waits for what is under way (no longer than the appends themselves do)
 * and leaves the pool to its owner.
 */
export function openAuditLog(parts: { log: string; onFailure?: (cause: unknown) => void } & ({ pool: Pick<pg.Pool, 'query'>; leaves?: ProcessLeaves } | { queue: CommitQueue })): AuditLog {
  const { log, onFailure } = parts
  const queue = 'queue' in parts ? parts.queue : openCommitQueue(parts)
  let closed = false

  const append = async (records: readonly LogRecord[], commit?: AnswerCommit): Promise<void> => {
    if (records.length === 0) return
    if (closed) throw unavailable(new Error('the audit log is closed'))
    const texts = { log, records: textsOf(records, log), onFailure }
    if (commit === undefined) await queue.add([texts])
    else commit.hold(texts)
  }
  const flood = refusalFlood((records) => append(records))

  return {
    append,
    refused: async (records) => {
      if (!flood.alone(records[0])) return false
      await append(records)
      return true
    },
    expect: queue.expect,
    close: async () => {
      await flood.flush()
      closed = true
      await queue.idle()
    },
  }
}

function textsOf(records: readonly LogRecord[], log: string): readonly RecordText[] {
  try {
    if (records.length > COMMIT_LIMIT || records.some((record) => record.log !== log)) throw new RangeError('records of another log, or too many')
    return records.map(recordText)
  } catch (cause) {
    throw unavailable(cause)
  }
}
