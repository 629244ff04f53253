// The marker by which a database says which synthetic city it holds. It is written in the transaction that loads the city, so a
// load that broke off leaves none; two loaders at the same moment wait for one another.

import { createHmac } from 'node:crypto'
import type pg from 'pg'

/** `linkMark` tells link keys apart without being one. */
export type CityMark = { readonly size: number; readonly seed: number; readonly linkMark: string }

/** A database holds another city than the one asked for; the message says what to do and is for operators. */
export class CityRefused extends Error {}

export function cityMark(size: number, seed: number, linkKey: string | Uint8Array): CityMark {
  return { size, seed, linkMark: createHmac('sha256', linkKey).update('citygraph/city-mark/v1').digest('hex').slice(0, 16) }
}

/**
 * Begins a transaction and marks the database; true (and no transaction) when it holds this city already. Throws CityRefused when
 * it holds another one.
 */
export async function markCity(client: pg.Client, domain: string, { size, seed, linkMark }: CityMark): Promise<boolean> {
  await client.query('BEGIN')
  await client.query(`SELECT pg_advisory_xact_lock(hashtext('citygraph load'))`)
  await client.query(
    `CREATE TABLE IF NOT EXISTS city_load (seed integer NOT NULL, size integer NOT NULL, link_mark text NOT NULL, at timestamptz NOT NULL DEFAULT now())`,
  )
  const { rows } = await client.query<{ size: number; seed: number; link_mark: string }>('SELECT size, seed, link_mark FROM city_load')
  const [known] = rows
  if (known === undefined) {
    await client.query('INSERT INTO city_load (seed, size, link_mark) VALUES ($1, $2, $3)', [seed, size, linkMark])
    return false
  }
  await client.query('ROLLBACK')
  if (known.size === size && known.seed === seed && known.link_mark === linkMark) return true
  throw new CityRefused(
    known.size !== size || known.seed !== seed
      ? `the database of ${domain} holds a city of ${known.size} people (seed ${known.seed}), not of ${size} (seed ${seed}); start with that size, or remove the data folder to make a new city`
      : `the database of ${domain} was loaded with another link key; remove the data folder to make a new city`,
  )
}
