// Governance as a witness of the logs: it hashes every leaf itself and keeps each newest signed head that agrees with them, in its own
// database. A log that was rewritten below a head that was witnessed, cut, or signed by nobody we know does not agree with what comes
// next; that is kept and said. It proves nothing to others by itself (a head kept outside does), it notices.

import type { KeyObject } from 'node:crypto'
import { headVerifier, openHead } from '../audit/checkpoint.ts'
import { leafHash } from '../audit/leaf.ts'
import { foldHashes, nodeHash } from '../audit/merkle.ts'
import type { Logger } from '../core/logger.ts'
import { withClient, type DepartmentPool } from '../migrations/pool.ts'
import type { HashStash } from './hash-stash.ts'
import { readLeaves, type ReadLeaf } from './read-leaves.ts'

/** HEAD_GONE: heads as new as the one witnessed were taken away, and nobody signs the log any more. */
export type LogProblem = 'SHORTER' | 'MISSING' | 'SIGNATURE' | 'OTHER_PAST' | 'HEAD_GONE'

/** Looks at one log for a while: goes on where it was, keeps what agrees, says what does not. `read`: hashes of leaves that this process has read already. */
export type Witness = (log: string, source: DepartmentPool, read?: Pick<HashStash, 'take'>) => Promise<void>

type Tree = { readonly size: number; readonly edge: readonly Buffer[] }
type Target = { readonly size: number; readonly root: Buffer; readonly note: string }
type State = { tree: Tree; witnessed: number; target: Target | undefined; restingUntil: number; goneSince: number | undefined }

/** So much is read in one go before other logs have their turn. */
const CHUNKS = 10
/** A log that disagrees is looked at again after so long. */
const REST_MS = 60_000
/** And any other after so long: heads come once a second. */
const PAUSE_MS = 500
/** A crash may take the newest head, which is not waited for; its signer signs anew within a second or two. */
const HEAD_PATIENCE_MS = 10_000
const HASH_BYTES = 32
const NEWEST_HEAD = `SELECT l.size AS grown, c.size, c.note, EXISTS (SELECT FROM audit.checkpoint WHERE log = l.name AND size >= $2) AS kept FROM audit.log AS l
  LEFT JOIN LATERAL (SELECT size, note FROM audit.checkpoint WHERE log = l.name AND size > $2 ORDER BY size DESC LIMIT 1) AS c ON true WHERE l.name = $1`
const emptyTree: Tree = { size: 0, edge: [] }

