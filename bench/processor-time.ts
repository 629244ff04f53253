// What processes have used so far, as Linux tells it in /proc: processor time to the nanosecond where the kernel counts it so, memory
// in pages. Elsewhere nothing is known, and the columns stay empty.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const TICKS_PER_SECOND = 100

export const knowsProcesses = existsSync('/proc/self/stat')

/** Milliseconds of processor time of these processes, threads included; NaN where nobody counts. */
export function processorMs(pids: readonly number[]): number {
  return knowsProcesses ? pids.reduce((sum, pid) => sum + ownMs(pid), 0) : Number.NaN
}

/** Milliseconds of a process and its children, those that ended included. */
export function familyMs(pid: number): number {
  if (!knowsProcesses) return Number.NaN
  const [, , , , ended = 0] = statOf(pid)
  return processorMs([pid, ...childrenOf(pid)]) + ended
}

/** Resolves once these processes have used less than a seventh of a processor for a second; after a minute in any case, and at once where nobody counts. */
export async function resting(pids: readonly number[]): Promise<void> {
  for (let second = 0; knowsProcesses && second < 60; second += 1) {
    const before = processorMs(pids)
    await pause(1_000)
    if (processorMs(pids) - before < 150) return
  }
}

/** Mebibytes of memory that these processes have in RAM; what they share counts for each. */
export function residentMiB(pids: readonly number[]): number {
  if (!knowsProcesses) return Number.NaN
  return pids.reduce((sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1_024, 0)
}

export function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc').map(Number).filter((pid) => Number.isInteger(pid) && statOf(pid)[0] === parent)
}

/** Nanoseconds on a processor stand first in `schedstat`; kernels without it count ticks. */
function ownMs(pid: number): number {
  const threads = list(`/proc/${pid}/task`).map((thread) => Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ', 1)[0]))
  const exact = threads.reduce((sum, nanoseconds) => sum + nanoseconds, 0)
  if (exact > 0) return exact / 1e6
  const [, user = 0, system = 0] = statOf(pid)
  return user + system
}

/** Parent, then milliseconds: user, system, and of children that ended user and both together. */
function statOf(pid: number): readonly number[] {
  const text = read(`/proc/${pid}/stat`)
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ms = (n: number): number => (Number(fields[n] ?? 0) * 1_000) / TICKS_PER_SECOND
  return [Number(fields[1]), ms(11), ms(12), ms(13), ms(13) + ms(14)]
}

/** '' for a process that has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
