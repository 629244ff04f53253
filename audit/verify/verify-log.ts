// The verdict on one log: its heads, its records, its tiles.

import { counted } from './finding.ts'
import type { Finding } from './finding.ts'
import { trustedHeads, withoutHead } from './heads.ts'
import type { OutsideHead, TrustedHeads } from './heads.ts'
import { locate } from './locate.ts'
import type { LogSource } from './log-source.ts'
import type { VerifierKey } from './signed-head.ts'
import { tileFindings } from './tiles.ts'
import { walkLog } from './walk.ts'
import type { Walk } from './walk.ts'

export type Verdict = {
  readonly log: string
  /** Records that were gone through; all of them unless `findings` says otherwise. */
  readonly records: number
  /** Kept heads that were signed by a given key, the size of the newest, and its key. */
  readonly heads: number
  readonly signed: number
  readonly key: string | undefined
  /** Outside heads that were compared. */
  readonly outside: number
  /** Microseconds since 1970. */
  readonly times: { readonly from: number; readonly to: number } | undefined
  /** Earliest time in the records that no kept head covers, microseconds since 1970. */
  readonly unsignedSince: number | undefined
  /** Empty: the log is as it was signed. What is wrong with a record comes first. */
  readonly findings: readonly Finding[]
}

export type VerifyParts = {
  readonly keys: readonly VerifierKey[]
  /** Heads of this log that were kept elsewhere. */
  readonly outside?: readonly OutsideHead[]
  /** Hears now and then how many records were gone through. */
  readonly passed?: (records: number) => void
}

/** Verifies a whole log. Throws only when the source cannot be read. */
export async function verifyLog(source: LogSource, { keys, outside = [], passed = () => undefined }: VerifyParts): Promise<Verdict> {
  const { heads, findings } = await trustedHeads(source, keys, outside)
  const { walk, wrong } = await walkAndLocate(source, heads, passed)
  const reach = heads.at(heads.count - 1)
  if (reach !== undefined && reach.size > source.size) {
    wrong.push({ log: source.log, kind: 'size', sentence: `The log says that it has given out ${counted(source.size, 'number')}, but a head of size ${reach.size} was signed (${reach.from}): its size was set back.` })
  }
  if (walk.trouble === undefined && heads.kept === 0 && walk.records > 0) {
    wrong.push({ log: source.log, kind: 'unsigned', sentence: `There ${walk.records === 1 ? 'is' : 'are'} ${counted(walk.records, 'record')} and no signed head that can be trusted: the heads were removed, or this log was never signed. Nothing protects its records.` })
  }
  const complete = wrong.length === 0 && findings.length === 0
  const tiles = complete ? await tileFindings(source, walk.tiles, heads.newestKept) : []
  return {
    log: source.log,
    records: walk.records,
    heads: heads.kept,
    signed: heads.newestKept,
    key: heads.key,
    outside: outside.length,
    times: walk.times,
    unsignedSince: walk.unsignedSince,
    findings: [...wrong, ...findings, ...tiles],
  }
}

/** Heads of another past that are told apart before the log itself is said to be wrong. */
const MOST_FORKS = 5

/**
 * Walks the log. A head that does not fit while a larger one does was signed over another past: that is said of the head, and the
 * walk is done again without it. Any other trouble is the log's.
 */
async function walkAndLocate(source: LogSource, all: TrustedHeads, passed: (records: number) => void): Promise<{ readonly walk: Walk; readonly wrong: Finding[] }> {
  const wrong: Finding[] = []
  let heads = all
  let walk = await walkLog(source, heads, passed)
  while (walk.trouble !== undefined) {
    const { trouble } = walk
    const { finding, certain } = await locate(source, heads, walk, trouble)
    const others = trouble.kind === 'head' && !certain && wrong.length < MOST_FORKS ? withoutHead(heads, trouble.head) : undefined
    const again = others === undefined ? undefined : await walkLog(source, others, passed)
    if (others === undefined || again === undefined || trouble.kind !== 'head' || again.agreed.size() < trouble.head.size) {
      wrong.push(finding)
      break
    }
    const { size, from } = trouble.head
    wrong.push({ log: source.log, kind: 'head', sentence: `The head of size ${size} (${from}) was signed over other records than the log holds, while a head of size ${again.agreed.size()} agrees with the log: the log has shown two different pasts.` })
    heads = others
    walk = again
  }
  return { walk, wrong }
}
