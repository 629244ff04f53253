import { describe, expect, it } from 'vitest'
import { leafHash } from '../../../audit/leaf.ts'
import { processLeaves } from '../../../audit/own-leaves.ts'
import { leafHashesOf, runsOf } from '../../../audit/runs.ts'

/** Of one log, as whoever appends and as its signer. */
function leafKeeper() {
  const leaves = processLeaves()
  return { ...leaves.of('credit'), add: (first: number, added: Buffer) => leaves.add('credit', first, added) }
}

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

  it('stay what they were where their numbers are given out again, whole or in part, before or behind them', () => {
    const other = (from: number, count: number): Buffer => Buffer.concat(Array.from({ length: count }, (_, n) => leafHash(`other ${from + n}`)))
    const keeper = leafKeeper()
    keeper.add(105, hashes(105, 5))
    keeper.add(120, hashes(120, 2))
    keeper.add(100, other(100, 10))
    keeper.add(107, other(107, 20))
    keeper.add(106, other(106, 2))
    expect(keeper.from(100, 100)).toEqual(Buffer.concat([other(100, 5), hashes(105, 5), other(110, 10), hashes(120, 2), other(122, 5)]))
    expect([keeper.nextAfter(99), keeper.nextAfter(126)]).toEqual([100, Number.POSITIVE_INFINITY])
    keeper.add(90, other(90, 1))
    expect([keeper.nextAfter(80), keeper.nextAfter(90)]).toEqual([90, 100])
  })

  it('are those of the logs that are signed here, and are waited for while they are being appended, whatever becomes of that', async () => {
    const leaves = processLeaves()
    const keeper = leaves.of('credit')
    expect([leaves.isKept('credit'), leaves.isKept('gateway')]).toEqual([true, false])
    let answered = (): void => undefined
    const append = leaves.during(new Promise<void>((resolve) => (answered = resolve)).then(() => leaves.add('credit', 0, hash(0))))
    const failed = leaves.during(Promise.reject(new Error('away')))
    const known = keeper.settled().then(() => keeper.from(0, 1))
    await expect(failed).rejects.toThrow('away')
    answered()
    await append
    expect(await known).toEqual(hash(0))
    await keeper.settled()
  })

  it('are not heaped up where nobody signs: the newest are left out, since the oldest may be what is missed', () => {
    const keeper = leafKeeper()
    const many = Buffer.alloc(32 * 10_000)
    for (let at = 0; at < 100; at += 1) keeper.add(at * 10_000, many)
    expect(keeper.from(0, 1)).toHaveLength(32)
    expect(keeper.from(999_999, 1)).toBeUndefined()
    expect(keeper.nextAfter(59_999)).toBe(Number.POSITIVE_INFINITY)
    keeper.forget(30_000)
    keeper.add(1_000_000, many)
    expect(keeper.nextAfter(59_999)).toBe(1_000_000)
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
