// Leaves of a log in order, so many and so large that a step stays short.

import { withClient, type DepartmentPool } from '../migrations/pool.ts'

/** `leaf`: as text; as bytes where they are no UTF-8. */
export type ReadLeaf = { readonly seq: number; readonly leaf: string | Buffer }

/** Bytes of leaves in one reading; the first leaf comes whatever its size. */
const MOST_BYTES = 4 * 1024 * 1024
const read = (leaf: string): string => `SELECT seq, ${leaf} AS leaf FROM (
    SELECT seq, leaf, sum(octet_length(leaf)) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) AS bytes, row_number() OVER (ORDER BY seq) AS place
    FROM (SELECT seq, leaf FROM audit.record WHERE log = $1 AND run > $2 - 1000 AND run < $2 + $3 AND seq >= $2 AND seq < $2 + $3 ORDER BY seq) AS next
  ) AS measured WHERE bytes <= $4 OR place = 1 ORDER BY seq`
/** Bytes travel as twice as many hex digits. */
const TEXTS = read(`convert_from(leaf, 'UTF8')`)
const BYTES = read('leaf')

/** At most `most` records from `from` on; [] where there is none. */
export async function readLeaves(source: DepartmentPool, log: string, { from, most }: { readonly from: number; readonly most: number }): Promise<readonly ReadLeaf[]> {
  const values = [log, from, most, MOST_BYTES]
  try {
    const { rows } = await withClient(source, (reader) => reader.query<{ seq: string; leaf: string }>({ name: 'read-leaves', text: TEXTS, values }))
    return rows.map(({ seq, leaf }) => ({ seq: Number(seq), leaf }))
  } catch (error) {
    if (!isNoText(error)) throw error
    const { rows } = await withClient(source, (reader) => reader.query<{ seq: string; leaf: Buffer }>({ name: 'read-leaf-bytes', text: BYTES, values }))
    return rows.map(({ seq, leaf }) => ({ seq: Number(seq), leaf }))
  }
}

/** SQLSTATE 22021: somewhere among them are bytes that are no UTF-8. */
function isNoText(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '22021'
}
