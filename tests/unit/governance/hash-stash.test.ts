// Hashes that the follower read, for the witness: those that follow without a gap, or none.

import { describe, expect, it } from 'vitest'
import { hashStash } from '../../../governance/hash-stash.ts'

const hash = (n: number): Buffer => Buffer.from([n])

describe('a stash of hashes', () => {
  it('gives what follows, each log its own, and nothing across a gap', () => {
    const stash = hashStash()
    for (let seq = 0; seq < 10; seq += 1) stash.add('credit', seq, hash(seq))
    stash.add('population', 0, hash(99))
    expect(stash.take('credit', 0, 3)).toEqual([0, 1, 2].map(hash))
    expect(stash.take('credit', 3, 100)).toEqual([3, 4, 5, 6, 7, 8, 9].map(hash))
    expect(stash.take('credit', 10, 5)).toEqual([])
    // What was let go is not there any more, and is read anew by whoever wants it.
    expect(stash.take('credit', 2, 5)).toEqual([])
    expect(stash.take('population', 0, 5)).toEqual([hash(99)])
    stash.add('credit', 12, hash(12))
    expect(stash.take('credit', 10, 5)).toEqual([])
    expect(stash.take('credit', 12, 5)).toEqual([hash(12)])
    // The same again, after a step that failed.
    stash.add('credit', 12, hash(13))
    expect(stash.take('credit', 12, 5)).toEqual([hash(13)])
    expect(stash.take('nowhere', 0, 5)).toEqual([])
  })
})
