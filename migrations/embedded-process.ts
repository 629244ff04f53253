// The PostgreSQL server as a child process: starting it and waiting until it serves, stopping it, finding one that a killed
// run left behind. It has its own process group, so that Ctrl-C in the terminal ends us first and the database last.

import { spawn, spawnSync } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runAs, type Account } from './embedded-account.ts'
import type { Binaries } from './embedded-binaries.ts'
import { settingArguments } from './embedded-settings.ts'
import { commandLine, processIdentity } from './process-identity.ts'

export type ServerPlan = {
  readonly binaries: Binaries
  readonly account: Account
  readonly data: string
  readonly logFile: string
  readonly settings: Readonly<Record<string, string>>
  readonly log: (line: string) => void
}

/** `ended` resolves when its process is gone, for whatever reason. */
export type RunningServer = { readonly pid: number; readonly ended: Promise<void>; readonly stop: () => Promise<void> }

const READY_WITHIN_MS = 120_000
const FAST_STOP_MS = 15_000
const IMMEDIATE_STOP_MS = 7_000
const KEEP_LOG_BYTES = 8 * 1024 * 1024

/** The environment of PostgreSQL's programs: nothing of ours (PG… and LC_… variables would change what they do). */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const windows = process.env['SystemRoot']
  return { PATH: process.env['PATH'], LANG: 'C', TZ: 'UTC', ...(windows === undefined ? {} : { SystemRoot: windows }) }
}

/** Starts the server and resolves when it serves. What a killed run still holds is waited for; any other failure throws PostgreSQL's own line. */
export async function startServer(plan: ServerPlan): Promise<RunningServer> {
  keepLogShort(plan.logFile)
  for (let attempt = 0; ; attempt++) {
    const outcome = await tryStart(plan)
    if (outcome.kind === 'serves') return outcome.server
    // Backends of a killed server take a moment to notice that it is gone.
    const passing = /shared memory block|lock file .* already exists|another server|is still in use|Address already in use/i.test(outcome.line)
    if (!passing || attempt === 9) throw new Error(`PostgreSQL did not start: ${outcome.line} (log: ${plan.logFile})`)
    await sleep(Math.min(2000, 50 * 2 ** attempt))
  }
}

/** The pid of a live server on `data` that nobody of ours owns; undefined when there is none or its pid file is stale. */
export function liveServer(data: string): number | undefined {
  const pid = Number(readPidFile(data)[0])
  if (processIdentity(pid) === undefined) return undefined
  // A recycled pid or a copied data folder: the process must be a server for this very folder.
  const command = commandLine(pid)
  return command === '' || command.replaceAll('\0', ' ').includes(`-D ${data} `) ? pid : undefined
}

/** Ends a server: first letting it finish what it writes, then at once, at last by force (its log replays at the next start). */
export async function stopServer(pid: number, data: string, pgCtl: string): Promise<void> {
  const identity = processIdentity(pid)
  if (identity === undefined) return
  const steps: ReadonlyArray<readonly [NodeJS.Signals, number]> = [['SIGINT', FAST_STOP_MS], ['SIGQUIT', IMMEDIATE_STOP_MS], ['SIGKILL', 5_000]]
  for (const [signal, patience] of steps) {
    sendStop(pid, signal, data, pgCtl)
    const until = Date.now() + patience
    for (let pause = 2; Date.now() < until; pause = Math.min(50, pause * 2)) {
      if (processIdentity(pid) !== identity) return
      await sleep(pause)
    }
  }
  throw new Error(`PostgreSQL (process ${pid}) does not end`)
}

type Outcome = { readonly kind: 'serves'; readonly server: RunningServer } | { readonly kind: 'failed'; readonly line: string }

async function tryStart(plan: ServerPlan): Promise<Outcome> {
  const descriptor = openSync(plan.logFile, 'a', 0o600)
  const logStart = fstatSync(descriptor).size
  const child = spawn(plan.binaries.postgres, ['-D', plan.data, ...settingArguments(plan.settings)], {
    ...runAs(plan.account),
    env: bareEnvironment(),
    detached: true,
    windowsHide: true,
    stdio: ['ignore', descriptor, descriptor],
  })
  closeSync(descriptor)
  let state: 'starting' | 'serving' | 'stopping' | 'ended' = 'starting'
  let failure: string | undefined
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      failure = error.message
      state = 'ended'
      resolve()
    })
    child.once('exit', () => {
      if (state === 'serving') plan.log(`PostgreSQL ended by itself: ${lastLine(plan.logFile, logStart)} (log: ${plan.logFile})`)
      state = 'ended'
      resolve()
    })
  })
  const pid = child.pid ?? -1
  const begun = Date.now()
  let told = false
  for (let pause = 4; !isEnded(); pause = Math.min(50, pause * 2)) {
    const [filePid, , , , , , , status = ''] = readPidFile(plan.data)
    if (Number(filePid) === pid && status.trim() === 'ready') {
      state = 'serving'
      return { kind: 'serves', server: { pid, ended, stop } }
    }
    const waited = Date.now() - begun
    if (waited > READY_WITHIN_MS) {
      await stop()
      return { kind: 'failed', line: `not ready after ${READY_WITHIN_MS / 1000} s: ${lastLine(plan.logFile, logStart)}` }
    }
    if (waited > 3000 && !told) {
      told = true
      plan.log('PostgreSQL is still coming up (after a crash it first replays its log)')
    }
    await Promise.race([ended, sleep(pause)])
  }
  return { kind: 'failed', line: failure ?? lastLine(plan.logFile, logStart) }

  function isEnded(): boolean {
    return state === 'ended'
  }

  async function stop(): Promise<void> {
    if (isEnded()) return
    state = 'stopping'
    await stopServer(pid, plan.data, plan.binaries.pgCtl)
    await ended
  }
}

function sendStop(pid: number, signal: NodeJS.Signals, data: string, pgCtl: string): void {
  if (process.platform === 'win32' && signal !== 'SIGKILL') {
    // Windows has no such signals; pg_ctl sends PostgreSQL's own.
    spawnSync(pgCtl, ['stop', '-D', data, '-W', '-m', signal === 'SIGINT' ? 'fast' : 'immediate'], { env: bareEnvironment(), stdio: 'ignore' })
    return
  }
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Lines of postmaster.pid: pid, data folder, start time, port, socket folder, address, shared memory, status. */
function readPidFile(data: string): readonly string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}

/** What PostgreSQL last complained about since `from` (a byte offset into its log). */
function lastLine(logFile: string, from: number): string {
  const lines = readFileSync(logFile).subarray(from).toString('utf8').split('\n').filter((line) => line.trim() !== '')
  return lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? lines.at(-1) ?? 'it ended without a word'
}

function keepLogShort(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  if (size > KEEP_LOG_BYTES) renameSync(logFile, `${logFile}.1`)
}
