// Finds a record by its id, which no index knows: ids begin with the time (RFC 9562 5.7), and so records lie nearly in the order of their
// ids. A search by halves leads near the place; what is not there, since a clock stood still or ran otherwise, is looked for in the whole
// log. Nothing here is believed: whoever proves a record reads its id from its text.

import type pg from 'pg'
import { LONGEST_LEAF } from './log-source.ts'

/** Numbers to either side of the place that are looked through first, and then. */
const REACHES = [100, 10_000]

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

/** Number of the last run whose first record has no later id, by halves in one statement. */
async function placeNear(client: pg.Client, log: string, id: string): Promise<number> {
  const { rows } = await client.query<{ place: string }>(
    `WITH RECURSIVE step AS (
       SELECT 0::bigint AS low, (SELECT coalesce(pg_catalog.max(first), -1) FROM audit.run WHERE log = $1) AS high, 0::bigint AS place
       UNION ALL
       SELECT CASE WHEN e.earlier THEN greatest(r.first + r.count, m.middle + 1) ELSE s.low END, CASE WHEN e.earlier THEN s.high ELSE least(coalesce(r.first, 0), m.middle) - 1 END, CASE WHEN e.earlier THEN r.first ELSE s.place END
       FROM step AS s CROSS JOIN LATERAL (SELECT s.low + (s.high - s.low) / 2 AS middle) AS m
       LEFT JOIN LATERAL (
         SELECT k.first, pg_catalog.cardinality(k.ends) AS count, substring(pg_catalog.encode(substring(k.own FROM 1 FOR greatest(k.ends[1], 0)), 'escape') FROM ',"id":"([0-9a-f-]{36})","log":"') AS id
         FROM audit.run AS k WHERE k.log = $1 AND k.first <= m.middle ORDER BY k.first DESC LIMIT 1) AS r ON true
       CROSS JOIN LATERAL (SELECT r.first IS NOT NULL AND coalesce(r.id, '') COLLATE "C" <= $2 COLLATE "C" AS earlier) AS e
       WHERE s.low <= s.high
     ) SELECT place FROM step WHERE low > high`,
    [log, id],
  )
  return Number(rows[0]?.place ?? 0)
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
