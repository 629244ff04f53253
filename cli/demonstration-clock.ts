// The time an embedded city lives in. Its grants, ages and five-year limits are written around 2026-03-01 (docs/adr/0003), so an
// embedded city begins at 2026-03-01T10:00+08:00 when it is started and goes on from there. Databases of one's own live in
// the machine's time. CITYGRAPH_NOW freezes another instant, or says `system`; it is refused without embedded databases.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { frozenClock, systemClock } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'

const BEGINNING = Date.parse('2026-03-01T10:00:00+08:00')

/** The clock of an embedded city that starts now; processes of the same city read it with `followClock`. */
export function beginClock(folder: string, now: string | undefined): Clock {
  const chosen = now ?? 'demonstration'
  const startedAt = Date.now()
  writeFileSync(join(folder, 'clock.json'), `${JSON.stringify({ clock: chosen, startedAt })}\n`, { mode: 0o600 })
  return clockFor(chosen, startedAt)
}

/** The clock of the city that runs in this folder. Throws when none was ever started. */
export function followClock(folder: string): Clock {
  const file = join(folder, 'clock.json')
  if (!existsSync(file)) throw new Error('No city was ever started in this folder: `npm start` starts one.')
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (typeof value !== 'object' || value === null || !('clock' in value) || !('startedAt' in value)) throw new Error('clock.json is damaged; start the city again')
  return clockFor(String(value.clock), Number(value.startedAt))
}

function clockFor(chosen: string, startedAt: number): Clock {
  if (chosen === 'system') return systemClock
  if (chosen !== 'demonstration') return frozenClock(chosen)
  return { now: () => new Date(BEGINNING + (Date.now() - startedAt)) }
}
