// Two signed logs, and the SQL of a superuser who attacks them with triggers off. Each attack runs in a transaction that is taken back
// once the verifier has looked, so that all attacks of a file share one database. Heads and tiles are the tests' own (hand-made-log).

import pg from 'pg'
import type { Finding } from '../../audit/verify/finding.ts'
import { openHead, readVerifierKey } from '../../audit/verify/signed-head.ts'
import { verifyDatabase } from '../../audit/verify/verify-database.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { createDatabase, type TestDatabase } from './city-database.ts'
import { asRole, fillLog, handKey, handLeafHash, handLeaves, handTiles, type HandKey } from './hand-made-log.ts'
import { unpacked } from './unpacked-runs.ts'

/** Sizes of the kept heads of `population`. */
export const HEADS = [100, 200, 300, 600]
/** Records of `population` after the last of its heads. */
export const TAIL = 10

/** What is done to the logs through a superuser's connection on which no trigger fires. */
export type Attack = (client: pg.Client) => Promise<unknown>
/** What the verifier says of all logs; `records` and `signed` are those of `population`. */
export type Found = { readonly findings: readonly Finding[]; readonly warnings: readonly string[]; readonly records: number; readonly signed: number }

export type SignedLogs = {
  readonly database: TestDatabase
  /** Signs the heads of both logs. */
  readonly key: HandKey
  /** What the verifier finds after the attack, which is then taken back. `outside`: notes that an auditor kept. */
  readonly after: (attack: Attack, outside?: readonly string[]) => Promise<Found>
}

/** `population` with HEADS and TAIL, and `credit` of 50 records under one head, in a new database that the caller drops. */
export async function signedLogs(): Promise<SignedLogs> {
  const key = handKey()
  const keys = ['population', 'credit'].map((log) => readVerifierKey(key.vkey(log)))
  const database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
  await fillLog(database, 'population', HEADS, key, TAIL)
  await fillLog(database, 'credit', [50], key)
  const after: SignedLogs['after'] = async (attack, outside = []) =>
    asRole(database.superuserUrl, async (client) => {
      await client.query('BEGIN; SET LOCAL session_replication_role = replica')
      await attack(client)
      // As the reader from here on, as `withSnapshot` does it.
      await client.query(`SET LOCAL ROLE ${pg.escapeIdentifier('user' in database.query ? database.query.user : '')}; SET LOCAL search_path = pg_catalog; SET LOCAL row_security = off`)
      const heads = outside.map((note, n) => ({ ...openHead(note, keys), from: `file ${n}` }))
      const { verdicts, findings, warnings } = await verifyDatabase(client, { keys, outside: heads, expected: ['population', 'credit', 'gateway'] })
      await client.query('ROLLBACK')
      const population = verdicts.find(({ log }) => log === 'population')
      return { findings: [...findings, ...verdicts.flatMap((verdict) => verdict.findings)], warnings, records: population?.records ?? 0, signed: population?.signed ?? 0 }
    })
  return { database, key, after }
}

/** The attack of these statements, one after another; those that change `unpacked` change records one by one (unpacked-runs). */
export const sql = (...statements: readonly string[]): Attack => async (client) => {
  if (!statements.some((statement) => statement.includes('unpacked'))) for (const statement of statements) await client.query(statement)
  else await client.query(unpacked(...statements))
}
/** Kind and first record of each finding. */
export const kinds = (found: Found): readonly (readonly [string, number | undefined])[] => found.findings.map(({ kind, seq }) => [kind, seq])
/** The leaves of `population` as they are now, in order. */
export const leavesOf = async (client: pg.Client): Promise<readonly Buffer[]> => (await client.query<{ leaf: Buffer }>(`SELECT leaf FROM audit.record WHERE log = 'population' ORDER BY seq`)).rows.map(({ leaf }) => leaf)
/** One letter of the text: still canonical JSON of the same length. */
export const FORGED = `convert_to(replace(convert_from(leaf, 'UTF8'), 'officer-1', 'officer-2'), 'UTF8')`
/** Makes another text of one record of `population`. */
export const forge = (seq: number): string => `UPDATE unpacked SET leaf = ${FORGED} WHERE log = 'population' AND seq = ${seq}`
/** Tiles over the rows as they are now, as the writer would make them. */
export const newTiles: Attack = async (client) => {
  const hashes = (await leavesOf(client)).slice(0, 600).map(handLeafHash)
  await client.query(`DELETE FROM audit.tile WHERE log = 'population'`)
  for (const { level, place, hashes: bytes } of handTiles(hashes)) await client.query(`INSERT INTO audit.tile VALUES ('population', $1, $2, $3)`, [level, place, bytes])
}
/** All later records get a number that is higher or lower by one. */
export const shift = (from: number, by: 1 | -1): readonly string[] => [
  `UPDATE unpacked SET seq = -(seq + (${by})) WHERE log = 'population' AND seq >= ${from}`,
  `UPDATE unpacked SET seq = -seq WHERE log = 'population' AND seq < 0`,
]
/** Puts a well-formed record into the log at this number. */
export const insert = (seq: number, log = 'population'): Attack => async (client) => {
  const [leaf] = handLeaves(log, 1)
  await client.query(`INSERT INTO audit.run VALUES ($1, $2, ARRAY[octet_length($3::bytea)], '{0}', '', $3)`, [log, seq, leaf])
}