/** `publicKey`: what the departments' heads are signed with (Ed25519). Throws what the databases throw. */
export function openWitness({ facts, publicKey, logger, headPatienceMs = HEAD_PATIENCE_MS }: { readonly facts: DepartmentPool; readonly publicKey: KeyObject; readonly logger: Logger; readonly headPatienceMs?: number }): Witness {
  const states = new Map<string, State>()

  const disagree = async (log: string, state: State, size: number, problem: LogProblem, note?: string): Promise<void> => {
    const { rowCount } = await withClient(facts, (client) =>
      client.query('INSERT INTO log_problem (log, size, problem, note) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [log, size, problem, note ?? null]))
    if (rowCount === 1) logger.error('log disagrees with what was witnessed', { log, size, problem })
    state.tree = (await lastWitnessed(facts, log)) ?? emptyTree
    state.target = undefined
    state.restingUntil = performance.now() + REST_MS
  }

  /** Hashes on towards the target; false while there is more to read. */
  const reach = async (log: string, state: State, target: Target, source: DepartmentPool, read?: Pick<HashStash, 'take'>): Promise<boolean> => {
    for (let chunk = 0; chunk < CHUNKS && state.tree.size < target.size; chunk += 1) {
      const most = Math.min(1_000, target.size - state.tree.size)
      const known = read?.take(log, state.tree.size, most) ?? []
      const grown = known.length > 0 ? grow(state.tree, known) : growByLeaves(state.tree, await readLeaves(source, log, { from: state.tree.size, most }))
      if (grown === undefined) {
        await disagree(log, state, target.size, 'MISSING', target.note)
        return false
      }
      state.tree = grown
    }
    return state.tree.size === target.size
  }

  return async (log, source, read) => {
    const known = states.get(log) ?? (await begin(facts, log))
    states.set(log, known)
    if (performance.now() < known.restingUntil) return
    if (known.target === undefined) {
      const { size, newest, kept } = await stateOf(source, log, known.witnessed)
      if (size < known.witnessed) return disagree(log, known, known.witnessed, 'SHORTER')
      known.goneSince = kept || known.witnessed === 0 ? undefined : known.goneSince ?? performance.now()
      if (known.goneSince !== undefined && performance.now() - known.goneSince >= headPatienceMs) return disagree(log, known, known.witnessed, 'HEAD_GONE')
      if (newest === undefined) {
        known.restingUntil = performance.now() + PAUSE_MS
        return
      }
      const opened = openedHead(log, newest.note, publicKey)
      if (opened === undefined || opened.size !== newest.size) return disagree(log, known, newest.size, 'SIGNATURE', newest.note)
      known.target = { ...newest, root: opened.root }
    }
    const { target } = known
    if (!(await reach(log, known, target, source, read))) return
    if (!foldHashes(known.tree.edge).equals(target.root)) return disagree(log, known, target.size, 'OTHER_PAST', target.note)
    await withClient(facts, (client) =>
      client.query('INSERT INTO witnessed_head (log, size, root, note, edge) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', [log, target.size, target.root, target.note, Buffer.concat(known.tree.edge)]))
    known.witnessed = target.size
    known.target = undefined
    known.restingUntil = performance.now() + PAUSE_MS
  }
}

async function begin(facts: DepartmentPool, log: string): Promise<State> {
  const tree = (await lastWitnessed(facts, log)) ?? emptyTree
  return { tree, witnessed: tree.size, target: undefined, restingUntil: 0, goneSince: undefined }
}

async function lastWitnessed(facts: DepartmentPool, log: string): Promise<Tree | undefined> {
  const { rows } = await withClient(facts, (client) =>
    client.query<{ size: string; edge: Buffer }>('SELECT size, edge FROM witnessed_head WHERE log = $1 ORDER BY size DESC LIMIT 1', [log]))
  const [row] = rows
  if (row === undefined) return undefined
  const edge = Array.from({ length: row.edge.length / HASH_BYTES }, (_, at) => row.edge.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES))
  return { size: Number(row.size), edge }
}

/** How many records the log says it has, and its newest head `above` a size. */
async function stateOf(source: DepartmentPool, log: string, above: number): Promise<{ readonly size: number; readonly newest: Omit<Target, 'root'> | undefined; readonly kept: boolean }> {
  const { rows } = await withClient(source, (reader) => reader.query<{ grown: string; size: string | null; note: string | null; kept: boolean }>({ name: 'newest-head', text: NEWEST_HEAD, values: [log, above] }))
  const [row] = rows
  const newest = row === undefined || row.size === null || row.note === null ? undefined : { size: Number(row.size), note: row.note }
  return { size: Number(row?.grown ?? 0), newest, kept: row?.kept === true }
}

function openedHead(log: string, note: string, publicKey: KeyObject): { readonly size: number; readonly root: Buffer } | undefined {
  try {
    return openHead(note, headVerifier(log, publicKey))
  } catch {
    return undefined
  }
}

/** The tree with these leaves at its end; undefined where they do not follow it without a gap. */
function growByLeaves(tree: Tree, rows: readonly ReadLeaf[]): Tree | undefined {
  if (rows.length === 0 || rows.some(({ seq }, at) => seq !== tree.size + at)) return undefined
  return grow(tree, rows.map(({ leaf }) => leafHash(leaf)))
}

function grow({ size, edge }: Tree, hashes: readonly Buffer[]): Tree {
  const roots = [...edge]
  for (const [at, leaf] of hashes.entries()) {
    let hash = leaf
    // Every one at the end of the binary count is a full subtree that this leaf completes to the next larger one.
    for (let count = size + at; count % 2 === 1; count = (count - 1) / 2) hash = nodeHash(roots.pop() ?? hash, hash)
    roots.push(hash)
  }
  return { size: size + hashes.length, edge: roots }
}
