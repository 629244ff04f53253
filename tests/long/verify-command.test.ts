// `citygraph audit …` as an auditor runs it, on the logs that the product itself wrote and signed.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatabaseAddress } from '../../migrations/address.ts'
import { command } from '../support/command.ts'
import { asRole } from '../support/hand-made-log.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'
import { unpacked } from '../support/unpacked-runs.ts'

const folder = mkdtempSync(join(tmpdir(), 'citygraph-audit-'))
let city: RunningCity
let auditKey: string
let recordId: string
let head: string

beforeAll(async () => {
  city = await runningCity({ size: 400 })
  const answers = await Promise.all(Array.from({ length: 20 }, () => city.ask('{ enterprises(first: 3) { nodes { name } } }')))
  // On a machine under load an answer may have been given up (503) whose record is there all the same.
  recordId = answers.flatMap(({ sharing }) => sharing?.records ?? []).find(({ log }) => log === 'enterprises')?.id ?? ''
  await city.ask('{ nonsense }')
  auditKey = JSON.stringify(city.keys.audit.export({ format: 'jwk' }))
  // Stopping signs what is left.
  await city.stop()
  head = await asRole(city.databases.audit.query, async (client) => (await client.query<{ note: string }>(`SELECT note FROM audit.checkpoint WHERE log = 'enterprises' ORDER BY size DESC LIMIT 1`)).rows[0]?.note ?? '')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function urlOf(address: DatabaseAddress): string {
  if ('connectionString' in address) return address.connectionString
  const { host, port, user, password, database } = address
  return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
}
async function audit(args: readonly string[], environment: Readonly<Record<string, string>> = { CITYGRAPH_AUDIT_KEY: auditKey }): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const run = command(['audit', ...args], { AUDIT_DATABASE_URL: urlOf(city.databases.audit.query), CITYGRAPH_FOLDER: folder, ...environment })
  const { code } = await run.ended
  return { code, out: run.out(), err: run.err() }
}
const withFile = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('citygraph audit', () => {
  it('verify: finds good what the product wrote and signed, with the public keys that audit keys prints', async () => {
    const keys = await audit(['keys'])
    expect(keys.out.trim().split('\n').map((line) => line.split('+')[0])).toEqual(['population', 'enterprises', 'credit', 'licenses', 'transport', 'governance', 'gateway'].map((log) => `citygraph/${log}`))
    const { code, out, err } = await audit(['verify', '--keys', withFile('keys', keys.out), '--checkpoint', withFile('head', head)], {})
    expect({ code, err }, out).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^enterprises: good\. 20 records from 2026-03-01T02:00:00\.000Z to 2026-03-01T02:00:00\.000Z\. \d+ heads?, the newest over 20 records, signed by citygraph\/enterprises\+[0-9a-f]{8}\. 1 head kept elsewhere agrees\. No record stands after it\.$/m)
    expect(out).toMatch(/^gateway: good\./m)
    expect(out).toMatch(/^7 logs, all as they were signed\.$/m)
  })

  it('verify: names the record that was altered, and ends with 1', async () => {
    const change = (from: string, to: string): Promise<unknown> => asRole(city.databases.audit.superuserUrl, (client) =>
      client.query(`SET session_replication_role = replica; ${unpacked(`UPDATE unpacked SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '${from}', '${to}'), 'UTF8') WHERE log = 'enterprises' AND seq = 7`)}`))
    await change('"outcome":"ANSWERED"', '"outcome":"ANSWERXD"')
    const { code, out } = await audit(['verify'])
    await change('"outcome":"ANSWERXD"', '"outcome":"ANSWERED"')
    expect(code).toBe(1)
    expect(out).toMatch(/^enterprises: NOT AS IT WAS SIGNED\.\n {2}Record enterprises#7 \(id [0-9a-f-]{36}\) was altered: /m)
    expect(out).toMatch(/Not everything is as it was signed\.\n$/)
    expect((await audit(['verify', '--log', 'enterprises'])).code).toBe(0)
  })

  it('prove: prints what the script in docs checks with the key that audit keys prints', async () => {
    const proof = await audit(['prove', recordId])
    expect(proof.code, proof.err).toBe(0)
    const [key = ''] = (await audit(['keys', '--log', 'enterprises'])).out.trim().split('\n')
    const { status, stdout } = spawnSync(process.execPath, ['docs/check-proof.mjs', key, withFile('proof.json', proof.out)], { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(`^PROVED: record ${recordId} is number \\d+ of the 20 records of enterprises`) })
    const unknown = await audit(['prove', '00000000-0000-7000-8000-000000000000'])
    expect(unknown).toMatchObject({ code: 1, err: 'No log holds a record with this id.\n' })
  })

  it('archive: writes a log that verify --archive finds good without any database', async () => {
    const file = join(folder, 'enterprises.ndjson')
    const written = await audit(['archive', 'enterprises', '--to', file])
    expect(written, written.err).toMatchObject({ code: 0, out: expect.stringContaining('To be kept until 2029-12-31. The log stays in its database.') })
    const verified = await audit(['verify', '--archive', file, '--checkpoint', withFile('head', head)], { CITYGRAPH_AUDIT_KEY: auditKey, AUDIT_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' })
    expect(verified, verified.err).toMatchObject({ code: 0, out: expect.stringContaining('enterprises: good. 20 records') })
    writeFileSync(file, readFileSync(file, 'utf8').replace('ANSWERED', 'ANSWERXD'))
    expect((await audit(['verify', '--archive', file])).code).toBe(1)
    expect(await audit(['archive', 'enterprises', '--to', file])).toMatchObject({ code: 1, err: 'The file is there already; an archive is never written over.\n' })
  })

  it('show: the newest records of every log', async () => {
    const { out } = await audit(['show', '--log', 'enterprises', '--last', '2'])
    expect(out).toMatch(/^enterprises#18 \{"at":.*\}\nenterprises#19 \{"at":.*\}\n$/)
  })

  it('refuses in a sentence what it cannot do', async () => {
    const cases: readonly (readonly [readonly string[], Readonly<Record<string, string>>, number, string])[] = [
      [['verify'], {}, 2, 'Which keys sign the heads?'],
      [['verify', '--log', 'nowhere'], {}, 2, 'A log is one of'],
      [['verify', '--checkpoint', withFile('forged', head.replace('\n20\n', '\n19\n'))], { CITYGRAPH_AUDIT_KEY: auditKey }, 2, 'has a signature that does not verify'],
      [['verify'], { CITYGRAPH_AUDIT_KEY: auditKey, AUDIT_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, 1, 'The audit database cannot be reached.\n'],
      [['constructor'], {}, 2, 'audit verify [--log LOG]'],
      [['verify', '--keys', '/dev/null'], { CITYGRAPH_AUDIT_KEY: auditKey }, 2, '/dev/null holds no key.'],
      [['verify', '--log', 'credit', '--log', 'gateway'], { CITYGRAPH_AUDIT_KEY: auditKey }, 2, '--log may be given once.'],
      [['verify', '--archive', 'a', '--archive', 'b'], { CITYGRAPH_AUDIT_KEY: auditKey }, 2, '--archive may be given once.'],
      [['verify', '--archive', 'a', '--log', 'credit'], { CITYGRAPH_AUDIT_KEY: auditKey }, 2, '--archive and --log do not go together'],
      [['verify', '--archive', '/nope'], { CITYGRAPH_AUDIT_KEY: auditKey }, 2, '/nope cannot be read.'],
      [['verify', '--log', 'credit', '--checkpoint', withFile('head', head)], { CITYGRAPH_AUDIT_KEY: auditKey }, 2, 'not of the log credit that --log names'],
      [['archive', 'credit', '--to', '/nope/x'], { CITYGRAPH_AUDIT_KEY: auditKey }, 2, 'The folder of /nope/x is not there.'],
      [['prove', 'xyz'], { CITYGRAPH_AUDIT_KEY: auditKey }, 2, 'A record\'s id is a UUID'],
      [['show', '--last', '-1'], {}, 2, '--last needs a value that does not begin with a hyphen'],
      [['verify'], { CITYGRAPH_AUDIT_KEY: auditKey, AUDIT_DATABASE_URL: urlOf(city.databases.audit.writer('credit')) }, 1, 'The role of this address may not read the audit database, or row security hides rows from it.\n'],
    ]
    const ended = await Promise.all(cases.map(([args, environment]) => audit(args, environment)))
    cases.forEach(([, , code, err], n) => expect(ended[n]).toMatchObject({ code, err: expect.stringContaining(err) }))
  })
})
