import { describe, expect, it } from 'vitest'
import { leafHash } from '../../../audit/leaf.ts'
import { leafKeeper } from '../../../audit/own-leaves.ts'
import { leafHashesOf, runsOf } from '../../../audit/runs.ts'

const hash = (number: number): Buffer => leafHash(`leaf ${number}`)
const hashes = (from: number, count: number): Buffer => Buffer.concat(Array.from({ length: count }, (_, n) => hash(from + n)))

describe('leaves that a process appended', () => {
  it('are given from any of them on, over several appends, and no further than asked or known', () => {
    const keeper = leafKeeper()
    keeper.add(5, hashes(5, 3))
    keeper.add(8, hashes(8, 2))
    keeper.add(20, hashes(20, 1))
    expect(keeper.from(5, 100)).toEqual(hashes(5, 5))
    expect(keeper.from(6, 3)).toEqual(hashes(6, 3))
    expect(keeper.from(9, 1)).toEqual(hash(9))
    expect(keeper.from(20, 7)).toEqual(hash(20))
  })

  it('are unknown where another process appended, up to the next of their own', () => {
    const keeper = leafKeeper()
    expect([keeper.from(0, 10), keeper.nextAfter(0)]).toEqual([undefined, Number.POSITIVE_INFINITY])
    keeper.add(5, hashes(5, 3))
    expect([keeper.from(4, 10), keeper.nextAfter(4)]).toEqual([undefined, 5])
    expect([keeper.from(8, 10), keeper.nextAfter(8)]).toEqual([undefined, Number.POSITIVE_INFINITY])
  })

  it('are forgotten below a number, whole appends at a time', () => {
    const keeper = leafKeeper()
    keeper.add(0, hashes(0, 4))
    keeper.add(4, hashes(4, 4))
    keeper.forget(6)
    expect(keeper.from(0, 4)).toBeUndefined()
    expect(keeper.from(4, 4)).toEqual(hashes(4, 4))
  })

  it('are not heaped up where nobody signs: the oldest go first', () => {
    const keeper = leafKeeper()
    const many = Buffer.alloc(32 * 10_000)
    for (let at = 0; at < 100; at += 1) keeper.add(at * 10_000, many)
    expect(keeper.from(0, 1)).toBeUndefined()
    expect(keeper.from(999_999, 1)).toHaveLength(32)
    expect(keeper.nextAfter(0)).toBe(940_000)
  })
})

describe('hashes of runs', () => {
  it('are those of the whole leaves, of the logs that somebody signs, whether a record shares its text or not', () => {
    const [shared, other] = [Buffer.from('"fields":["空"]'), Buffer.from('"fields":[]')]
    const record = (of: Buffer, n: number) => ({ before: `{"at":"${n}",`, shared: of, after: `,"id":"号${n}"}` })
    const records = [record(shared, 1), record(other, 2), record(shared, 3), { before: '{"event":4}', shared: Buffer.alloc(0), after: '' }]
    const runs = runsOf(new Map([['population', records], ['gateway', [record(other, 5)]], ['credit', [record(shared, 6)]]]))
    expect(runs.logs.map(({ log }) => log)).toEqual(['credit', 'gateway', 'population'])
    const whole = ({ before, shared: text, after }: (typeof records)[number]): Buffer => leafHash(Buffer.concat([Buffer.from(before), text, Buffer.from(after)]))
    expect(leafHashesOf(runs, (log) => log !== 'gateway')).toEqual([whole(record(shared, 6)), undefined, Buffer.concat(records.map(whole))])
  })

  it('are right for a leaf of any length', () => {
    for (const length of [0, 1, 65_535, 65_536, 300_000, 7]) {
      const leaf = 'x'.repeat(length)
      expect(leafHash(Buffer.from(leaf))).toEqual(leafHash(leaf))
    }
  })
})
