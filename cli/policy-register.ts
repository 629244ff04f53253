// `citygraph policy export [FOLDER]` writes the register's grants as files, `policy import [FOLDER]` says what files would change in the
// register and with --apply does it. Default folder: policies/grants/approved, which no bundle reads: the register is what counts.

import { openAuditPool } from '../audit/audit-pool.ts'
import { grantRegister } from '../audit/grant-register.ts'
import { openAuditLog } from '../audit/postgres-log.ts'
import { shanghaiDay, systemClock } from '../core/clock.ts'
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
import { folderOf, readGrantFolder, writeGrantFolder } from './grant-folder.ts'
import { readOptions } from './usage.ts'

type Place = { readonly reader: DatabaseAddress; readonly writer: DatabaseAddress; readonly clock: Clock }

export async function exportGrants(args: readonly string[]): Promise<number> {
  const folder = folderOf(readOptions(args, {}).words)
  const held = await heldAt(placeOf(readConfig(process.env)).reader)
  process.stdout.write(`${writeGrantFolder(held, folder)} grants written to ${folder}.\n`)
  return 0
}

export async function importGrants(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { apply: 'boolean' })
  const folder = folderOf(options.words)
  // What is wrong with the folder is said before any database is asked.
  readGrantFolder(folder)
  const { lines, refused } = await bringIn(folder, placeOf(readConfig(process.env)), { apply: options.flag('apply') })
  if (lines.length === 0) process.stdout.write(`No files of grants (*.yaml) in ${folder}.\n`)
  for (const line of lines) process.stdout.write(`${line}\n`)
  return refused === 0 ? 0 : 1
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
  const { files, unread } = readGrantFolder(folder)
  const at = clock.now()
  const changes = [...changesOf(files, await heldAt(reader), { bundle, classification, at }), ...unread.map((one): Change => ({ kind: 'REFUSED', ...one }))]
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
  return { lines: changes.map((change) => told(change, apply, shanghaiDay(at))), refused: changes.filter(({ kind }) => kind === 'REFUSED').length }
}

function told(change: Change, applied: boolean, today: string): string {
  switch (change.kind) {
    case 'SAME':
      return `${change.file}: nothing to do`
    case 'REFUSED':
      return `${change.file}: refused, ${change.because}`
    case 'REVOKE':
      return `${change.file}: ${applied ? 'revoked' : 'would be revoked'}`
    case 'NEW':
      return `${change.file}: ${applied ? 'in force' : 'would be in force'}${change.grant.validFrom > today ? ' later' : ''}, ${change.grant.validFrom} to ${change.grant.validTo}, approved by ${change.grant.approvals.map(({ person }) => person).join(', ')}`
  }
}

function placeOf(config: Config): Place {
  const databases = config.databaseUrls.governance === undefined ? attachDatabases(config) : foreignDepartment(config, 'governance')
  const where = databases.logs.find(({ logs }) => logs.includes('governance'))
  return { reader: where?.address ?? databases.auditReader, writer: databases.records.governance, clock: databases.embedded ? clockOf(databases) : systemClock }
}
