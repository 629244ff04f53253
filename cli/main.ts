// Reads the command line and runs one sub-command. A refused configuration or option is a sentence and exit code 2; a failure
// at run time is a sentence and exit code 1. Stacks are for CITYGRAPH_LOG_LEVEL=debug only.

import { ConfigRefused } from '../core/config.ts'
import { UsageError } from './usage.ts'

type Command = { readonly summary: string; readonly load: () => Promise<{ run: (args: readonly string[]) => Promise<number> }> }

const commands: Readonly<Record<string, Command>> = {
  start: { summary: 'the whole city on one machine (--size N, --port N, --host ADDRESS)', load: () => import('./start.ts') },
  databases: { summary: 'only the embedded databases, loaded, for subgraphs and a gateway run by hand', load: () => import('./databases.ts') },
  subgraph: { summary: 'one subgraph over HTTP: subgraph <domain> --port N', load: () => import('./subgraph.ts') },
  gateway: { summary: 'the gateway alone: SUBGRAPHS="population=http://…,…" (--port N, --supergraph FILE)', load: () => import('./gateway.ts') },
  token: { summary: 'a token of a demonstration caller: token <caller> | --list', load: () => import('./token.ts') },
  key: { summary: 'an API key for open queries: key <organisation or demonstration caller> (--name TEXT, --queries ID,ID, --days N, --port N)', load: () => import('./key.ts') },
  check: { summary: 'composition, classification, policies and their tests, breaking changes', load: () => import('./check.ts') },
  policy: { summary: 'policy test | explain | diff | export | import', load: () => import('./policy.ts') },
  open: { summary: 'open check | seed | list | propose | submit | publish | send-back | withdraw | resume: docs/open-queries.md', load: () => import('./open.ts') },
  audit: { summary: 'audit verify | prove | archive | keys | show: docs/audit.md', load: () => import('./audit.ts') },
  demo: { summary: 'a story told step by step against the running city: demo governance (--port N)', load: () => import('./demo.ts') },
  load: { summary: 'fill empty databases named by …_DATABASE_URL with the synthetic city', load: () => import('./load.ts') },
  migrations: { summary: 'generate SQL for changed tables: migrations <domain> <name>', load: () => import('./migrations.ts') },
}

/** Runs the command; sets the process's exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args
  const command = name === undefined ? undefined : commands[name]
  if (name === undefined || name === '--help' || name === 'help' || command === undefined) {
    const known = name === undefined || name === '--help' || name === 'help'
    if (!known) process.stderr.write(`citygraph has no command "${name.slice(0, 40)}".\n`)
    process.stdout.write(usage())
    process.exitCode = known ? 0 : 2
    return
  }
  try {
    const { run } = await command.load()
    process.exitCode = await run(rest)
  } catch (error) {
    process.exitCode = error instanceof ConfigRefused || error instanceof UsageError ? 2 : 1
    process.stderr.write(`${sentence(error)}\n`)
    if (process.env['CITYGRAPH_LOG_LEVEL'] === 'debug' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong.'
}

function usage(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  citygraph ${name.padEnd(11)} ${summary}`)
  return ['Usage:', ...lines, ''].join('\n')
}
