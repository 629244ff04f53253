// Commits to an audit database through the functions that a writer may call. Appends that arrive while a commit is under way share the
// next one, of whichever logs they are; while many answers are being made it waits a moment for theirs. Refuses to wait longer than
// two seconds.

import type pg from 'pg'
import type { CitygraphError } from '../core/errors.ts'
import { APPEND_PATIENCE_MS, unavailable, withPatience } from './audit-pool.ts'
import { processLeaves } from './own-leaves.ts'
import type { ProcessLeaves } from './own-leaves.ts'
import { leafHashesOf, runsOf, runValues } from './runs.ts'
import type { RecordText, Runs } from './runs.ts'

/** Records of one log, next to each other. `onFailure` gets the cause when they could not be committed. */
export type Append = { readonly log: string; readonly records: readonly RecordText[]; readonly onFailure?: ((cause: unknown) => void) | undefined }

export type CommitQueue = {
  /** Resolves when all of them are committed, in one commit. Throws AUDIT_UNAVAILABLE. */
  add(appends: readonly Append[]): Promise<void>
  /** Says that an answer is being made whose records come soon; the function that is given back, that it no longer is. */
  expect(): () => void
  /** What is appended here, for the signers of the logs. */
  readonly leaves: ProcessLeaves
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

/** `over`: told to its caller, that it is durable or that it is given up. */
type Waiting = { readonly appends: readonly Append[]; readonly records: number; readonly bytes: number; readonly until: number; over: boolean; readonly done: () => void; readonly failed: (error: CitygraphError) => void }

/** Most records, and bytes of records (of plain texts), in one commit; the function takes no more than 1,000 of at most 1 MiB. */
export const COMMIT_LIMIT = 500
const COMMIT_BYTES = 8 * 1024 * 1024

/**
 * While so many answers are being made at a time, a commit waits for all but a few of them, unless enough wait: for a third of what an
 * answer takes, and never long. Where processors are busy that costs no answer anything: a commit saved is time for others.
 */
const MANY = 12
const FEW = 2
const ENOUGH = 64
const PAUSE = 1 / 3
const LONGEST_PAUSE_MS = 40
/** Weight of one answer in what answers take. */
const WEIGHT = 1 / 16

/**
 * `pool`: connections of a role that writes the logs. An append that fails may still appear: an answer that was not given is recorded
 * rather than one that was given is not. A record that the database refuses fails alone, not the others of its commit. `leaves`: those
 * of the process, where it signs logs that are appended to here.
 */
export function openCommitQueue({ pool, leaves = processLeaves() }: { readonly pool: Pick<pg.Pool, 'query'>; readonly leaves?: ProcessLeaves | undefined }): CommitQueue {
  let waiting: Waiting[] = []
  /** Of the commit under way. */
  let flying: readonly Waiting[] = []
  let flight: Promise<void> | undefined
  let expected = 0
  /** Milliseconds that an answer takes, its commit included. */
  let usual = 0
  let ready = (): void => undefined
  let patience: NodeJS.Timeout | undefined

  const worthwhile = (): boolean => expected < MANY || expected - waiting.length <= FEW || waiting.length >= ENOUGH

  const fly = async (): Promise<void> => {
    // What comes in the same turn shares the first commit.
    await new Promise((resume) => setImmediate(resume))
    while (waiting.length > 0) {
      if (!worthwhile()) {
        await new Promise<void>((resume) => {
          const timer = setTimeout(resume, Math.min(usual * PAUSE, LONGEST_PAUSE_MS))
          ready = () => {
            clearTimeout(timer)
            resume()
          }
        })
        ready = () => undefined
      }
      flying = take(waiting)
      waiting = waiting.slice(flying.length)
      await commit(flying)
      flying = []
    }
    clearTimeout(patience)
    patience = undefined
    flight = undefined
  }

  /** Never throws. */
  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    if (batch.length === 0) return
    try {
      await leaves.during(append(runsOf(recordsByLog(batch))))
      for (const entry of batch) {
        entry.over = true
        entry.done()
      }
    } catch (cause) {
      if (batch.length > 1 && isOfTheData(cause)) {
        // Nothing of it is committed. By halves: one bad record among 500 costs nine commits more, not 500.
        const middle = Math.ceil(batch.length / 2)
        for (const half of [batch.slice(0, middle), batch.slice(middle)]) await commit(half.filter(({ over }) => !over))
        return
      }
      for (const tell of new Set(batch.flatMap(({ appends }) => appends.map(({ onFailure }) => onFailure)))) tell?.(cause)
      for (const entry of batch) fail(entry, cause)
    }
  }

  const append = async (runs: Runs): Promise<void> => {
    const answer = withPatience(pool.query<{ firsts: readonly string[] | null }>({ name: 'audit-append', text: 'SELECT audit.append_numbered($1, $2, $3, $4, $5, $6, $7) AS firsts', values: [...runValues(runs)] }))
    // Hashed once the statement is on its way, while the database works.
    const sent = new Promise((resume) => setImmediate(resume))
    const [{ rows: [row] }, hashes] = await Promise.all([answer, sent.then(() => leafHashesOf(runs, leaves.isKept))])
    for (const [at, { log }] of runs.logs.entries()) {
      const [first, ofLog] = [row?.firsts?.[at], hashes[at]]
      if (first !== undefined && ofLog !== undefined) leaves.add(log, Number(first), ofLog)
    }
  }

  const fail = (entry: Waiting, cause: unknown): void => {
    entry.over = true
    entry.failed(unavailable(cause))
  }

  /** Gives up what has waited too long: a dead database must not leave a queue behind. One timer serves all, the first of them. */
  const watch = (): void => {
    const now = performance.now()
    for (const entry of [...flying, ...waiting]) if (!entry.over && entry.until <= now) fail(entry, new Error('the audit database took too long'))
    waiting = waiting.filter(({ over }) => !over)
    const next = flying.find(({ over }) => !over) ?? waiting[0]
    patience = next === undefined ? undefined : setTimeout(watch, Math.max(1, next.until - now))
  }

  return {
    leaves,
    add: (appends) =>
      new Promise((done, failed) => {
        let records = 0
        let bytes = 0
        for (const append of appends) {
          records += append.records.length
          for (const { before, shared, after } of append.records) bytes += before.length + shared.length + after.length
        }
        waiting.push({ appends, records, bytes, until: performance.now() + APPEND_PATIENCE_MS, over: false, done, failed })
        patience ??= setTimeout(watch, APPEND_PATIENCE_MS)
        if (flight === undefined) flight = fly()
        else if (worthwhile()) ready()
      }),
    expect: () => {
      expected += 1
      const begun = performance.now()
      let counted = true
      return () => {
        if (!counted) return
        counted = false
        expected -= 1
        usual += (performance.now() - begun - usual) * WEIGHT
        if (waiting.length > 0 && worthwhile()) ready()
      }
    },
    idle: async () => {
      await flight
    },
  }
}

/** The records of each log next to each other, in the order in which they came. */
function recordsByLog(batch: readonly Waiting[]): ReadonlyMap<string, readonly RecordText[]> {
  const byLog = new Map<string, RecordText[]>()
  for (const { appends } of batch) {
    for (const { log, records } of appends) {
      const before = byLog.get(log)
      if (before === undefined) byLog.set(log, [...records])
      else before.push(...records)
    }
  }
  return byLog
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity): said of a record, and as true when it is sent again. */
function isOfTheData(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && /^2[23]/.test(cause.code)
}

/** From the front: whole entries, as many as fit into one commit; one at least, whatever its size. */
function take(waiting: readonly Waiting[]): readonly Waiting[] {
  let records = 0
  let bytes = 0
  const fitting = waiting.findIndex((entry, n) => {
    records += entry.records
    bytes += entry.bytes
    return n > 0 && (records > COMMIT_LIMIT || bytes > COMMIT_BYTES)
  })
  return waiting.slice(0, fitting === -1 ? waiting.length : fitting)
}
