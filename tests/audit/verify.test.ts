// The verifier on logs that are as they were signed, of many sizes; and on what may be written by whoever attacks it.

import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalJson } from '../../audit/canonical-json.ts'
import { plainFacts } from '../../audit/verify/canonical-scan.ts'
import { databaseSource, listedLogs, withSnapshot } from '../../audit/verify/database-source.ts'
import { growingTree } from '../../audit/verify/growing-tree.ts'
import { microseconds, readLeaf } from '../../audit/verify/leaf-facts.ts'
import { printable } from '../../audit/verify/printable.ts'
import { openHead, openNote, readVerifierKey } from '../../audit/verify/signed-head.ts'
import { verifyDatabase } from '../../audit/verify/verify-database.ts'
import { verifyLog } from '../../audit/verify/verify-log.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { fillLog, handKey, handLeafHash, handLeaves, handNote, handRoot, handSigned } from '../support/hand-made-log.ts'

let database: TestDatabase
const key = handKey()
const keys = ['population', 'credit', 'gateway'].map((log) => readVerifierKey(key.vkey(log)))
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, 'migrations/audit/sql', { domain: 'audit' })
})
afterAll(async () => database.drop())

describe('the verifier', () => {
  it('finds a log good that is as it was signed, and says how many records stand after the newest head', async () => {
    await fillLog(database, 'population', [1, 2, 3, 255, 256, 257, 600], key, 7)
    await fillLog(database, 'gateway', [513], key)
    const verdict = await withSnapshot(database.query, (client) => verifyDatabase(client, { keys, outside: [], expected: ['population', 'gateway'] }))
    expect(verdict.findings).toEqual([])
    expect(verdict.warnings).toEqual([])
    expect(verdict.verdicts.flatMap(({ findings }) => findings)).toEqual([])
    expect(verdict.verdicts.filter(({ records }) => records > 0).map(({ log, records, heads, signed }) => ({ log, records, heads, signed }))).toEqual([
      { log: 'gateway', records: 513, heads: 1, signed: 513 },
      { log: 'population', records: 607, heads: 7, signed: 600 },
    ])
    expect(verdict.verdicts.find(({ log }) => log === 'population')?.times).toEqual({ from: microseconds('2026-03-01T02:00:00Z'), to: microseconds('2026-03-01T02:10:06.000Z') })
  })

  it('calls a log missing that must be there', async () => {
    const verdict = await withSnapshot(database.query, (client) => verifyDatabase(client, { keys, outside: [], expected: ['population', 'nowhere'] }))
    expect(verdict.findings.map(({ sentence }) => sentence)).toEqual(['The log nowhere is not there: it was removed, or never opened in this database.'])
  })

  it('trusts no head without the key that signed it', async () => {
    const other = ['population'].map((log) => readVerifierKey(handKey().vkey(log)))
    const verdict = await withSnapshot(database.query, async (client) => verifyLog(databaseSource(client, 'population', (await listedLogs(client)).get('population') ?? 0), { keys: other }))
    expect(verdict.heads).toBe(0)
    expect(verdict.findings.map(({ kind }) => kind)).toEqual(['unsigned', 'head', 'head', 'head', 'head', 'head', 'head'])
    expect(verdict.findings.at(1)?.sentence).toBe('The head kept at size 1 carries no signature of a key that was given for it.')
  })

  it('computes the root of a growing tree as RFC 9162 defines it, at every size', () => {
    const hashes = Array.from({ length: 70 }, (_, n) => handLeafHash(Buffer.from([n])))
    const tree = growingTree()
    expect(tree.root().equals(handRoot([]))).toBe(true)
    hashes.forEach((hash, n) => {
      tree.push(hash)
      expect(tree.root().equals(handRoot(hashes.slice(0, n + 1)))).toBe(true)
    })
  })
})

describe('a signed head', () => {
  const root = handRoot([handLeafHash(Buffer.from('x'))])
  const note = handNote('population', 1, root, key)
  const signed = (body: string): string => handSigned(`citygraph/population\n${body}`, key, 'citygraph/population')
  const bad: readonly (readonly [string, string])[] = [
    ['is not a signed note', note.slice(0, -1)],
    ['is not a signed note', note.replace('\n\n', '\n')],
    ['is not a signed note', note.replace('citygraph/population\n', 'citygraph/population\r\n')],
    ['is not a signed note', `\ud800${note}`],
    ...[['01', root], ['+1', root], ['', root], ['9999999999999999', root], ['1', root.subarray(4)]].map(([size, hash]) => ['is not a checkpoint', signed(`${String(size)}\n${Buffer.from(hash ?? '').toString('base64')}\n`)] as const),
    ['is not a checkpoint', signed(`1\n${root.toString('base64').replace('=', '')}\n`)],
    ['is not a checkpoint', signed(`1\n`)],
    ['is not a checkpoint', signed(`1\n${root.toString('base64')}\n\nmore\n`)],
    ['has a signature that does not verify', note.replace('\n1\n', '\n2\n')],
    ['has a line that is no signature', note.replace('\u2014 ', '- ')],
    ['has a line that is no signature', `${note}more\n`],
    ['carries no signature of a key that was given for it', handNote('population', 1, root, handKey())],
    ['carries no signature of a key that was given for it', handNote('population', 1, root, key, 'citygraph/credit-')],
  ]
  it('opens with the key that signed it', () => {
    expect(openHead(note, keys)).toMatchObject({ origin: 'citygraph/population', size: 1, root })
  })
  it.each(bad)('%s', (sentence, text) => {
    expect(() => openHead(text, keys)).toThrow(sentence)
  })
  it('opens with further signatures of keys that nobody gave', () => {
    const witness = handNote('population', 1, root, handKey()).split('\n\n')[1] ?? ''
    expect(openHead(`${note}${witness}`, keys).size).toBe(1)
  })
  it('opens the public example of the note format', () => {
    // golang.org/x/mod/sumdb/note, documentation of the package.
    const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
    const text = 'If you think cryptography is the answer to your problem,\nthen you don\'t know what your problem is.\n'
    const signature = '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM='
    expect(openNote(`${text}\n${signature}\n`, [readVerifierKey(vkey)])).toMatchObject({ text, signers: [{ name: 'PeterNeumann' }] })
    expect(() => openNote(`${text.replace('think', 'thinx')}\n${signature}\n`, [readVerifierKey(vkey)])).toThrow('does not verify')
  })
  it('refuses keys whose id does not belong to them', () => {
    expect(() => readVerifierKey(key.vkey('population').replace('population', 'credit'))).toThrow('The id of the key')
    expect(() => readVerifierKey('nonsense')).toThrow('not of the form')
  })
})

