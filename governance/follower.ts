// Follows every log and copies the facts of its records into governance's database, a few times a second. Several may run: each log
// is taken by one at a time. A log or database that is away is tried again; the others go on.

import { errorFacts, type Logger } from '../core/logger.ts'
import type { DepartmentPool } from '../migrations/pool.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'
import type { Classification } from '../schema/classification.ts'
import { copyNames } from './copy-names.ts'
import { fieldSets } from './field-sets.ts'
import { hashStash } from './hash-stash.ts'
import { followStep, type FollowParts } from './follow-log.ts'
import { leafReader } from './read-leaf.ts'
import type { Witness } from './witness.ts'

/** One audit database as who may read it, and the logs that are there. */
export type LogSource = { readonly pool: DepartmentPool; readonly logs: readonly string[] }

export type Follower = {
  /** Resolves when every record that was durable at the time of the call has been followed. Throws after `withinMs` (30 s). */
  caughtUp(withinMs?: number): Promise<void>
  /** Ends the step under way; leaves the pools to their owner. */
  close(): Promise<void>
}

const PAUSE_MS = 1_000

/** Begins at once. `afterwards` runs after each round over all logs; what it throws is logged. */
export function openFollower(parts: {
  readonly facts: DepartmentPool
  readonly sources: readonly LogSource[]
  readonly engine: Pick<PolicyEngine, 'head' | 'bundle'>
  readonly classification: Classification
  readonly logger: Logger
  /** Checks signed heads against the leaves; left out: nobody does. */
  readonly witness?: Witness
  readonly afterwards?: () => Promise<void>
}): Follower {
  const { facts, sources, engine, logger, afterwards, witness } = parts
  const hashes = hashStash()
  const follow: FollowParts = {
    facts, read: leafReader(), describe: fieldSets(parts.classification), knownSets: new Set(), careful: new Map(),
    ...(witness === undefined ? {} : { hashed: hashes.add }),
  }
  const troubles = new Set<string>()
  /** How far each log was followed, by us or by another follower. */
  const followed = new Map<string, number>()
  let closed = false
  let wake = (): void => undefined
  let named: string | undefined

  /** Runs `work`; says once that it fails, and once that it works again. */
  const guarded = async (what: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      if (troubles.delete(what)) logger.info('follower works again', { what })
      return true
    } catch (error) {
      if (!troubles.has(what)) logger.warn('follower failed', { what, ...errorFacts(error) })
      troubles.add(what)
      return false
    }
  }

  const names = async (): Promise<void> => {
    const { hash } = engine.head()
    if (named === hash) return
    await copyNames(facts, engine.bundle())
    named = hash
  }

  /** Follows one source up to the heads it has now; false where another follower stands before us. */
  const followSource = async ({ pool, logs }: LogSource): Promise<boolean> => {
    const { rows } = await pool.query<{ name: string; size: string }>('SELECT name, size FROM audit.log WHERE name = ANY($1) ORDER BY name', [logs])
    let reached = true
    for (const { name, size } of rows) {
      const there = await guarded(name, async () => {
        while (!closed && (followed.get(name) ?? 0) < Number(size)) {
          const next = await followStep(name, Number(size), pool, follow)
          if (next === undefined) {
            reached = false
            return
          }
          followed.set(name, next)
        }
      })
      reached &&= there
      if (witness !== undefined && !closed) await guarded(`witness ${name}`, () => witness(name, pool, hashes))
    }
    return reached
  }

  const round = async (): Promise<boolean> => {
    const copied = await guarded('names', names)
    const ends = await Promise.all(sources.map(async (source, at) => {
      let reached = false
      const ended = await guarded(`source ${at + 1}`, async () => {
        reached = await followSource(source)
      })
      return ended && reached
    }))
    if (afterwards !== undefined) await guarded('afterwards', afterwards)
    return copied && ends.every((reached) => reached)
  }

  // Rounds stand in a row, whoever asks for one.
  let last: Promise<unknown> = Promise.resolve()
  const nextRound = (): Promise<boolean> => {
    const mine = last.then(round)
    last = mine
    return mine
  }

  const running = (async (): Promise<void> => {
    while (!closed) {
      await nextRound()
      await new Promise<void>((done) => {
        const timer = setTimeout(done, PAUSE_MS)
        wake = () => {
          clearTimeout(timer)
          done()
        }
      })
    }
  })()

  return {
    async caughtUp(withinMs = 30_000) {
      const until = performance.now() + withinMs
      while (!(await nextRound())) {
        if (closed || performance.now() > until) throw new Error('the logs could not be followed in time')
        await new Promise((done) => setTimeout(done, 20))
      }
    },
    async close() {
      closed = true
      wake()
      await running
      await last
    },
  }
}
