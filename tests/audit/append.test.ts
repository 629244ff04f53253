// The one way into a log, on a real PostgreSQL: gapless, durable, and closed to everyone else.

import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { leafHash } from '../../audit/leaf.ts'
import { openAuditLog } from '../../audit/postgres-log.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import type { DatabaseAddress } from '../../migrations/address.ts'
import { registerWriter } from '../../migrations/audit/register-writer.ts'
import { accessRecord } from '../support/access-record.ts'
import { createDatabase, type TestDatabase } from '../support/city-database.ts'
import { leafBytes } from '../support/leaf-bytes.ts'

const folder = fileURLToPath(new URL('../../migrations/audit/sql', import.meta.url))

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase('audit')
  await applyMigrations(database.owner, folder, { domain: 'audit' })
})
afterAll(async () => database.drop())

async function as<T>(address: DatabaseAddress | string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(typeof address === 'string' ? { connectionString: address } : address)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

type Row = { seq: string; id: string; at: Date; leaf: Buffer; leaf_hash: Buffer }
const rowsOf = (log: string): Promise<readonly Row[]> =>
  as(database.query, async (client) => (await client.query<Row>('SELECT seq, id, at, leaf, leaf_hash FROM audit.record WHERE log = $1 ORDER BY seq', [log])).rows)
const sizeOf = (log: string): Promise<number> =>
  as(database.query, async (client) => Number((await client.query<{ size: string }>('SELECT size FROM audit.log WHERE name = $1', [log])).rows[0]?.size))
const appendAs = (address: DatabaseAddress, log: string, leaves: readonly Buffer[]): Promise<unknown> =>
  as(address, (client) => client.query('SELECT audit.append($1, $2)', [log, leaves]))

describe('an audit log', () => {
  it('gives sequence numbers without gap or duplicate to 16 concurrent appenders', async () => {
    const appenders = Array.from({ length: 16 }, () => {
      const pool = openAuditPool(database.writer('population'), { log: 'population', max: 1 })
      return { pool, log: openAuditLog({ pool, log: 'population' }) }
    })
    const sent = new Map<string, Buffer>()
    await Promise.all(
      appenders.map(async ({ log }, n) => {
        for (let round = 0; round < 10; round += 1) {
          const records = Array.from({ length: 1 + ((n + round) % 3) }, () => accessRecord())
          for (const record of records) sent.set(record.id, leafBytes(record))
          // Two at once from the same process share a commit.
          const alone = accessRecord()
          sent.set(alone.id, leafBytes(alone))
          await Promise.all([log.append(records), log.append([alone])])
        }
      }),
    )
    await Promise.all(appenders.map(({ pool }) => pool.end()))
    const rows = await rowsOf('population')
    expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: sent.size }, (_, n) => n))
    expect(await sizeOf('population')).toBe(sent.size)
    for (const { id, at, leaf, leaf_hash } of rows) {
      expect(leaf.equals(sent.get(id) ?? Buffer.alloc(0))).toBe(true)
      expect(leaf_hash.equals(leafHash(leaf))).toBe(true)
      expect(at.toISOString()).toBe('2026-03-01T02:00:00.000Z')
    }
  })

  it('keeps the records of one append next to each other and in order', async () => {
    const pool = openAuditPool(database.writer('credit'), { log: 'credit' })
    const records = Array.from({ length: 5 }, () => accessRecord({ log: 'credit' }))
    await openAuditLog({ pool, log: 'credit' }).append(records)
    await pool.end()
    expect((await rowsOf('credit')).map(({ id }) => id)).toEqual(records.map(({ id }) => id))
  })

  it('is committed when append resolves: an aborted connection takes nothing back', async () => {
    const pool = openAuditPool(database.writer('gateway'), { log: 'gateway', max: 1 })
    const record = accessRecord({ log: 'gateway' })
    await openAuditLog({ pool, log: 'gateway' }).append([record])
    await as(database.superuserUrl, (client) =>
      client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`),
    )
    expect((await rowsOf('gateway')).map(({ id }) => id)).toEqual([record.id])
    const next = accessRecord({ log: 'gateway' })
    // The broken connection is replaced without anyone's help; at most the one that meets the break fails.
    const log = openAuditLog({ pool, log: 'gateway' })
    await log.append([next]).catch(() => log.append([next]))
    expect(await sizeOf('gateway')).toBe(2)
    await pool.end()
  })

  it('does not let a department append to another log', async () => {
    const leaf = leafBytes(accessRecord({ log: 'population' }))
    await expect(appendAs(database.writer('credit'), 'population', [leaf])).rejects.toMatchObject({ code: '42501' })
    await expect(appendAs(database.writer('population'), 'gateway', [leaf])).rejects.toMatchObject({ code: '42501' })
    await expect(appendAs(database.query, 'population', [leaf])).rejects.toMatchObject({ code: '42501' })
  })

  it('refuses leaves of another log, and malformed ones, and moves no number for them', async () => {
    const before = await sizeOf('licenses')
    const writer = database.writer('licenses')
    const own = leafBytes(accessRecord({ log: 'licenses' }))
    for (const leaves of [[leafBytes(accessRecord({ log: 'credit' }))], [Buffer.from('{"log":"licenses"}')], [Buffer.from('not json')], [own, Buffer.from('{}')], []]) {
      await expect(appendAs(writer, 'licenses', leaves)).rejects.toThrow()
    }
    expect(await sizeOf('licenses')).toBe(before)
  })

  it('shows a department nothing and lets it change nothing', async () => {
    const attempts = [
      'SELECT * FROM audit.run', 'SELECT * FROM audit.record', 'SELECT * FROM audit.log', 'SELECT * FROM audit.writer',
      `UPDATE audit.run SET own = ''`, 'DELETE FROM audit.run', 'TRUNCATE audit.run', `INSERT INTO audit.run VALUES ('credit', 0, '{1}', '{0}', '', 'x')`, `UPDATE audit.log SET size = 0`,
      `INSERT INTO audit.writer VALUES (session_user, 'population')`, `SELECT audit.register_writer(session_user::text, 'population')`,
    ]
    for (const attempt of attempts) {
      await expect(as(database.writer('credit'), (client) => client.query(attempt)), attempt).rejects.toMatchObject({ code: '42501' })
    }
  })

  it('refuses change and removal even to the owner', async () => {
    const attempts = [
      `UPDATE audit.run SET own = ''`, 'DELETE FROM audit.run', 'TRUNCATE audit.run', 'DELETE FROM audit.log', 'TRUNCATE audit.log CASCADE',
      `UPDATE audit.log SET size = size - 1 WHERE size > 0`,
    ]
    for (const attempt of attempts) {
      await expect(as(database.owner, (client) => client.query(attempt)), attempt).rejects.toThrow('append-only')
    }
  })

  it('takes nothing over a connection whose commits do not wait for the disk', async () => {
    const leaf = leafBytes(accessRecord({ log: 'transport' }))
    await expect(
      as(database.writer('transport'), async (client) => {
        await client.query('SET synchronous_commit = off')
        await client.query('SELECT audit.append($1, $2)', ['transport', [leaf]])
      }),
    ).rejects.toThrow('synchronous_commit')
  })

  it('answers AUDIT_UNAVAILABLE within its patience while the log is locked, and resumes by itself', async () => {
    const pool = openAuditPool(database.writer('transport'), { log: 'transport' })
    const causes: unknown[] = []
    const log = openAuditLog({ pool, log: 'transport', onFailure: (cause) => causes.push(cause) })
    await as(database.owner, async (client) => {
      await client.query('BEGIN')
      await client.query(`SELECT FROM audit.log WHERE name = 'transport' FOR UPDATE`)
      const began = performance.now()
      await expect(log.append([accessRecord({ log: 'transport' })])).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
      expect(performance.now() - began).toBeLessThan(2_500)
      await client.query('ROLLBACK')
    })
    expect(causes).toHaveLength(1)
    await log.append([accessRecord({ log: 'transport' })])
    expect(await sizeOf('transport')).toBe(1)
    await pool.end()
  })

  it('lets a record that the database refuses fail alone, not those that share its commit', async () => {
    const pool = openAuditPool(database.writer('enterprises'), { log: 'enterprises' })
    const causes: unknown[] = []
    const log = openAuditLog({ pool, log: 'enterprises', onFailure: (cause) => causes.push(cause) })
    const kept = accessRecord({ log: 'enterprises' })
    await log.append([kept])
    const good = Array.from({ length: 12 }, () => accessRecord({ log: 'enterprises' }))
    const bad = [
      // 22007, 22P02 and 22023 (a leaf of more than a mebibyte).
      accessRecord({ log: 'enterprises', at: 'no instant, but as long.' }),
      accessRecord({ log: 'enterprises', id: 'no id, but as long as one would be..' }),
      accessRecord({ log: 'enterprises', entries: ['x'.repeat(1_048_577)] }),
    ]
    const all = [...good.slice(0, 3), ...bad.slice(0, 1), ...good.slice(3, 9), ...bad.slice(1), ...good.slice(9)]
    // The first takes off alone; the others share the next commit.
    const ends = await Promise.allSettled(all.map((record) => log.append([record])))
    for (const [n, end] of ends.entries()) {
      const record = all[n]
      if (record !== undefined && bad.includes(record)) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'AUDIT_UNAVAILABLE' } })
      else expect(end.status).toBe('fulfilled')
    }
    expect(causes).toHaveLength(bad.length)
    const rows = await rowsOf('enterprises')
    expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 13 }, (_, n) => n))
    expect(rows.map(({ id }) => id)).toEqual([kept.id, ...good.map(({ id }) => id)])
    await pool.end()
  })

  it('closes within its patience while the log is locked, and takes nothing afterwards', async () => {
    const pool = openAuditPool(database.writer('licenses'), { log: 'licenses' })
    const log = openAuditLog({ pool, log: 'licenses' })
    await as(database.owner, async (client) => {
      await client.query('BEGIN')
      await client.query(`SELECT FROM audit.log WHERE name = 'licenses' FOR UPDATE`)
      const ends = Promise.allSettled(Array.from({ length: 3 }, () => log.append([accessRecord({ log: 'licenses' })])))
      const began = performance.now()
      await log.close()
      await expect(log.append([accessRecord({ log: 'licenses' })])).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
      await pool.end()
      expect(performance.now() - began).toBeLessThan(5_000)
      for (const end of await ends) expect(end.status).toBe('rejected')
      await client.query('ROLLBACK')
    })
    expect(await sizeOf('licenses')).toBe(0)
  })

  it('answers AUDIT_UNAVAILABLE when nobody listens', async () => {
    const pool = openAuditPool({ host: '127.0.0.1', port: 1, user: 'nobody', database: 'none', password: '' }, { log: 'gateway' })
    await expect(openAuditLog({ pool, log: 'gateway' }).append([accessRecord({ log: 'gateway' })])).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
    await pool.end()
  })

  it('takes further writers and logs from its owner, the owner itself too', async () => {
    await registerWriter(database.owner, ['population', 'gateway'])
    const pool = openAuditPool(database.owner, { log: 'population' })
    const before = await sizeOf('population')
    await openAuditLog({ pool, log: 'population' }).append([accessRecord()])
    expect(await sizeOf('population')).toBe(before + 1)
    await pool.end()
  })
})