describe('a leaf', () => {
  const text = '{"at":"2026-03-01T02:00:00.000Z","id":"0195500a-0000-7000-8000-000000000001","log":"credit","z":{"10":1,"9":[1.5,"\u00e9"]}}'
  it('is read when it is canonical', () => {
    expect(readLeaf(Buffer.from(text))).toEqual({ at: microseconds('2026-03-01T02:00:00Z'), id: '0195500a-0000-7000-8000-000000000001', log: 'credit' })
  })
  it.each([
    ['is not text', Buffer.from([0x7b, 0xff, 0x7d])],
    ['is not a JSON object', Buffer.from('[1]')],
    ['is not a JSON object', Buffer.from('{')],
    ['is not in the canonical form of RFC 8785', Buffer.from(text.replace(':"credit"', ': "credit"'))],
    ['is not in the canonical form of RFC 8785', Buffer.from(text.replace('{"at"', '{"b":1,"at"'))],
    ['is not in the canonical form of RFC 8785', Buffer.from(text.replace('"log":', '"log":"x","log":'))],
    ['is not in the canonical form of RFC 8785', Buffer.from(text.replace('1.5', '1.50'))],
    ['is not in the canonical form of RFC 8785', Buffer.from(`{"a":${'['.repeat(400_000)}${']'.repeat(400_000)}}`)],
    ['names no id', Buffer.from('{}')],
    ['names no time', Buffer.from(text.replace('2026-03-01T', '2026-03-01 '))],
  ])('%s', (fault, leaf) => {
    expect(readLeaf(leaf)).toBe(fault)
  })
})

describe('the quick look over a leaf', () => {
  const member = fc.oneof(fc.constantFrom('a', 'b', 'ab', 'id', 'at', 'log', '1', '10', '9', 'é'), fc.string({ maxLength: 4 }))
  const json = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.string({ maxLength: 6 }), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(member, tie('value'), { maxKeys: 4 })),
  })).value
  const record = fc.record({ id: fc.uuid(), at: fc.constant('2026-03-01T02:00:00.000Z'), log: fc.constantFrom('credit', 'population'), rest: json })

  it('accepts nothing that is not canonical, however a byte is changed, and finds what JSON.parse finds', () => {
    let plain = 0
    fc.assert(
      fc.property(record, fc.nat(), fc.integer({ min: 0x20, max: 0x7e }), fc.constantFrom('as it is', 'changed', 'put in', 'left out'), (value, place, byte, how) => {
        const text = canonicalJson(value)
        const at = place % text.length
        const letter = String.fromCharCode(byte)
        const other = how === 'as it is' ? text : `${text.slice(0, at)}${how === 'left out' ? '' : letter}${text.slice(how === 'put in' ? at : at + 1)}`
        const facts = plainFacts(Buffer.from(other, 'utf8'))
        if (facts === undefined) return
        plain += 1
        const parsed: unknown = JSON.parse(other)
        expect(canonicalJson(parsed)).toBe(other)
        expect(parsed).toMatchObject(facts)
      }),
      { numRuns: 5_000, verbose: 0 },
    )
    expect(plain).toBeGreaterThan(500)
  })
  it('knows every record that the product writes', () => {
    expect(handLeaves('population', 50).every((leaf) => plainFacts(leaf) !== undefined)).toBe(true)
  })
})

describe('what is printed', () => {
  it('holds nothing that moves a cursor, runs backwards or looks like another letter', () => {
    expect(printable('a\u001b[2Jb\r\n\u202e\u0430\u009b\ud83d\ude00')).toBe('a\\u001b[2Jb\\u000d\\u000a\\u202e\\u0430\\u009b\\ud83d\\ude00')
    expect(printable('x'.repeat(300), 10)).toBe('xxxxxxxxxx...')
  })
})

describe('independence', () => {
  it('of the writer: audit/verify imports nothing of ours but itself and core', () => {
    const offences = readdirSync('audit/verify').flatMap((file) =>
      readFileSync(`audit/verify/${file}`, 'utf8')
        .split('\n')
        .flatMap((line) => (/^import\b|^export .* from |\bimport\(|\brequire\(/.test(line) ? [/'([^']+)'/.exec(line)?.[1] ?? line] : []))
        .filter((target) => !/^\.\/[a-z0-9-]+\.ts$|^node:|^pg$|^pg-copy-streams$|^\.\.\/\.\.\/core\//.test(target))
        .map((target) => `${file} imports ${target}`),
    )
    expect(readdirSync('audit/verify').length).toBeGreaterThan(10)
    expect(offences).toEqual([])
  })
})
