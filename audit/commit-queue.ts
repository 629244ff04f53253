// Commits to an audit database through the functions that a writer may call. Appends that arrive while a commit is under way share the
// next one, of whichever logs they are; while many answers are being made it waits a moment for theirs. Refuses to wait longer than
// two seconds.

import type pg from 'pg'
import type { CitygraphError } from '../core/errors.ts'
import { unavailable, withPatience } from './audit-pool.ts'

export type Append = { readonly log: string; readonly leaves: readonly Buffer[]; readonly onFailure?: ((cause: unknown) => void) | undefined }

export type CommitQueue = {
  /** Resolves when the leaves are committed, in order and next to each other. Throws AUDIT_UNAVAILABLE; `onFailure` gets the cause. */
  add(append: Append): Promise<void>
  /** Says that an answer is being made whose records come soon; the function that is given back, that it no longer is. */
  expect(): () => void
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

/** `waited` is false once its caller has given up. */
type Waiting = Append & { readonly bytes: number; readonly waited: () => boolean; readonly done: () => void; readonly failed: (error: CitygraphError) => void }

/** Most records, and bytes of records, in one commit; the function takes no more than 1,000 of at most 1 MiB. */
export const COMMIT_LIMIT = 500
const COMMIT_BYTES = 8 * 1024 * 1024

/** From so many expected answers on a commit is put off, for so long, unless so many records wait already. */
const MANY = 12
const PAUSE_MS = 40
const ENOUGH = 64

/**
 * `pool`: connections of a role that writes the logs. An append that fails may still appear: an answer that was not given is recorded
 * rather than one that was given is not. A record that the database refuses fails alone, not the others of its commit.
 */
export function openCommitQueue({ pool }: { readonly pool: Pick<pg.Pool, 'query'> }): CommitQueue {
  const waiting: Waiting[] = []
  let flight: Promise<void> | undefined
  let expected = 0

  const fly = async (): Promise<void> => {
    while (waiting.length > 0) {
      if (expected - waiting.length >= MANY && waiting.length < ENOUGH) await new Promise((resume) => setTimeout(resume, PAUSE_MS))
      await commit(take(waiting))
    }
    flight = undefined
  }

  /** Never throws. */
  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    if (batch.length === 0) return
    try {
      await withPatience(pool.query(statement(batch)))
      for (const { done } of batch) done()
    } catch (cause) {
      if (batch.length > 1 && isOfTheData(cause)) {
        // Nothing of it is committed. By halves: one bad record among 500 costs nine commits more, not 500.
        const middle = Math.ceil(batch.length / 2)
        for (const half of [batch.slice(0, middle), batch.slice(middle)]) await commit(half.filter(({ waited }) => waited()))
        return
      }
      for (const tell of new Set(batch.map(({ onFailure }) => onFailure))) tell?.(cause)
      for (const { failed } of batch) failed(unavailable(cause))
    }
  }

  return {
    add: async (append) => {
      let entry: Waiting | undefined
      let waited = true
      const durable = new Promise<void>((done, failed) => {
        entry = { ...append, bytes: append.leaves.reduce((sum, leaf) => sum + leaf.length, 0), waited: () => waited, done, failed }
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
    },
    expect: () => {
      expected += 1
      let counted = true
      return () => {
        if (counted) expected -= 1
        counted = false
      }
    },
    idle: async () => {
      await flight
    },
  }
}

function statement(batch: readonly Waiting[]): { readonly name: string; readonly text: string; readonly values: unknown[] } {
  const leaves = batch.flatMap((append) => append.leaves)
  const [first] = batch
  if (first !== undefined && batch.every(({ log }) => log === first.log)) return { name: 'audit-append', text: 'SELECT audit.append($1, $2)', values: [first.log, leaves] }
  return { name: 'audit-append-together', text: 'SELECT audit.append_together($1, $2)', values: [batch.flatMap((append) => append.leaves.map(() => append.log)), leaves] }
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity): said of a record, and as true when it is sent again. */
function isOfTheData(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && /^2[23]/.test(cause.code)
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
