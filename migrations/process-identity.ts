// Is this pid still the process we mean? A pid alone is not enough (numbers are reused, zombies still answer kill 0), so a
// process is told by pid and the moment it started. Relies on /proc (Linux) or ps (other Unix); on Windows only on the pid.

import { execFileSync } from 'node:child_process'
import { readOrEmpty } from './read-or-empty.ts'

/** Who runs under `pid`: a text that is the same for the whole life of the process; undefined when nobody (or only a zombie) does. */
export function processIdentity(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  if (process.platform === 'linux') return linuxIdentity(pid)
  if (process.platform === 'win32') return answersSignal(pid) ? 'running' : undefined
  return psLine(pid, 'stat=,lstart=', (line) => (line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '')))
}

/** The command line of `pid`, arguments separated by NUL (Linux) or blanks; '' where it cannot be read. */
export function commandLine(pid: number): string {
  if (process.platform === 'linux') return readOrEmpty(`/proc/${pid}/cmdline`)
  if (process.platform === 'win32') return ''
  return psLine(pid, 'command=', (line) => line) ?? ''
}

function linuxIdentity(pid: number): string | undefined {
  const stat = readOrEmpty(`/proc/${pid}/stat`)
  // The name in parentheses may hold anything, so fields are counted behind its end: state first, start time twentieth.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  if (stat === '' || state === 'Z' || state === 'X') return undefined
  return `${readOrEmpty('/proc/sys/kernel/random/boot_id').trim()}/${fields[19] ?? ''}`
}

function psLine(pid: number, format: string, read: (line: string) => string | undefined): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', format, '-p', String(pid)], { encoding: 'utf8', env: { LC_ALL: 'C', PATH: process.env['PATH'] } }).trim()
    return line === '' ? undefined : read(line)
  } catch {
    return undefined
  }
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
