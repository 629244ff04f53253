// Leaves of a log in order, so many and so large that a step stays short.

import { withClient, type DepartmentPool } from '../migrations/pool.ts'

/** Bytes of leaves in one reading; the first leaf comes whatever its size. */
const MOST_BYTES = 4 * 1024 * 1024
const READ = `SELECT seq, leaf FROM (
    SELECT seq, leaf, sum(octet_length(leaf)) OVER (ORDER BY seq) AS bytes, row_number() OVER (ORDER BY seq) AS place
    FROM (SELECT seq, leaf FROM audit.record WHERE log = $1 AND seq >= $2 ORDER BY seq LIMIT $3) AS next
  ) AS measured WHERE bytes <= $4 OR place = 1 ORDER BY seq`

/** At most `most` records from `from` on; [] where there is none. */
export async function readLeaves(source: DepartmentPool, log: string, { from, most }: { readonly from: number; readonly most: number }): Promise<readonly { readonly seq: number; readonly leaf: Buffer }[]> {
  const { rows } = await withClient(source, (reader) => reader.query<{ seq: string; leaf: Buffer }>({ name: 'read-leaves', text: READ, values: [log, from, most, MOST_BYTES] }))
  return rows.map(({ seq, leaf }) => ({ seq: Number(seq), leaf }))
}
