// Where a log is read from: an audit database or an archive. The verifier sees only this, and believes none of it.

/** Most bytes that a leaf may have; the writer takes no more (migrations/audit). A longer one is not read at all. */
export const LONGEST_LEAF = 1_048_576

export type RecordRow = {
  readonly seq: number
  /** Undefined where it is missing or longer than LONGEST_LEAF. */
  readonly leaf: Buffer | undefined
  /** What is wrong beside the leaf with the row that holds it: the end of a sentence. */
  readonly fault?: string
}

/** A head as it was kept. `size` and `root` are columns beside the note, absent in an archive. */
export type KeptHead = { readonly note: string; readonly size?: number; readonly root?: Buffer }
export type KeptTile = { readonly level: number; readonly place: number; readonly hashes: Buffer }

export type LogSource = {
  readonly log: string
  /** What the source itself says of the log's size. */
  readonly size: number
  /** In ascending order of size. */
  readonly heads: () => AsyncIterable<KeptHead>
  /** Every row from sequence number `from` on (undefined: from the lowest, be it negative), ascending, in batches. May be left early. */
  readonly rows: (from?: number) => AsyncIterable<readonly RecordRow[]>
  /** By level and place; with `places`, only level 0 from the first place to the second, both included. */
  readonly tiles: (places?: readonly [number, number]) => AsyncIterable<KeptTile>
}
