// What an auditor may have of a log: its heads, its tiles, and proofs made from them in a few queries, whatever the log's size.
// As a reader of the audit database. Makes proofs from what is kept and judges nothing: whoever asked verifies.

import type pg from 'pg'
import { consistencyProof, inclusionProof } from './merkle.ts'
import { HASH_BYTES, readFromTiles } from './tiles.ts'
import type { Tile, TilePlace } from './tiles.ts'

/** A signed head as it is kept. */
export type KeptHead = { readonly size: number; readonly note: string }

/** That record `index` with this leaf (RFC 8785 JSON) is in the tree of the head. */
export type Inclusion = { readonly index: number; readonly leaf: string; readonly head: KeptHead; readonly proof: readonly Buffer[] }

/** Every function rejects with the database's own error when that is away. */
export type LogReader = {
  /** Undefined before the first. */
  readonly newestHead: () => Promise<KeptHead | undefined>
  /**
   * `record`: its id (UUID). `size`: of a kept head; the newest by default. UNKNOWN: no such record, or no such head. UNSIGNED: the
   * head does not reach so far (yet).
   */
  readonly inclusion: (record: string, size?: number) => Promise<Inclusion | 'UNKNOWN' | 'UNSIGNED'>
  /** Undefined unless 1 ≤ from ≤ to ≤ newest head. */
  readonly consistency: (from: number, to: number) => Promise<readonly Buffer[] | undefined>
  /** The first `width` hashes of a tile; undefined where so many are not kept. */
  readonly tile: (at: TilePlace, width: number) => Promise<Buffer | undefined>
}

/** Reads `log` through `pool`, whose role may read it (audit.register_reader). */
export function openLogReader({ pool, log }: { readonly pool: Pick<pg.Pool, 'query'>; readonly log: string }): LogReader {
  let asked: Promise<KeptHead | undefined> | undefined

  async function headOf(size: number | undefined): Promise<KeptHead | undefined> {
    const { rows } = await pool.query<{ size: string; note: string }>({
      name: 'audit-head',
      text: 'SELECT size, note FROM audit.checkpoint WHERE log = $1 AND size = coalesce($2, (SELECT max(size) FROM audit.checkpoint WHERE log = $1))',
      values: [log, size ?? null],
    })
    const [row] = rows
    return row === undefined ? undefined : { size: Number(row.size), note: row.note }
  }

  async function recordOf(id: string): Promise<{ readonly index: number; readonly leaf: string } | undefined> {
    const { rows } = await pool.query<{ seq: string; leaf: Buffer }>({ name: 'audit-record', text: 'SELECT seq, leaf FROM audit.find_record($1, $2)', values: [log, id] })
    const [row] = rows
    return row === undefined ? undefined : { index: Number(row.seq), leaf: row.leaf.toString('utf8') }
  }

  async function tilesAt(places: readonly TilePlace[]): Promise<readonly Tile[]> {
    const { rows } = await pool.query<{ level: number; place: string; hashes: Buffer }>({
      name: 'audit-tiles',
      text: `SELECT t.level, t.place, t.hashes FROM unnest($2::integer[], $3::bigint[]) AS w(level, place)
             JOIN audit.tile AS t ON t.log = $1 AND t.level = w.level AND t.place = w.place`,
      values: [log, places.map(({ level }) => level), places.map(({ place }) => place)],
    })
    return rows.map(({ level, place, hashes }) => ({ level, place: Number(place), hashes }))
  }

  const hashes = readFromTiles(tilesAt)
  // Anybody may ask for it: who asks while an answer is under way gets that answer.
  const newestHead = (): Promise<KeptHead | undefined> =>
    (asked ??= headOf(undefined).finally(() => {
      asked = undefined
    }))

  return {
    newestHead,
    async inclusion(record, size) {
      const [found, head] = await Promise.all([recordOf(record), size === undefined ? newestHead() : headOf(size)])
      if (found === undefined || (head === undefined && size !== undefined)) return 'UNKNOWN'
      if (head === undefined || found.index >= head.size) return 'UNSIGNED'
      return { ...found, head, proof: await inclusionProof(found.index, head.size, hashes) }
    },
    async consistency(from, to) {
      const newest = await newestHead()
      return from < 1 || from > to || newest === undefined || to > newest.size ? undefined : consistencyProof(from, to, hashes)
    },
    async tile(at, width) {
      const [tile] = await tilesAt([at])
      return tile === undefined || tile.hashes.length < width * HASH_BYTES ? undefined : tile.hashes.subarray(0, width * HASH_BYTES)
    },
  }
}
