// Finds a record by its id, which no index knows: ids begin with the time (RFC 9562 5.7), and so records lie nearly in the order of their
// ids. A search by halves leads near the place; what is not there, since a clock stood still or ran otherwise, is looked for in the whole
// log. Nothing here is believed: whoever proves a record reads its id from its text.

import type pg from 'pg'
import { LONGEST_LEAF } from './log-source.ts'

/** Numbers to either side of the place that are looked through first, and then. */
const REACHES = [1_000, 100_000]

type Found = { readonly seq: number; readonly leaf: Buffer }

/** The record of `log` that names `id` (UUID in lower case), or undefined. */
export async function findRecord(client: pg.Client, log: string, id: string): Promise<Found | undefined> {
  const place = await placeNear(client, log, id)
  for (const reach of REACHES) {
    const found = await within(client, { log, id }, [place - reach, place + reach])
    if (found !== undefined) return found
  }
  return within(client, { log, id }, undefined)
}

/** Number of the last run whose first record has no later id. */
async function placeNear(client: pg.Client, log: string, id: string): Promise<number> {
  let place = 0
  let low = 0
  for (let high = await lastNumber(client, log); low <= high; ) {
    const middle = low + Math.floor((high - low) / 2)
    const { rows } = await client.query<{ first: string; count: number; id: string | null }>(
      `SELECT r.first, pg_catalog.cardinality(r.ends) AS count, substring(pg_catalog.encode(substring(r.own FROM 1 FOR greatest(r.ends[1], 0)), 'escape') FROM ',"id":"([0-9a-f-]{36})","log":"') AS id
       FROM audit.run AS r WHERE r.log = $1 AND r.first <= $2 ORDER BY r.first DESC LIMIT 1`,
      [log, middle],
    )
    const [run] = rows
    if (run !== undefined && (run.id ?? '') <= id) {
      place = Number(run.first)
      low = Math.max(place + run.count, middle + 1)
    } else high = Math.min(run === undefined ? -1 : Number(run.first) - 1, middle - 1)
  }
  return place
}

async function lastNumber(client: pg.Client, log: string): Promise<number> {
  const { rows } = await client.query<{ first: string | null }>('SELECT pg_catalog.max(first) AS first FROM audit.run WHERE log = $1', [log])
  return Number(rows[0]?.first ?? -1)
}

/** `range`: first and last number of the runs that are looked through; undefined: all. */
async function within(client: pg.Client, { log, id }: { readonly log: string; readonly id: string }, range: readonly [number, number] | undefined): Promise<Found | undefined> {
  const { rows } = await client.query<{ seq: string; leaf: Buffer }>(
    `SELECT f.first + p.place - 1 AS seq, CASE WHEN p.cut > 0 THEN substring(f.own FROM p.since + 1 FOR p.cut) || f.shared || substring(f.own FROM p.since + p.cut + 1 FOR p.until - p.since - p.cut)
       ELSE substring(f.own FROM p.since + 1 FOR p.until - p.since) END AS leaf
     FROM (SELECT * FROM audit.run WHERE log = $1 AND position($2::bytea IN own) > 0 ${range === undefined ? '' : 'AND first >= $3 AND first <= $4'} OFFSET 0) AS f
     CROSS JOIN LATERAL unnest(f.ends, f.cuts, 0 || f.ends) WITH ORDINALITY AS p(until, cut, since, place)
     WHERE p.until - p.since BETWEEN 1 AND ${LONGEST_LEAF} AND p.since >= 0 AND p.cut BETWEEN 0 AND p.until - p.since AND position($2::bytea IN substring(f.own FROM p.since + 1 FOR p.until - p.since)) > 0
     ORDER BY f.first, p.place LIMIT 1`,
    [log, Buffer.from(`,"id":"${id}","log":"`), ...(range ?? [])],
  )
  return rows[0] === undefined ? undefined : { seq: Number(rows[0].seq), leaf: rows[0].leaf }
}
