// `citygraph policy export [FOLDER]` writes the register's grants as files, `policy import [FOLDER]` says what files would change in the
// register and with --apply does it. Default folder: policies/grants/approved, which no bundle reads: the register is what counts.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openAuditPool } from '../audit/audit-pool.ts'
import { grantRegister } from '../audit/grant-register.ts'
import { openAuditLog } from '../audit/postgres-log.ts'
import { systemClock } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { readConfig } from '../core/config.ts'
import type { Config } from '../core/config.ts'
import { applyChange, changesOf } from '../governance/import-grants.ts'
import type { Change, HeldText } from '../governance/import-grants.ts'
import type { DatabaseAddress } from '../migrations/address.ts'
import { openPool } from '../migrations/pool.ts'
import { readBundle } from '../policy-engine/bundle.ts'
import { createPolicyChecker } from '../policy-engine/cedar-validate.ts'
import { readClassification } from '../schema/classification.ts'
import { allSubgraphSdl } from '../schema/load.ts'
import { problemLine } from '../schema/problem.ts'
import { attachDatabases, foreignDepartment } from './city-databases.ts'
import { clockOf, policiesFolder } from './city-parts.ts'
import { readOptions } from './usage.ts'

type Place = { readonly reader: DatabaseAddress; readonly writer: DatabaseAddress; readonly clock: Clock }

export async function exportGrants(args: readonly string[]): Promise<number> {
  const folder = folderOf(readOptions(args, {}).words[0])
  const held = await heldAt(placeOf(readConfig(process.env)).reader)
  process.stdout.write(`${writeFiles(held, folder)} grants written to ${folder}.\n`)
  return 0
}

export async function importGrants(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { apply: 'boolean' })
  const place = placeOf(readConfig(process.env))
  const { lines, refused } = await bringIn(folderOf(options.words[0]), place, { apply: options.flag('apply') })
  for (const line of lines) process.stdout.write(`${line}\n`)
  return refused === 0 ? 0 : 1
}

/** One file a grant, named by its id; those that were revoked say so. */
export function writeFiles(held: readonly HeldText[], folder: string): number {
  mkdirSync(folder, { recursive: true })
  for (const { id, content, revoked } of held) writeFileSync(join(folder, `${id}.yaml`), revoked ? content.replace(/^status: ACTIVE$/m, 'status: REVOKED') : content)
  return held.length
}

/** The register's grants, the put away ones too. */
export async function heldAt(reader: DatabaseAddress): Promise<readonly HeldText[]> {
  const pool = openPool(reader, { max: 1, domain: 'governance' })
  try {
    const { rows } = await pool.query<HeldText>('SELECT id, content, ended IS NOT NULL AS revoked FROM audit.approved_grant ORDER BY made')
    return rows
  } finally {
    await pool.end()
  }
}

/** What the folder's files change, one line each; done with `apply`. */
export async function bringIn(folder: string, { reader, writer, clock }: Place, { apply }: { readonly apply: boolean }): Promise<{ readonly lines: readonly string[]; readonly refused: number }> {
  const classification = readClassification(allSubgraphSdl())
  const { bundle, problems } = await readBundle(policiesFolder, classification, createPolicyChecker(classification))
  if (bundle === undefined) throw new Error(['policies/ is not a valid bundle:', ...problems.map(problemLine)].join('\n'))
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml')).sort().map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
  const changes = changesOf(files, await heldAt(reader), { bundle, classification, at: clock.now() })
  if (apply) {
    const pool = openAuditPool(writer, { log: 'governance import' })
    const records = openAuditPool(writer, { log: 'governance import records', max: 1 })
    const audit = openAuditLog({ pool: records, log: 'governance' })
    const register = grantRegister({ pool, audit, clock })
    try {
      for (const change of changes) await applyChange(change, register)
    } finally {
      await audit.close()
      await Promise.all([pool.end(), records.end()])
    }
  }
  return { lines: changes.map((change) => told(change, apply)), refused: changes.filter(({ kind }) => kind === 'REFUSED').length }
}

function told(change: Change, applied: boolean): string {
  switch (change.kind) {
    case 'SAME':
      return `${change.file}: nothing to do`
    case 'REFUSED':
      return `${change.file}: refused, ${change.because}`
    case 'REVOKE':
      return `${change.file}: ${applied ? 'revoked' : 'would be revoked'}`
    case 'NEW':
      return `${change.file}: ${applied ? 'in force' : 'would be in force'}, ${change.grant.validFrom} to ${change.grant.validTo}, approved by ${change.grant.approvals.map(({ person }) => person).join(', ')}`
  }
}

function folderOf(word: string | undefined): string {
  return word === undefined ? join(policiesFolder, 'grants/approved') : resolve(word)
}

function placeOf(config: Config): Place {
  const databases = config.databaseUrls.governance === undefined ? attachDatabases(config) : foreignDepartment(config, 'governance')
  const where = databases.logs.find(({ logs }) => logs.includes('governance'))
  return { reader: where?.address ?? databases.auditReader, writer: databases.records.governance, clock: databases.embedded ? clockOf(databases) : systemClock }
}
