// The lanes of a department: one or two connections for statements that read and are quick, beside its pool for all the rest. What a
// lane cannot take, and what it loses, is for the pool; a statement that twice in a row was slow goes there for a while. A lane that
// broke is made anew when it is next wanted.

import type pg from 'pg'
import { boundedCache } from '../core/bounded-cache.ts'
import type { DatabaseAddress } from './address.ts'
import { openLane, type Lane, type NamedStatement, type Rows } from './lane.ts'
import type { BoundValue } from './lane-wire.ts'

export type Lanes = {
  /**
   * The rows; undefined, now or later, when the statement must be asked on the pool. Rejects with what PostgreSQL says of the statement
   * itself (`pg.DatabaseError`), or when nothing was heard for 7 s. `statement` must read and nothing else.
   */
  readonly ask: (statement: NamedStatement, values: readonly BoundValue[]) => Promise<Rows | undefined> | undefined
  /** Whether there is a connection now; begins to make one where there is none. */
  readonly open: () => Promise<boolean>
  /** Waits for what is under way. */
  readonly close: () => Promise<void>
}

/** So many waiting statements are enough for one connection. */
const MOST_WAITING = 500
/** Slow so often in a row is slow: for so long the first time, twice as long each time that it is slow when it tries again. A machine that was busy elsewhere looks the same. */
const STRIKES = 2
const SLOW_FOR_MS = 1_000
const SLOW_AT_MOST_MS = 32_000
const TRY_AGAIN_MS = 1_000

type Place = { lane: Lane | undefined; opening: Promise<void> | undefined; notBefore: number }

/** Connects when first asked; never throws for a database that is down. `settings` are those of the pool's own connections. */
export function openLanes(address: DatabaseAddress, settings: pg.ClientConfig, count: number): Lanes {
  const places: readonly Place[] = Array.from({ length: count }, () => ({ lane: undefined, opening: undefined, notBefore: -Infinity }))
  const slow = boundedCache<string, { strikes: number; forMs: number; until: number }>(500)
  let closed = false

  function onPace(name: string, pace: 'slow' | 'quick'): void {
    if (pace === 'quick' && slow.size() === 0) return
    const known = slow.get(name)
    if (pace === 'quick') {
      if (known !== undefined && known.strikes < STRIKES) slow.delete(name)
      return
    }
    // Of those that were sent together before the first of them was slow.
    if (known !== undefined && known.strikes >= STRIKES && performance.now() < known.until) return
    const forMs = known?.forMs ?? SLOW_FOR_MS
    const strikes = (known?.strikes ?? 0) + 1
    slow.set(name, { strikes, forMs: strikes < STRIKES ? forMs : Math.min(2 * forMs, SLOW_AT_MOST_MS), until: performance.now() + forMs })
  }

  function isSlow(name: string): boolean {
    if (slow.size() === 0) return false
    const known = slow.get(name)
    if (known === undefined || known.strikes < STRIKES) return false
    if (performance.now() < known.until) return true
    // It may try again; once more slow is slow again.
    known.strikes = STRIKES - 1
    return false
  }

  function connect(place: Place): Promise<void> | undefined {
    if (closed || place.lane !== undefined || place.opening !== undefined || performance.now() < place.notBefore) return place.opening
    place.opening = openLane({ address, settings, onPace }).then(
      async (lane) => {
        place.opening = undefined
        if (closed) return lane.close()
        place.lane = lane
        void lane.ended.then(() => (place.lane = undefined))
      },
      () => {
        place.opening = undefined
        place.notBefore = performance.now() + TRY_AGAIN_MS
      },
    )
    return place.opening
  }

  /** The free lane with the fewest statements before this one. */
  function leastBusy(): Lane | undefined {
    let best: Lane | undefined
    for (const place of places) {
      const { lane } = place
      if (lane === undefined) void connect(place)
      else if (lane.free() && (best === undefined || lane.busy() < best.busy())) best = lane
    }
    return best !== undefined && best.busy() < MOST_WAITING ? best : undefined
  }

  return {
    ask: (statement, values) => {
      if (closed || isSlow(statement.name)) return undefined
      const lane = leastBusy()
      if (lane === undefined) return undefined
      return new Promise((resolve, reject) => {
        lane.ask(statement, values, (outcome) => {
          if (outcome === 'lost') resolve(undefined)
          else if ('rows' in outcome) resolve(outcome.rows)
          else reject(outcome.error)
        })
      })
    },
    open: async () => {
      await Promise.all(places.map(connect))
      return places.some(({ lane }) => lane !== undefined)
    },
    close: async () => {
      closed = true
      await Promise.all(places.map(async (place) => {
        await place.opening
        await place.lane?.close()
      }))
    },
  }
}
