// The records of one answer that the answering process itself reads from several departments: each hands over its own while the answer
// is made, all are committed together once nothing more is read, and nothing of the answer may leave before. Of what reads after
// that, nobody is given anything; its records are committed all the same.

import { COMMIT_LIMIT } from './commit-queue.ts'
import type { Append, CommitQueue } from './commit-queue.ts'

export type AnswerCommit = {
  /** Of one log of the queue; never fails. */
  hold(append: Append): void
  /** To be awaited once, before the answer, whatever became of it. Throws AUDIT_UNAVAILABLE: the answer must not be given. */
  durable(): Promise<void>
}

/** Begins one for each answer; from then on the queue expects its records. */
export function answerCommits(queue: CommitQueue): () => AnswerCommit {
  return () => {
    const arrived = queue.expect()
    let held: Append[] | undefined = []
    return {
      hold(append) {
        if (held !== undefined) held.push(append)
        // The operator hears of a failure by the append's own `onFailure`.
        else queue.add([append]).catch(() => undefined)
      },
      async durable() {
        const appends = held ?? []
        held = undefined
        try {
          await Promise.all(commitsOf(appends).map((together) => queue.add(together)))
        } finally {
          arrived()
        }
      },
    }
  }
}

/** Mostly one; none without records; several where one commit would be too large. */
function commitsOf(appends: readonly Append[]): readonly (readonly Append[])[] {
  const commits: Append[][] = []
  let records = COMMIT_LIMIT
  for (const append of appends) {
    records += append.records.length
    if (records > COMMIT_LIMIT) {
      commits.push([])
      records = append.records.length
    }
    commits.at(-1)?.push(append)
  }
  return commits
}
