// What a signer does in the database, through the functions of a registered writer (migrations/audit/sql): how far the log is, its
// leaf hashes, its kept tiles and heads. Refuses tiles and heads that do not belong together.

import type { KeyObject } from 'node:crypto'
import type pg from 'pg'
import { bearsKey, headSigner, openHead, readCheckpoint, signHead } from './checkpoint.ts'
import type { Head } from './merkle.ts'
import type { OwnLeaves } from './own-leaves.ts'
import { readNote } from './signed-note.ts'
import { growTree, HASH_BYTES, rootOf, treeOf } from './tiles.ts'
import type { Tile, Tree } from './tiles.ts'

/** Why nothing is signed: records that were signed are gone, or the tree is another one. */
export class SigningRefused extends Error {
  override name = 'SigningRefused'
  readonly code: 'SHRUNK' | 'OTHER_PAST'
  constructor(code: 'SHRUNK' | 'OTHER_PAST') {
    super('the log is not the one that was signed')
    this.code = code
  }
}

/** `size`: records in the log; `signed`: of the newest head, 0 where there is none. One head is one object as long as it is the newest. */
export type LogState = { readonly size: number; readonly signed: number; readonly head: Head | undefined }

/** Leaf hashes read in one query: a few milliseconds of hashing. */
const READ_LIMIT = 2_048

type StateRow = { readonly size: string; readonly signed: string; readonly note: string | null }
type TileRow = { readonly level: number | null; readonly place: string | null; readonly hashes: Buffer | null }

/** `own`: leaves that this process appended itself, which are not read again; a state is given once those it may count are known. All its functions throw what the database says, and SigningRefused. */
export function openLogTree({ pool, log, key, own }: { readonly pool: Pick<pg.Pool, 'query'>; readonly log: string; readonly key: KeyObject; readonly own?: OwnLeaves | undefined }) {
  const signer = headSigner(log, key)
  let opened: { readonly note: string; readonly head: Head } | undefined

  /** With this key's signature it must be right; a head that only an earlier key signed is one as well. */
  function headOf(note: string): Head {
    if (opened?.note === note) return opened.head
    try {
      const head = bearsKey(note, signer) ? openHead(note, signer) : readCheckpoint(readNote(note).text)
      opened = { note, head }
      return head
    } catch {
      throw new SigningRefused('OTHER_PAST')
    }
  }

  function stateOf(row: StateRow | undefined): LogState {
    if (row === undefined) throw new Error('there is no such log')
    return { size: Number(row.size), signed: Number(row.signed), head: row.note === null ? undefined : headOf(row.note) }
  }

  async function readHashes(first: number, count: number): Promise<Buffer> {
    const { rows } = await pool.query<{ hashes: Buffer | null }>({
      name: 'audit-leaf-hashes',
      text: `SELECT string_agg(h.hash, ''::bytea ORDER BY h.place) AS hashes FROM audit.leaf_hashes($1, $2, $3) WITH ORDINALITY AS h(hash, place)`,
      values: [log, first, count],
    })
    const hashes = rows[0]?.hashes
    // Records below the log's size are missing.
    if (hashes?.length !== count * HASH_BYTES) throw new SigningRefused('SHRUNK')
    return hashes
  }

  return {
    async state(): Promise<LogState> {
      const { rows } = await pool.query<StateRow>({ name: 'audit-tree-state', text: 'SELECT size, signed, note FROM audit.tree_state($1)', values: [log] })
      await own?.settled()
      return stateOf(rows[0])
    },

    /** State and kept tree of one moment; they must fit. */
    async load(): Promise<{ readonly state: LogState; readonly tree: Tree }> {
      const { rows } = await pool.query<StateRow & TileRow>(
        'SELECT s.size, s.signed, s.note, t.level, t.place, t.hashes FROM audit.tree_state($1) AS s LEFT JOIN audit.last_tiles($1) AS t ON true',
        [log],
      )
      await own?.settled()
      const state = stateOf(rows[0])
      const tree = readTree(rows)
      if (tree.size !== (state.head?.size ?? 0) || (state.head !== undefined && !rootOf(tree).equals(state.head.root))) throw new SigningRefused('OTHER_PAST')
      return { state, tree }
    },

    /** Grows to `size` by the leaves appended here and, of others, by those in the database; full tiles are put into `full` where it is given. */
    async grow(from: Tree, size: number, full?: Tile[]): Promise<Tree> {
      let tree = from
      while (tree.size < size) {
        const most = Math.min(READ_LIMIT, size - tree.size)
        const grown = growTree(tree, own?.from(tree.size, most) ?? (await readHashes(tree.size, Math.min(most, (own?.nextAfter(tree.size) ?? size) - tree.size))))
        full?.push(...grown.full)
        tree = grown.tree
      }
      return tree
    },

    /** Signs it; undefined when another copy was faster. A head that a crash takes is signed again, so the commit need not wait for the disk. */
    async keep(tree: Tree, tiles: readonly Tile[]): Promise<Head | undefined> {
      const head = { size: tree.size, root: rootOf(tree) }
      const note = signHead(head, signer)
      const { rows } = await pool.query<{ kept: boolean }>({
        name: 'audit-keep-checkpoint',
        text: `SELECT set_config('synchronous_commit', 'off', true), audit.keep_checkpoint($1, $2, $3, $4, $5, $6, $7) AS kept`,
        values: [log, head.size, head.root, note, tiles.map(({ level }) => level), tiles.map(({ place }) => place), tiles.map(({ hashes }) => hashes)],
      })
      if (rows[0]?.kept !== true) return undefined
      opened = { note, head }
      return head
    },
  }
}

function readTree(rows: readonly TileRow[]): Tree {
  try {
    return treeOf(rows.flatMap(({ level, place, hashes }) => (level === null || place === null || hashes === null ? [] : [{ level, place: Number(place), hashes }])))
  } catch {
    throw new SigningRefused('OTHER_PAST')
  }
}
