// What a superuser does to deceive the verifier's own session, not the log: things put before its names, and rows that stand past
// the indexes it reads by. Each on a copy of its own, since catalogues are changed.

import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { withSnapshot } from '../../audit/verify/database-source.ts'
import { readVerifierKey } from '../../audit/verify/signed-head.ts'
import { verifyDatabase } from '../../audit/verify/verify-database.ts'
import type { DatabaseVerdict } from '../../audit/verify/verify-database.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { asRole, fillLog, handKey } from '../support/hand-made-log.ts'

const key = handKey()
const keys = [readVerifierKey(key.vkey('credit'))]
const reader = (database: TestDatabase): string => pg.escapeIdentifier('user' in database.query ? database.query.user : '')
let database: TestDatabase | undefined
afterEach(async () => database?.drop())

/** A log of 120 records, changed by each statement in a session of its own. */
async function deceived(statements: (reader: string) => readonly string[]): Promise<TestDatabase> {
  const made = await createDatabase('audit')
  database = made
  await applyMigrations(made.owner, 'migrations/audit/sql', { domain: 'audit' })
  await fillLog(made, 'credit', [120], key)
  for (const statement of statements(reader(made))) await asRole(made.superuserUrl, (client) => client.query(`SET session_replication_role = replica; ${statement}`))
  return made
}
const verified = ({ query }: TestDatabase): Promise<DatabaseVerdict> => withSnapshot(query, (client) => verifyDatabase(client, { keys, outside: [], expected: ['credit'] }))
const findingsOf = ({ findings, verdicts }: DatabaseVerdict): readonly (readonly [string, number | undefined])[] => [...findings, ...verdicts.flatMap((verdict) => verdict.findings)].map(({ kind, seq }) => [kind, seq])

const FORGED = `convert_to(replace(convert_from(leaf, 'UTF8'), 'officer-1', 'officer-2'), 'UTF8')`
/** A run of one record beside the run that the record is in. */
const twin = (seq: number): string => `INSERT INTO audit.run SELECT log, seq, ARRAY[octet_length(${FORGED})], '{0}', '', ${FORGED} FROM audit.record WHERE log = 'credit' AND seq = ${seq}`
const switched = (ready: boolean): string => `UPDATE pg_index SET indisready = ${ready} WHERE indexrelid = 'audit.run_log_first_pk'::regclass`
/** The catalogue as the verifier would like to see it, made when the reader logs in. */
const onLogin = (body: string): readonly string[] => [
  `CREATE FUNCTION public.greet() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN ${body} END $$`,
  `CREATE EVENT TRIGGER greeting ON login EXECUTE FUNCTION public.greet(); ALTER EVENT TRIGGER greeting ENABLE ALWAYS`,
]
const shadow = (role: string): string => ['pg_class', 'pg_trigger', 'pg_event_trigger'].map((name) =>
  `CREATE TEMP TABLE IF NOT EXISTS ${name} AS SELECT * FROM pg_catalog.${name} WHERE ${name === 'pg_class' ? `relname <> 'run'` : 'false'}; GRANT SELECT ON pg_temp.${name} TO ${role};`).join(' ')

describe('the session of the verifier', () => {
  it('is given up where temporary objects were in it before it began', async () => {
    const made = await deceived((role) => onLogin(`IF session_user = '${role.replaceAll('"', '')}' THEN ${shadow(role)} END IF;`))
    await expect(verified(made)).rejects.toThrow('Temporary objects were in this session before it began')
  })
  it('does not believe a database in which something runs on login', async () => {
    const found = await verified(await deceived(() => onLogin('NULL;')))
    expect(found.findings.map(({ sentence }) => sentence)).toEqual([expect.stringMatching(/^The event trigger greeting runs when somebody logs in/)])
    expect(found.verdicts).toEqual([])
  })
  it('finds a view in the place of records though a catalogue of its own says otherwise', async () => {
    const made = await deceived((role) => ['ALTER TABLE audit.run RENAME TO run_behind', 'CREATE VIEW audit.run AS SELECT * FROM audit.run_behind', `GRANT SELECT ON audit.run TO ${role}`])
    const found = await withSnapshot({ connectionString: made.superuserUrl }, async (client) => {
      await client.query(`COMMIT; CREATE TEMP TABLE pg_class AS SELECT oid, relname, relnamespace, 'r'::"char" AS relkind, relpersistence, 2::oid AS relam, relrowsecurity, false AS relhasrules, relhassubclass, relispartition FROM pg_catalog.pg_class; BEGIN`)
      await client.query(`SET LOCAL search_path = pg_catalog`)
      return verifyDatabase(client, { keys, outside: [], expected: ['credit'] })
    })
    expect(found.findings.map(({ sentence }) => sentence)).toEqual(['audit.run is not the plain table that the migrations made: what it shows cannot be trusted.'])
  })
  it('says nothing of its purpose, and looks for names in temporary tables last', async () => {
    const { query } = await deceived(() => [])
    const seen = await withSnapshot(query, async (client) => (await client.query<{ name: string; path: string }>(`SELECT current_setting('application_name') AS name, current_setting('search_path') AS path`)).rows)
    expect(seen).toEqual([{ name: '', path: 'pg_catalog, pg_temp' }])
  })
  it.each([
    ['inherits', ['CREATE TABLE audit.more () INHERITS (audit.run)']],
    ['computes a column', ['ALTER TABLE audit.tile ADD COLUMN computed integer GENERATED ALWAYS AS (level + 1) STORED']],
  ])('does not believe a table that %s', async (_, statements) => {
    expect(findingsOf(await verified(await deceived(() => statements)))).toEqual([['database', undefined]])
  })
})

describe('a record beside one that was signed', () => {
  it('is found though no index knows it, and the index that was switched off is named', async () => {
    const found = await verified(await deceived(() => [switched(false), twin(100)]))
    expect(findingsOf(found)).toEqual([['inserted', 100]])
    expect(found.verdicts[0]?.findings[0]?.sentence).toMatch(/^The table holds 121 records of the log credit, its index shows 120 records: .* One of them stands at credit#100 \(id [0-9a-f-]{36}\)\.$/)
    expect(found.warnings).toEqual([expect.stringContaining('The index run_log_first_pk of audit.run')])
  })
  it('is found when the index was switched on again', async () => {
    const found = await verified(await deceived(() => [switched(false), twin(17), switched(true)]))
    expect(findingsOf(found)).toEqual([['inserted', 17]])
    expect(found.warnings).toEqual([])
  })
  it('is not seen where there is none', async () => {
    const found = await verified(await deceived(() => []))
    expect([...findingsOf(found), ...found.warnings]).toEqual([])
  })
})
