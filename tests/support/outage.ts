// Takes a database away from everybody and gives it back, as its administrator: for tests of what a city does meanwhile.

import pg from 'pg'
import { asSuperuser } from '../../migrations/databases.ts'
import { testCluster } from './city-database.ts'
import type { TestDatabase } from './city-database.ts'

/** Nobody may connect, and who is connected is cut off. */
export async function takeAway({ name }: TestDatabase): Promise<void> {
  await asSuperuser(await testCluster(), 'postgres', async (client) => {
    await client.query(`ALTER DATABASE ${pg.escapeIdentifier(name)} ALLOW_CONNECTIONS false`)
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()', [name])
  })
}

export async function giveBack({ name }: TestDatabase): Promise<void> {
  await asSuperuser(await testCluster(), 'postgres', async (client) => {
    await client.query(`ALTER DATABASE ${pg.escapeIdentifier(name)} ALLOW_CONNECTIONS true`)
  })
}

/** As when all connections are taken (53300): who is connected is cut off, and nobody gets a new one. */
export async function crowd({ name }: TestDatabase, on: boolean): Promise<void> {
  await asSuperuser(await testCluster(), 'postgres', async (client) => {
    await client.query(`ALTER DATABASE ${pg.escapeIdentifier(name)} CONNECTION LIMIT ${on ? 0 : -1}`)
    if (on) await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()', [name])
  })
}

/** Nothing can be written any more, nor by those who are connected already (they are cut off and come back). */
export async function setReadOnly({ name }: TestDatabase, on: boolean): Promise<void> {
  await asSuperuser(await testCluster(), 'postgres', async (client) => {
    await client.query(`ALTER DATABASE ${pg.escapeIdentifier(name)} SET default_transaction_read_only = ${on ? 'on' : 'off'}`)
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()', [name])
  })
}

/**
 * Every append then fails as on a full disk (53100, said by a trigger in the place of the disk) or takes three seconds; the function
 * ends it.
 */
export async function hinderAppends({ name }: TestDatabase, how: 'full' | 'slow'): Promise<() => Promise<void>> {
  const cluster = await testCluster()
  const body = how === 'full' ? `RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full';` : 'PERFORM pg_sleep(3); RETURN NEW;'
  await asSuperuser(cluster, name, async (client) => {
    await client.query(`CREATE FUNCTION public.hinder() RETURNS trigger LANGUAGE plpgsql AS $hinder$ BEGIN ${body} END $hinder$`)
    await client.query('CREATE TRIGGER hinder BEFORE INSERT ON audit.run FOR EACH STATEMENT EXECUTE FUNCTION public.hinder()')
  })
  return () => asSuperuser(cluster, name, async (client) => void (await client.query('DROP FUNCTION public.hinder() CASCADE')))
}

/** Holds the head of a log, so that nothing can be appended to it; the function lets go. */
export async function lockLog(audit: TestDatabase, log: string): Promise<() => Promise<void>> {
  const owner = new pg.Client(audit.owner)
  owner.on('error', () => undefined)
  await owner.connect()
  await owner.query('BEGIN')
  await owner.query('SELECT FROM audit.log WHERE name = $1 FOR UPDATE', [log])
  return () => owner.end()
}

/** Tries until it succeeds; gives the milliseconds it took, or throws what went wrong last after `withinMs`. */
export async function eventually(withinMs: number, attempt: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  for (;;) {
    try {
      await attempt()
      return performance.now() - begun
    } catch (error) {
      if (performance.now() - begun > withinMs) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** Nobody can read a department's tables until `letGo`; `awaited` resolves when somebody waits for one. */
export async function holdTables({ name, owner }: TestDatabase): Promise<{ readonly awaited: () => Promise<void>; readonly letGo: () => Promise<void> }> {
  const holder = new pg.Client(owner)
  holder.on('error', () => undefined)
  await holder.connect()
  const { rows } = await holder.query<{ table: string }>(`SELECT quote_ident(tablename) AS table FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user ORDER BY tablename`)
  await holder.query('BEGIN')
  await holder.query(`LOCK TABLE ${rows.map(({ table }) => `public.${table}`).join(', ')} IN ACCESS EXCLUSIVE MODE`)
  let held: Promise<void> | undefined
  return {
    awaited: async () => {
      await eventually(10_000, async () => {
        const waiting = await holder.query('SELECT FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database WHERE d.datname = $1 AND NOT l.granted', [name])
        if (waiting.rowCount === 0) throw new Error('nobody waits for the tables')
      })
    },
    letGo: () => (held ??= holder.end()),
  }
}
