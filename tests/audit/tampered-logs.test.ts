// What a superuser who knows our code can do to heads, tiles and whole logs with SQL, triggers off: each is found, some of it only by
// a head kept outside. What cannot be found is here too, so that docs/audit.md says it truly. Single records: tampered-records.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseSource, withSnapshot } from '../../audit/verify/database-source.ts'
import { asRole, handLeafHash, handLeaves, handNote, handRoot } from '../support/hand-made-log.ts'
import { forge, kinds, leavesOf, newTiles, signedLogs, sql, type Attack, type SignedLogs } from '../support/tampered-log.ts'

let logs: SignedLogs
beforeAll(async () => {
  logs = await signedLogs()
})
afterAll(async () => logs.database.drop())
const after: SignedLogs['after'] = (...attack) => logs.after(...attack)

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
      await client.query(`INSERT INTO audit.checkpoint (log, size, root, note, kept_at) VALUES ('population', 300, $1, $2, 'infinity')`, [root, handNote('population', 300, root, logs.key)])
    })
    expect(forked.findings.map(({ sentence }) => sentence)).toEqual(['The head kept at size 300 is there twice with different roots, both signed: the log has shown two different pasts.'])
  })
  it('one that was signed over another past', async () => {
    const found = await after(async (client) => {
      const root = handRoot(handLeaves('population', 250).map(handLeafHash))
      await client.query(`INSERT INTO audit.checkpoint (log, size, root, note) VALUES ('population', 250, $1, $2)`, [root, handNote('population', 250, root, logs.key)])
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
    const found = await after(sql(...['run', 'checkpoint', 'tile'].flatMap(swap), `UPDATE audit.log SET size = CASE name WHEN 'credit' THEN 610 ELSE 50 END WHERE name IN ('population', 'credit')`))
    expect(kinds(found).filter(([kind]) => kind === 'altered')).toEqual([['altered', 0], ['altered', 0]])
    expect(found.findings[0]?.sentence).toContain('its text is of another log')
  })
  it('removed, and with its name', async () => {
    expect(kinds(await after(sql(`DELETE FROM audit.log WHERE name = 'population'`)))).toEqual([['log', undefined], ['inserted', 0], ['log', undefined], ['log', undefined]])
    expect(kinds(await after(sql(...['run', 'checkpoint', 'tile'].map((table) => `DELETE FROM audit.${table} WHERE log = 'population'`), `DELETE FROM audit.log WHERE name = 'population'`)))).toEqual([['log', undefined]])
  })
  it('whose size was set back below a signed head', async () => {
    expect(kinds(await after(sql(`UPDATE audit.log SET size = 500 WHERE name = 'population'`)))).toEqual([['inserted', 600], ['size', undefined]])
  })
  it('with a name that would write to the terminal', async () => {
    const found = await after(sql(`ALTER TABLE audit.log DROP CONSTRAINT log_name`, `INSERT INTO audit.checkpoint VALUES (E'\\u001b[2J\\u202epopul\\u0430tion', 1, sha256(''), 'x')`))
    expect(found.findings.map(({ sentence }) => sentence)).toEqual(['Heads are kept of a log \\u001b[2J\\u202epopul\\u0430tion that is not there.'])
  })
  it('shown through a view, or through row security', async () => {
    const seen = await after(sql('ALTER TABLE audit.run RENAME TO run_behind', 'CREATE VIEW audit.run AS SELECT * FROM audit.run_behind', 'GRANT SELECT ON audit.run TO PUBLIC'))
    expect(seen.findings.map(({ sentence }) => sentence)).toEqual(['audit.run is not the plain table that the migrations made: what it shows cannot be trusted.'])
    const hidden = await after(sql('ALTER TABLE audit.run ENABLE ROW LEVEL SECURITY', 'CREATE POLICY hides ON audit.run USING (first < 17)'))
    expect(hidden.findings.map(({ kind }) => kind)).toEqual(['database'])
  })
  it('whose triggers were switched off is good but warned of', async () => {
    const found = await after(sql('ALTER TABLE audit.run DISABLE TRIGGER run_is_append_only'))
    expect(found.findings).toEqual([])
    expect(found.warnings).toHaveLength(1)
    expect(found.warnings[0]).toContain('The trigger run_is_append_only on audit.run')
  })
})

describe('heads that were kept outside', () => {
  /** The head of size 600 as an auditor fetched it before the attack. */
  const outside = (): Promise<string> =>
    asRole(logs.database.query, async (client) => (await client.query<{ note: string }>(`SELECT note FROM audit.checkpoint WHERE log = 'population' AND size = 600`)).rows[0]?.note ?? '')
  /** Everything above 200 is cut away with its heads and tiles. */
  const cutBack: Attack = async (client) => {
    await sql(`DELETE FROM unpacked WHERE log = 'population' AND seq >= 200`, `DELETE FROM audit.checkpoint WHERE log = 'population' AND size > 200`, `UPDATE audit.log SET size = 200 WHERE name = 'population'`)(client)
    await newTiles(client)
  }
  /** The writer's own key signs a rewritten log: whoever holds it can do that. */
  const rewritten: Attack = async (client) => {
    await sql(forge(250), `DELETE FROM audit.checkpoint WHERE log = 'population' AND size > 200`)(client)
    await newTiles(client)
    const root = handRoot((await leavesOf(client)).slice(0, 600).map(handLeafHash))
    await client.query(`INSERT INTO audit.checkpoint (log, size, root, note) VALUES ('population', 600, $1, $2)`, [root, handNote('population', 600, root, logs.key)])
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
    const found = await after(sql(`DELETE FROM unpacked WHERE log = 'population' AND seq >= 605`, `UPDATE audit.log SET size = 605 WHERE name = 'population'`))
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
    await withSnapshot(logs.database.owner, async (client) => {
      for await (const batch of databaseSource(client, 'population', 610).rows()) {
        expect(batch.length).toBeGreaterThan(0)
        break
      }
      await expect(client.query(`UPDATE audit.log SET size = size + 1`)).rejects.toThrow('read-only')
    })
  })
})
