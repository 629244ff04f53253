// Signs the heads of one log while it grows, and keeps them with the tiles they stand on. Takes no lock that appends wait for. It
// MUST NOT sign a log that shrank, or whose kept tree is not the one it signed before; an audit database that is away it tries
// again. Several copies of a department may sign the same log side by side.

import type { KeyObject } from 'node:crypto'
import type pg from 'pg'
import { openLogTree, SigningRefused } from './log-tree.ts'
import type { Head } from './merkle.ts'
import type { OwnLeaves } from './own-leaves.ts'
import { openTiles, rootOf } from './tiles.ts'
import type { Tile, Tree } from './tiles.ts'

/**
 * UNAVAILABLE: the database did not take it; tried again. SHRUNK: records that were signed are gone. OTHER_PAST: tiles or heads in
 * the database are not those of the tree that was signed. After the last two this process signs nothing until the log is as it was.
 */
export type SignerFailure = 'UNAVAILABLE' | 'SHRUNK' | 'OTHER_PAST'

export type Signer = {
  /** Looks now and resolves when done: the size up to which the log is known to be signed. Never rejects. */
  readonly signNow: () => Promise<number>
  /** Why nothing is signed until the log is as it was; undefined while signing works, or is only tried again. */
  readonly refusal: () => SignerFailure | undefined
  /** Signs what is left, for a second at most, and looks no more. The pool stays open. Never rejects. */
  readonly close: () => Promise<void>
}

export type SignerParts = {
  /** Connections of a writer of `log`. */
  readonly pool: Pick<pg.Pool, 'query'>
  readonly log: string
  /** Ed25519. */
  readonly key: KeyObject
  /** Told once of each kind of failure, and again after a minute while it lasts; of UNAVAILABLE not before the second time in a row. */
  readonly onFailure: (failure: SignerFailure, cause: unknown) => void
  readonly everyMs?: number
  /** What this process appends to `log` itself; left out: all leaves are read from the database. */
  readonly own?: OwnLeaves | undefined
}

/** Longest wait of a record for its signed head is this and the time of signing. */
const EVERY_MS = 700
const CLOSE_PATIENCE_MS = 1_000
const SAY_AGAIN_MS = 60_000
/** Records that one head signs beyond the one before: a long backlog is signed step by step. */
const HEAD_LIMIT = 16_384

/** Begins at once; never holds up the end of the process. */
export function openSigner(parts: SignerParts): Signer {
  const store = openLogTree(parts)
  /** The tree of the newest kept head. */
  let tree: Tree | undefined
  /** The newest kept head that `tree` was seen to have. */
  let met: Head | undefined
  /** The largest head that this process has signed or found signed. */
  let vouched: Head | undefined
  let flight: Promise<void> | undefined
  let closed = false
  const saidAt = new Map<SignerFailure, number>()
  let failedInARow = 0
  let refusal: SignerFailure | undefined

  /** One head further. True when there is more to sign. */
  async function step(): Promise<boolean> {
    let state = await store.state()
    const largest = vouched?.size ?? 0
    if (state.size < Math.max(state.signed, largest)) throw new SigningRefused('SHRUNK')
    let known = tree
    if (known === undefined || state.signed < largest) {
      // The first look, or heads are gone (a crash may take the newest): on from what is kept, if that leads to what was signed.
      const kept = await store.load()
      if (vouched !== undefined && kept.state.signed < largest) meet(await store.grow(kept.tree, largest), vouched)
      if (known === undefined || kept.state.signed < known.size) known = kept.tree
      // Of an empty log too: nothing is read again until it grows.
      tree ??= known
      state = kept.state
    }
    if (state.head !== undefined && state.head !== met) {
      // Signed by another copy, or before this process began.
      known = await store.grow(known, state.signed)
      vouch(known, state.head)
    }
    if (state.size <= known.size) return false
    const full: Tile[] = []
    const grown = await store.grow(known, Math.min(state.size, known.size + HEAD_LIMIT), full)
    const kept = await store.keep(grown, [...full, ...openTiles(grown, known)]).catch(async (cause: unknown) => {
      // Tiles that were changed behind our back may be why; then this says so.
      await store.load()
      throw cause
    })
    if (kept !== undefined) vouch(grown, kept)
    // Where another copy was faster, its head is met next.
    return kept === undefined || grown.size < state.size
  }

  /** Throws SigningRefused where the head is not the tree's. */
  function vouch(of: Tree, head: Head): void {
    meet(of, head)
    tree = of
    met = head
    parts.own?.forget(head.size)
    if (head.size >= (vouched?.size ?? 0)) vouched = head
  }

  const look = (): Promise<void> =>
    (flight ??= (async () => {
      try {
        while (!closed && (await step())) continue
        saidAt.clear()
        failedInARow = 0
        refusal = undefined
      } catch (cause) {
        fail(cause)
      } finally {
        flight = undefined
      }
    })())

  function fail(cause: unknown): void {
    const failure = failureOf(cause)
    const now = performance.now()
    failedInARow += 1
    if (failure !== 'UNAVAILABLE') refusal = failure
    if (closed || (failure === 'UNAVAILABLE' && failedInARow < 2) || now - (saidAt.get(failure) ?? -Infinity) < SAY_AGAIN_MS) return
    saidAt.set(failure, now)
    parts.onFailure(failure, cause)
  }

  const signNow = async (): Promise<number> => {
    await flight
    await look()
    return tree?.size ?? 0
  }

  const timer = setInterval(() => void look(), parts.everyMs ?? EVERY_MS)
  timer.unref()
  void look()
  return {
    signNow,
    refusal: () => refusal,
    close: async () => {
      clearInterval(timer)
      let patience: NodeJS.Timeout | undefined
      await Promise.race([signNow(), new Promise((done) => (patience = setTimeout(done, CLOSE_PATIENCE_MS)))])
      clearTimeout(patience)
      closed = true
    },
  }
}

function failureOf(cause: unknown): SignerFailure {
  if (cause instanceof SigningRefused) return cause.code
  // audit.keep_checkpoint: tiles that tell another past.
  return cause instanceof Error && 'code' in cause && cause.code === 'XX001' ? 'OTHER_PAST' : 'UNAVAILABLE'
}

/** Throws where a tree and what must be its head differ. */
function meet(tree: Tree, { size, root }: Head): void {
  if (tree.size !== size || !rootOf(tree).equals(root)) throw new SigningRefused('OTHER_PAST')
}
