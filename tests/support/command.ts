// The `citygraph` command as a process of its own, in a folder of its own: what it prints, how it ends, what it leaves behind.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { processIdentity } from '../../migrations/process-identity.ts'
import { watchText } from './watched.ts'

export const projectFolder = resolve(import.meta.dirname, '../..')

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly milliseconds: number }

export type Command = {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  /** Resolves with the match when the output (either stream) holds it; rejects, with the output, when the process ends before. */
  readonly says: (pattern: RegExp) => Promise<RegExpMatchArray>
  readonly ended: Promise<Ended>
  /** Sends the signal and waits for the end, `milliseconds` counted from the signal. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ended>
}

/** What `start` prints to be tried: the same for everybody, about the scenario's made-up enterprise, which no answer gave. */
function isExample(line: string): boolean {
  return /^\s*curl -s http:\/\/localhost:\d+\/graphql /.test(line)
}

/** Runs `citygraph <args>`; of the environment only what a shell always has, and `environment`. */
export function command(args: readonly string[], environment: Readonly<Record<string, string>>): Command {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', TMPDIR: tmpdir(), LANG: 'C.UTF-8', ...environment }
  const child = spawn(process.execPath, [join(projectFolder, 'cli/citygraph.js'), ...args], { cwd: projectFolder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  const heard = new Set<() => void>()
  const hear = (): void => {
    for (const listener of heard) listener()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    hear()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
    hear()
  })
  let asked = performance.now()
  let over = false
  const ended = new Promise<Ended>((done, failed) => {
    child.once('error', failed)
    child.once('close', (code, signal) => {
      over = true
      for (const line of `${out}\n${err}`.split('\n')) if (line !== '' && !isExample(line)) watchText('lines of commands', line)
      done({ code, signal, milliseconds: performance.now() - asked })
      hear()
    })
  })
  return {
    child,
    out: () => out,
    err: () => err,
    ended,
    says: (pattern) =>
      new Promise((found, failed) => {
        const look = (): void => {
          const match = pattern.exec(out) ?? pattern.exec(err)
          if (match === null && !over) return
          heard.delete(look)
          if (match === null) failed(new Error(`ended without saying ${String(pattern)}:\n${out}\n${err}`))
          else found(match)
        }
        heard.add(look)
        look()
      }),
    stop: async (signal = 'SIGTERM') => {
      asked = performance.now()
      if (!over) child.kill(signal)
      return ended
    },
  }
}

export type CityFolder = {
  readonly path: string
  /** The pid of PostgreSQL that runs on this folder, if one does. */
  readonly postgres: () => number | undefined
  readonly remove: () => void
}

/** A new folder for an embedded city. */
export function cityFolder(): CityFolder {
  const path = mkdtempSync(join(tmpdir(), 'citygraph-city-'))
  return {
    path,
    postgres: () => {
      try {
        const pid = Number(readFileSync(join(path, 'data-18', 'postmaster.pid'), 'utf8').split('\n')[0])
        return processIdentity(pid) === undefined ? undefined : pid
      } catch {
        return undefined
      }
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** `citygraph start` of a small city on a free port; resolves when it is ready. */
export async function startedCity(folder: CityFolder, args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Promise<Command & { readonly url: string; readonly seconds: number }> {
  const begun = performance.now()
  const running = command(['start', '--size', '400', ...(args.includes('--port') ? [] : ['--port', '0']), ...args], { CITYGRAPH_FOLDER: folder.path, ...environment })
  const [, url = ''] = await running.says(/citygraph is ready after .*: (http:\/\/localhost:\d+)/)
  return { ...running, url, seconds: (performance.now() - begun) / 1000 }
}
