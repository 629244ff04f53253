// `citygraph audit …`: one file a sub-command.

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
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined) {
    const all = await Promise.all(Object.values(commands).map((command) => command()))
    throw new UsageError(all.map(({ usage }) => usage).join('\n'))
  }
  const { run } = await load()
  return run(rest)
}
