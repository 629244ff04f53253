// What a superuser who knows our code can do to records with SQL, triggers off: each is found, and the first record is named.
// Heads, tiles and whole logs: tampered-logs.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { handKey, handLeafHash, handNote, handRoot } from '../support/hand-made-log.ts'
import { forge, FORGED, insert, kinds, leavesOf, newTiles, shift, signedLogs, sql, type SignedLogs } from '../support/tampered-log.ts'

let logs: SignedLogs
beforeAll(async () => {
  logs = await signedLogs()
})
afterAll(async () => logs.database.drop())
const after: SignedLogs['after'] = (...attack) => logs.after(...attack)

describe('one byte of one record', () => {
  it.each([
    ['leaf', `leaf = set_byte(leaf, 20, get_byte(leaf, 20) # 1)`],
    ['leaf, still canonical', `leaf = ${FORGED}`],
    ['leaf, no UTF-8 any more', `leaf = set_byte(leaf, 20, 255)`],
    ['its id', `leaf = set_byte(leaf, position('"id":"'::bytea IN leaf) + 40, get_byte(leaf, position('"id":"'::bytea IN leaf) + 40) # 1)`],
    ['its last byte', `leaf = set_byte(leaf, octet_length(leaf) - 1, 93)`],
    ['one byte less', `leaf = substring(leaf FROM 1 FOR octet_length(leaf) - 1)`],
    ['nothing left of it', `leaf = ''`],
  ])('%s', async (what, change) => {
    // At the edges of heads and tiles; what the text itself says, at all of them.
    for (const seq of what === 'leaf' || what === 'leaf, still canonical' ? [0, 99, 100, 257, 599] : [100, 599]) {
      expect(kinds(await after(sql(`UPDATE unpacked SET ${change} WHERE log = 'population' AND seq = ${seq}`))), String(seq)).toEqual([['altered', seq]])
    }
  })
  it('seq: the record is named, and its new place', async () => {
    const found = await after(sql(`UPDATE unpacked SET seq = 1017 WHERE log = 'population' AND seq = 17`))
    expect(kinds(found)).toEqual([['re-ordered', 17]])
    expect(found.findings[0]?.sentence).toMatch(/^Record population#1017 \(id [0-9a-f-]{36}\) was re-ordered: the head of size 100 .* at place 17, which is empty now\.$/)
  })
  it('log: gone here, and strange there', async () => {
    expect(kinds(await after(sql(`UPDATE unpacked SET log = 'credit' WHERE log = 'population' AND seq = 55`)))).toEqual([['inserted', 55], ['removed', 55]])
    expect(kinds(await after(sql(`UPDATE unpacked SET log = 'populatiom' WHERE log = 'population' AND seq = 17`)))).toEqual([['inserted', 17], ['removed', 17]])
  })
  it('says record, id and what in one sentence', async () => {
    const found = await after(sql(forge(257)))
    expect(found.findings[0]).toMatchObject({ log: 'population', kind: 'altered', seq: 257 })
    expect(found.findings[0]?.sentence).toBe(`Record population#257 (id ${found.findings[0]?.id}) was altered: its text is not the one that the head of size 300 (the head kept in the database) was signed with.`)
  })
})

describe('removed, inserted, re-ordered', () => {
  it.each([
    ['one record', [`DELETE FROM unpacked WHERE log = 'population' AND seq = 150`], ['removed', 150]],
    ['one record, the others moved up and the size set back', [`DELETE FROM unpacked WHERE log = 'population' AND seq = 150`, ...shift(151, -1), `UPDATE audit.log SET size = size - 1 WHERE name = 'population'`], ['removed', 150]],
    ['twenty records, the others moved up', [`DELETE FROM unpacked WHERE log = 'population' AND seq BETWEEN 150 AND 169`, ...Array.from({ length: 20 }, () => shift(151, -1)).flat()], ['removed', 150]],
    ['the last signed record and all after it', [`DELETE FROM unpacked WHERE log = 'population' AND seq >= 599`], ['removed', 599]],
    ['every record', [`DELETE FROM unpacked WHERE log = 'population'`], ['removed', 0]],
    ['one record after the last head, but not the last', [`DELETE FROM unpacked WHERE log = 'population' AND seq = 605`], ['removed', 605]],
    ['the last record, the size as it was', [`DELETE FROM unpacked WHERE log = 'population' AND seq = 609`], ['removed', 609]],
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
        await client.query('ALTER TABLE audit.run DROP CONSTRAINT run_log_first_pk')
        await insert(seq)(client)
      })
      expect(kinds(found), String(seq)).toEqual([['inserted', seq]])
    }
  })
  it('inserted records below 0 and above the end', async () => {
    expect(kinds(await after(insert(-5)))).toEqual([['inserted', -5]])
    expect(kinds(await after(insert(610)))).toEqual([['inserted', 610]])
    expect(kinds(await after(insert(2_000)))).toEqual([['inserted', 2_000]])
    for (const seq of ['9223372036854775807', '-9223372036854775808']) expect(kinds(await after(sql(`UPDATE unpacked SET seq = ${seq} WHERE log = 'population' AND seq = 609`))), seq).toEqual([[seq.startsWith('-') ? 'inserted' : 'removed', seq.startsWith('-') ? Number(seq) : 609]])
  })
  it('a record put in twice, its number the next one', async () => {
    const found = await after(sql(`INSERT INTO unpacked SELECT log, 610, leaf FROM unpacked WHERE log = 'population' AND seq = 17`, `UPDATE audit.log SET size = 611 WHERE name = 'population'`))
    expect(kinds(found)).toEqual([['inserted', 610]])
    expect(found.findings[0]?.sentence).toContain('record population#17 has the same id')
  })
  it('two records that changed places, near and far', async () => {
    for (const [a, b] of [[5, 6], [5, 599], [120, 580]] as const) {
      const found = await after(sql(`UPDATE unpacked SET seq = CASE seq WHEN ${a} THEN -${b} ELSE -${a} END WHERE log = 'population' AND seq IN (${a}, ${b})`, `UPDATE unpacked SET seq = -seq WHERE seq < 0`))
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
