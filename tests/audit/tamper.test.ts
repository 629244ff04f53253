// What a superuser who knows our code can do to a log with SQL, triggers off: each is found, and the first record is named. What
// cannot be found is here too, so that docs/audit.md says it truly.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseSource, withSnapshot } from '../../audit/verify/database-source.ts'
import type { Finding } from '../../audit/verify/finding.ts'
import { openHead, readVerifierKey } from '../../audit/verify/signed-head.ts'
import { verifyDatabase } from '../../audit/verify/verify-database.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { asRole, fillLog, handKey, handLeafHash, handLeaves, handNote, handRoot, handTiles } from '../support/hand-made-log.ts'

const key = handKey()
const keys = ['population', 'credit'].map((log) => readVerifierKey(key.vkey(log)))
/** Sizes of the kept heads of `population`, and records after the last of them. */
const HEADS = [100, 200, 300, 600]
const TAIL = 10

type Attack = (client: pg.Client) => Promise<unknown>
type Found = { readonly findings: readonly Finding[]; readonly warnings: readonly string[]; readonly records: number; readonly signed: number }

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
  await fillLog(database, 'population', HEADS, key, TAIL)
  await fillLog(database, 'credit', [50], key)
})
afterAll(async () => database.drop())

/** What the verifier finds after the attack, which is then taken back. `outside`: notes that an auditor kept. */
async function after(attack: Attack, outside: readonly string[] = []): Promise<Found> {
  return asRole(database.superuserUrl, async (client) => {
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
}

const sql = (...statements: readonly string[]): Attack => async (client) => {
  for (const statement of statements) await client.query(statement)
}
const kinds = (found: Found): readonly (readonly [string, number | undefined])[] => found.findings.map(({ kind, seq }) => [kind, seq])
const leavesOf = async (client: pg.Client): Promise<readonly Buffer[]> => (await client.query<{ leaf: Buffer }>(`SELECT leaf FROM audit.record WHERE log = 'population' ORDER BY seq`)).rows.map(({ leaf }) => leaf)
/** One letter of the text: still canonical JSON of the same length. */
const FORGED = `convert_to(replace(convert_from(leaf, 'UTF8'), 'officer-1', 'officer-2'), 'UTF8')`
const forge = (seq: number): string => `UPDATE audit.record SET leaf = ${FORGED}, leaf_hash = sha256('\\x00'::bytea || ${FORGED}) WHERE log = 'population' AND seq = ${seq}`
/** Tiles over the rows as they are now, as the writer would make them. */
const newTiles: Attack = async (client) => {
  const hashes = (await leavesOf(client)).slice(0, 600).map(handLeafHash)
  await client.query(`DELETE FROM audit.tile WHERE log = 'population'`)
  for (const { level, place, hashes: bytes } of handTiles(hashes)) await client.query(`INSERT INTO audit.tile VALUES ('population', $1, $2, $3)`, [level, place, bytes])
}
/** All later records get a number that is higher or lower by one. */
const shift = (from: number, by: 1 | -1): readonly string[] => [
  `UPDATE audit.record SET seq = -(seq + (${by})) WHERE log = 'population' AND seq >= ${from}`,
  `UPDATE audit.record SET seq = -seq WHERE log = 'population' AND seq < 0`,
]
const insert = (seq: number, log = 'population'): Attack => async (client) => {
  const [leaf] = handLeaves(log, 1)
  await client.query(
    `INSERT INTO audit.record SELECT $1, $2, (convert_from($3, 'UTF8')::json ->> 'id')::uuid, (convert_from($3, 'UTF8')::json ->> 'at')::timestamptz, $3, sha256('\\x00'::bytea || $3)`,
    [log, seq, leaf],
  )
}

describe('one byte of one column of one record', () => {
  it.each([
    ['leaf', `leaf = set_byte(leaf, 20, get_byte(leaf, 20) # 1)`],
    ['leaf, still canonical', `leaf = ${FORGED}`],
    ['leaf, no UTF-8 any more', `leaf = set_byte(leaf, 20, 255)`],
    ['leaf and its hash', `leaf = ${FORGED}, leaf_hash = sha256('\\x00'::bytea || ${FORGED})`],
    ['leaf_hash', `leaf_hash = set_byte(leaf_hash, 31, get_byte(leaf_hash, 31) # 1)`],
    ['id', `id = overlay(id::text PLACING CASE WHEN right(id::text, 1) = '0' THEN '1' ELSE '0' END FROM 36)::uuid`],
    ['at', `at = at + interval '1 microsecond'`],
    ['at, to the end of time', `at = 'infinity'`],
  ])('%s', async (what, change) => {
    // At the edges of heads and tiles; what the text itself says, at all of them.
    for (const seq of what === 'leaf' || what === 'leaf and its hash' ? [0, 99, 100, 257, 599] : [100, 599]) {
      expect(kinds(await after(sql(`UPDATE audit.record SET ${change} WHERE log = 'population' AND seq = ${seq}`))), String(seq)).toEqual([['altered', seq]])
    }
  })
  it('seq: the record is named, and its new place', async () => {
    const found = await after(sql(`UPDATE audit.record SET seq = 1017 WHERE log = 'population' AND seq = 17`))
    expect(kinds(found)).toEqual([['re-ordered', 17]])
    expect(found.findings[0]?.sentence).toMatch(/^Record population#1017 \(id [0-9a-f-]{36}\) was re-ordered: the head of size 100 .* at place 17, which is empty now\.$/)
  })
  it('log: gone here, and strange there', async () => {
    expect(kinds(await after(sql(`UPDATE audit.record SET log = 'credit' WHERE log = 'population' AND seq = 55`)))).toEqual([['inserted', 55], ['removed', 55]])
    expect(kinds(await after(sql(`UPDATE audit.record SET log = 'populatiom' WHERE log = 'population' AND seq = 17`)))).toEqual([['inserted', 17], ['removed', 17]])
  })
  it('says record, id and what in one sentence', async () => {
    const found = await after(sql(forge(257)))
    expect(found.findings[0]).toMatchObject({ log: 'population', kind: 'altered', seq: 257 })
    expect(found.findings[0]?.sentence).toBe(`Record population#257 (id ${found.findings[0]?.id}) was altered: its text is not the one that the head of size 300 (the head kept in the database) was signed with.`)
  })
})

describe('removed, inserted, re-ordered', () => {
  it.each([
    ['one record', [`DELETE FROM audit.record WHERE log = 'population' AND seq = 150`], ['removed', 150]],
    ['one record, the others moved up and the size set back', [`DELETE FROM audit.record WHERE log = 'population' AND seq = 150`, ...shift(151, -1), `UPDATE audit.log SET size = size - 1 WHERE name = 'population'`], ['removed', 150]],
    ['twenty records, the others moved up', [`DELETE FROM audit.record WHERE log = 'population' AND seq BETWEEN 150 AND 169`, ...Array.from({ length: 20 }, () => shift(151, -1)).flat()], ['removed', 150]],
    ['the last signed record and all after it', [`DELETE FROM audit.record WHERE log = 'population' AND seq >= 599`], ['removed', 599]],
    ['every record', [`DELETE FROM audit.record WHERE log = 'population'`], ['removed', 0]],
    ['one record after the last head, but not the last', [`DELETE FROM audit.record WHERE log = 'population' AND seq = 605`], ['removed', 605]],
    ['the last record, the size as it was', [`DELETE FROM audit.record WHERE log = 'population' AND seq = 609`], ['removed', 609]],
  ] as const)('%s', async (_, statements, expected) => {
    expect(kinds(await after(sql(...statements)))[0]).toEqual(expected)
  })
  it('an inserted record, the others moved down and the size raised', async () => {
    const found = await after(async (client) => {
      await sql(...shift(150, 1), `UPDATE audit.log SET size = size + 1 WHERE name = 'population'`)(client)
      await insert(150)(client)
    })
    expect(kinds(found)).toEqual([['inserted', 150]])
  })
  it('an inserted record with a number that is taken, whichever of the two comes first', async () => {
    for (const seq of [0, 17, 99, 100, 599]) {
      const found = await after(async (client) => {
        await client.query('ALTER TABLE audit.record DROP CONSTRAINT record_log_seq_pk')
        await insert(seq)(client)
      })
      expect(kinds(found), String(seq)).toEqual([['inserted', seq]])
    }
  })
  it('inserted records below 0 and above the end', async () => {
    expect(kinds(await after(insert(-5)))).toEqual([['inserted', -5]])
    expect(kinds(await after(insert(610)))).toEqual([['inserted', 610]])
    expect(kinds(await after(insert(2_000)))).toEqual([['inserted', 2_000]])
    for (const seq of ['9223372036854775807', '-9223372036854775808']) expect(kinds(await after(sql(`UPDATE audit.record SET seq = ${seq} WHERE log = 'population' AND seq = 609`))), seq).toEqual([[seq.startsWith('-') ? 'inserted' : 'removed', seq.startsWith('-') ? Number(seq) : 609]])
  })
  it('a record put in twice, its number the next one', async () => {
    const found = await after(sql(`ALTER TABLE audit.record DROP CONSTRAINT record_id`, `INSERT INTO audit.record SELECT log, 610, id, at, leaf, leaf_hash FROM audit.record WHERE log = 'population' AND seq = 17`, `UPDATE audit.log SET size = 611 WHERE name = 'population'`))
    expect(kinds(found)).toEqual([['inserted', 610]])
    expect(found.findings[0]?.sentence).toContain('record population#17 has the same id')
  })
  it('two records that changed places, near and far', async () => {
    for (const [a, b] of [[5, 6], [5, 599], [120, 580]] as const) {
      const found = await after(sql(`UPDATE audit.record SET seq = CASE seq WHEN ${a} THEN -${b} ELSE -${a} END WHERE log = 'population' AND seq IN (${a}, ${b})`, `UPDATE audit.record SET seq = -seq WHERE seq < 0`))
      expect(found.findings.map(({ seq }) => seq)).toEqual([a])
      expect(found.findings[0]?.kind, `${a} and ${b}`).toBe('re-ordered')
    }
  })
})

describe('a consistent rewrite of record, hash and tiles', () => {
  it('is found by the heads, which the attacker cannot sign; the range between two heads is named', async () => {
    const found = await after(async (client) => {
      await sql(forge(250))(client)
      await newTiles(client)
    })
    expect(kinds(found)).toEqual([['altered', 200]])
    expect(found.findings[0]?.sentence).toBe('Among the records population#200 to population#299 at least one was altered, removed, inserted or re-ordered: they are not what was signed at size 300 (the head kept in the database). The tiles do not lead to this head either, so that the record cannot be named.')
  })
  it('with heads signed by a key of the attacker', async () => {
    const found = await after(async (client) => {
      await sql(forge(250), `DELETE FROM audit.checkpoint WHERE log = 'population' AND size > 200`)(client)
      await newTiles(client)
      const root = handRoot((await leavesOf(client)).slice(0, 600).map(handLeafHash))
      await client.query(`INSERT INTO audit.checkpoint (log, size, root, note) VALUES ('population', 600, $1, $2)`, [root, handNote('population', 600, root, handKey())])
    })
    expect(kinds(found)).toEqual([['head', undefined]])
    expect(found.findings[0]?.sentence).toBe('The head kept at size 600 carries no signature of a key that was given for it.')
  })
  it('with all heads removed', async () => {
    const found = await after(async (client) => {
      await sql(forge(250), `DELETE FROM audit.checkpoint WHERE log = 'population'`, `DELETE FROM audit.tile WHERE log = 'population'`)(client)
    })
    expect(kinds(found)).toEqual([['unsigned', undefined]])
  })
  it('with the heads above it removed: by the tiles, unless these are cut too', async () => {
    const cut = sql(forge(250), `DELETE FROM audit.checkpoint WHERE log = 'population' AND size > 200`)
    expect(kinds(await after(cut))).toEqual([['tile', undefined]])
    expect(kinds(await after(async (client) => {
      await cut(client)
      await sql(`DELETE FROM audit.tile WHERE log = 'population' AND (level > 0 OR place > 0)`, `UPDATE audit.tile SET hashes = substring(hashes FROM 1 FOR 200 * 32) WHERE log = 'population'`)(client)
    }))).toEqual([])
  })
})

describe('heads', () => {
  it.each([
    ['its column root', `root = set_byte(root, 0, get_byte(root, 0) # 1)`, 'was signed with another root'],
    ['its column size', `size = 301`, 'was signed at size 300'],
    ['one letter of its note', `note = replace(note, E'\\n300\\n', E'\\n301\\n')`, 'has a signature that does not verify'],
    ['the note of another head', `note = (SELECT note FROM audit.checkpoint WHERE log = 'population' AND size = 200)`, 'was signed at size 200'],
    ['the note of another log', `note = (SELECT note FROM audit.checkpoint WHERE log = 'credit')`, 'is a head of another log'],
    ['its log', `log = 'gateway'`, 'is a head of another log'],
  ])('altered in %s', async (_, change, sentence) => {
    const found = await after(sql(`UPDATE audit.checkpoint SET ${change} WHERE log = 'population' AND size = 300`))
    expect(found.findings.map(({ kind }) => kind)).toEqual(['head'])
    expect(found.findings[0]?.sentence).toContain(sentence)
  })
  it('the newest removed: the tiles reach further', async () => {
    const found = await after(sql(`DELETE FROM audit.checkpoint WHERE log = 'population' AND size = 600`))
    expect(found.findings.map(({ sentence }) => sentence)).toEqual(['The tiles reach further than the newest head, which is at size 300: newer heads were removed, or hashes were added to the tiles.'])
  })
  it('one kept twice, and two of one size with different roots', async () => {
    const twice = await after(sql('ALTER TABLE audit.checkpoint DROP CONSTRAINT checkpoint_log_size_pk', `INSERT INTO audit.checkpoint SELECT * FROM audit.checkpoint WHERE log = 'population' AND size = 300`))
    expect(twice.findings.map(({ sentence }) => sentence)).toEqual(['The head kept at size 300 is there twice.'])
    const forked = await after(async (client) => {
      await client.query('ALTER TABLE audit.checkpoint DROP CONSTRAINT checkpoint_log_size_pk')
      const root = handRoot(handLeaves('population', 300).map(handLeafHash))
      await client.query(`INSERT INTO audit.checkpoint (log, size, root, note, kept_at) VALUES ('population', 300, $1, $2, 'infinity')`, [root, handNote('population', 300, root, key)])
    })
    expect(forked.findings.map(({ sentence }) => sentence)).toEqual(['The head kept at size 300 is there twice with different roots, both signed: the log has shown two different pasts.'])
  })
  it('one that was signed over another past', async () => {
    const found = await after(async (client) => {
      const root = handRoot(handLeaves('population', 250).map(handLeafHash))
      await client.query(`INSERT INTO audit.checkpoint (log, size, root, note) VALUES ('population', 250, $1, $2)`, [root, handNote('population', 250, root, key)])
    })
    expect(found.findings.map(({ kind }) => kind)).toEqual(['head'])
    expect(found.findings[0]?.sentence).toContain('the log has shown two different pasts')
  })
})

describe('tiles', () => {
  it.each([
    ['altered', `UPDATE audit.tile SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) WHERE log = 'population' AND level = 0 AND place = 1`, 'Tile 0/1 was altered'],
    ['altered above', `UPDATE audit.tile SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) WHERE log = 'population' AND level = 1`, 'Tile 1/0 was altered'],
    ['shortened', `UPDATE audit.tile SET hashes = substring(hashes FROM 1 FOR 64) WHERE log = 'population' AND level = 0 AND place = 1`, 'Tile 0/1 holds 2 of the 256 hashes'],
    ['removed', `DELETE FROM audit.tile WHERE log = 'population' AND level = 0 AND place = 1`, '1 tile below the newest head is missing'],
  ])('%s: proofs cannot be made, the records are as signed', async (_, statement, sentence) => {
    const found = await after(sql(statement))
    expect(found.findings.map(({ kind }) => kind)).toEqual(['tile'])
    expect(found.findings[0]?.sentence).toContain(sentence)
    expect(found.findings[0]?.sentence).toContain('The records are as signed.')
  })
})

describe('a whole log', () => {
  it('exchanged for another, heads and tiles with it', async () => {
    const swap = (table: string): readonly string[] => ['population', 'credit', 'between'].map((log, n, all) => `UPDATE audit.${table} SET log = '${all[(n + 2) % 3] ?? ''}' WHERE log = '${log}'`)
    const found = await after(sql(...['record', 'checkpoint', 'tile'].flatMap(swap), `UPDATE audit.log SET size = CASE name WHEN 'credit' THEN 610 ELSE 50 END WHERE name IN ('population', 'credit')`))
    expect(kinds(found).filter(([kind]) => kind === 'altered')).toEqual([['altered', 0], ['altered', 0]])
    expect(found.findings[0]?.sentence).toContain('its text is of another log')
  })
  it('removed, and with its name', async () => {
    expect(kinds(await after(sql(`DELETE FROM audit.log WHERE name = 'population'`)))).toEqual([['log', undefined], ['inserted', 0], ['log', undefined], ['log', undefined]])
    expect(kinds(await after(sql(...['record', 'checkpoint', 'tile'].map((table) => `DELETE FROM audit.${table} WHERE log = 'population'`), `DELETE FROM audit.log WHERE name = 'population'`)))).toEqual([['log', undefined]])
  })
  it('whose size was set back below a signed head', async () => {
    expect(kinds(await after(sql(`UPDATE audit.log SET size = 500 WHERE name = 'population'`)))).toEqual([['inserted', 600], ['size', undefined]])
  })
  it('with a name that would write to the terminal', async () => {
    const found = await after(sql(`ALTER TABLE audit.log DROP CONSTRAINT log_name`, `INSERT INTO audit.checkpoint VALUES (E'\\u001b[2J\\u202epopul\\u0430tion', 1, sha256(''), 'x')`))
    expect(found.findings.map(({ sentence }) => sentence)).toEqual(['Heads are kept of a log \\u001b[2J\\u202epopul\\u0430tion that is not there.'])
  })
  it('shown through a view, or through row security', async () => {
    const seen = await after(sql('ALTER TABLE audit.record RENAME TO record_behind', 'CREATE VIEW audit.record AS SELECT * FROM audit.record_behind', 'GRANT SELECT ON audit.record TO PUBLIC'))
    expect(seen.findings.map(({ sentence }) => sentence)).toEqual(['audit.record is not the plain table that the migrations made: what it shows cannot be trusted.'])
    const hidden = await after(sql('ALTER TABLE audit.record ENABLE ROW LEVEL SECURITY', 'CREATE POLICY hides ON audit.record USING (seq < 17)'))
    expect(hidden.findings.map(({ kind }) => kind)).toEqual(['database'])
  })
  it('whose triggers were switched off is good but warned of', async () => {
    const found = await after(sql('ALTER TABLE audit.record DISABLE TRIGGER record_is_append_only'))
    expect(found.findings).toEqual([])
    expect(found.warnings).toHaveLength(1)
    expect(found.warnings[0]).toContain('The trigger record_is_append_only on audit.record')
  })
})

describe('heads that were kept outside', () => {
  /** The head of size 600 as an auditor fetched it before the attack. */
  const outside = (): Promise<string> =>
    asRole(database.query, async (client) => (await client.query<{ note: string }>(`SELECT note FROM audit.checkpoint WHERE log = 'population' AND size = 600`)).rows[0]?.note ?? '')
  /** Everything above 200 is cut away with its heads and tiles. */
  const cutBack: Attack = async (client) => {
    await sql(`DELETE FROM audit.record WHERE log = 'population' AND seq >= 200`, `DELETE FROM audit.checkpoint WHERE log = 'population' AND size > 200`, `UPDATE audit.log SET size = 200 WHERE name = 'population'`)(client)
    await newTiles(client)
  }
  /** The writer's own key signs a rewritten log: whoever holds it can do that. */
  const rewritten: Attack = async (client) => {
    await sql(forge(250), `DELETE FROM audit.checkpoint WHERE log = 'population' AND size > 200`)(client)
    await newTiles(client)
    const root = handRoot((await leavesOf(client)).slice(0, 600).map(handLeafHash))
    await client.query(`INSERT INTO audit.checkpoint (log, size, root, note) VALUES ('population', 600, $1, $2)`, [root, handNote('population', 600, root, key)])
  }

  it('agree with a log that was not touched', async () => {
    expect(kinds(await after(sql('SELECT 1'), [await outside()]))).toEqual([])
  })
  it('show a log that was cut back with its heads; without them it looks whole', async () => {
    expect(kinds(await after(cutBack))).toEqual([])
    const found = await after(cutBack, [await outside()])
    expect(kinds(found)).toEqual([['removed', 200], ['size', undefined]])
    expect(found.findings[0]?.sentence).toContain('a head of size 600 was signed (file 0)')
  })
  it('show a log that was rewritten and signed anew with its own key; without them it looks whole', async () => {
    expect(kinds(await after(rewritten))).toEqual([])
    const found = await after(rewritten, [await outside()])
    expect(found.findings).toHaveLength(1)
    expect(found.findings[0]?.sentence).toContain('(file 0)')
  })
})

describe('what cannot be found in the database alone', () => {
  it('is the removal of the newest records after the last head, when the size is set back too', async () => {
    const found = await after(sql(`DELETE FROM audit.record WHERE log = 'population' AND seq >= 605`, `UPDATE audit.log SET size = 605 WHERE name = 'population'`))
    expect(found).toMatchObject({ findings: [], records: 605, signed: 600 })
  })
  it('is a consistent rewrite of a record after the last head', async () => {
    expect((await after(sql(forge(605)))).findings).toEqual([])
  })
})

describe('an untouched copy', () => {
  it('is good', async () => {
    expect(await after(sql('SELECT 1'))).toMatchObject({ findings: [], warnings: [], records: 610, signed: 600 })
  })
  it('is read without the right to change anything', async () => {
    await withSnapshot(database.owner, async (client) => {
      for await (const batch of databaseSource(client, 'population', 610).rows()) {
        expect(batch.length).toBeGreaterThan(0)
        break
      }
      await expect(client.query(`UPDATE audit.log SET size = size + 1`)).rejects.toThrow('read-only')
    })
  })
})
