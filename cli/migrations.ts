// `citygraph migrations <domain> <name>`: writes the SQL for tables that changed (drizzle-kit), named by what it does.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { subgraphNames } from '../core/domains.ts'
import { readOptions, UsageError } from './usage.ts'

/** Exit code of drizzle-kit. */
export async function run(args: readonly string[]): Promise<number> {
  const { words } = readOptions(args, {})
  const [domain, name] = words
  const known: readonly string[] = [...subgraphNames, 'audit']
  if (domain === undefined || !known.includes(domain)) throw new UsageError(`Which database? One of ${known.join(', ')}.`)
  if (name === undefined || !/^[a-z][a-z0-9_]+$/.test(name)) throw new UsageError('Name the migration by what it does, e.g. add_household_kind.')
  const root = resolve(import.meta.dirname, '..')
  const config = join('migrations', domain, 'drizzle.config.json')
  if (!existsSync(join(root, config))) throw new UsageError(`${config} is not there; ${domain}'s migrations are written by hand.`)
  const kit = spawn(process.execPath, [join(root, 'node_modules/drizzle-kit/bin.cjs'), 'generate', '--config', config, '--name', name], { cwd: root, stdio: 'inherit' })
  return new Promise((done, failed) => {
    kit.on('error', failed)
    kit.on('exit', (code) => done(code ?? 1))
  })
}
