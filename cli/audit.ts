// `citygraph audit …`: one file a sub-command.

import { printable } from '../audit/verify/printable.ts'
import { UsageError } from './usage.ts'

type SubCommand = { readonly usage: string; readonly run: (args: readonly string[]) => Promise<number> }

const commands: Readonly<Record<string, () => Promise<SubCommand>>> = {
  verify: () => import('./audit-verify.ts'),
  prove: () => import('./audit-prove.ts'),
  archive: () => import('./audit-archive.ts'),
  keys: () => import('./audit-keys.ts'),
  show: () => import('./audit-show.ts'),
}

export async function run(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args
  // Whoever reads our output may have read enough (`| head`).
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (name === '--help' || name === 'help') {
    process.stdout.write(`${await allUsages()}\n`)
    return 0
  }
  if (load === undefined) throw new UsageError(`${name === '' ? '' : `citygraph audit has no command "${printable(name, 40)}".\n`}${await allUsages()}`)
  const { run, usage } = await load()
  if (rest.includes('--help')) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  return run(rest)
}

async function allUsages(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((command) => command()))
  return all.map(({ usage }) => usage).join('\n')
}
