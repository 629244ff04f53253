import { describe, expect, it } from 'vitest'
import { CitygraphError } from '../../../core/errors.ts'
import { entryOf } from '../../../gateway/format-error.ts'
import type { ErrorEntry } from '../../../gateway/format-error.ts'
import { inAnswerOrder } from '../../../gateway/order-errors.ts'
import { random } from '../../../synthetic-city/random.ts'

const at = (...path: (string | number)[]): ErrorEntry => ({ ...entryOf(new CitygraphError('BAD_USER_INPUT')), path })
const away = (domain: string): ErrorEntry => entryOf(new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain }))

const data = { z: null, list: [{ b: null, a: { y: 1, x: null } }, null, { b: 1, a: null }], a: null }
const ordered = [away('credit'), away('licenses'), at('z'), at('list'), at('list', 0, 'b'), at('list', 0, 'a', 'x'), at('list', 1, 'b'), at('list', 2, 'a'), at('a')]
const seed = Math.floor(Math.random() * 2 ** 31)

describe('errors of an answer', () => {
  it('stand in the order of the answer, whatever order they arrived in', () => {
    console.log(`order seed ${seed}`)
    const chance = random(seed, 'errors')
    for (let round = 0; round < 200; round += 1) {
      const arrived = ordered.map((entry) => ({ entry, rank: chance.next() })).sort((one, other) => one.rank - other.rank).map(({ entry }) => entry)
      expect(inAnswerOrder(arrived, () => data), `seed ${seed}`).toEqual(ordered)
    }
  })

  it('have one order where the answer does not tell them apart', () => {
    const within = [at('list', '@', 'b'), at('z', 'below'), at('z', 'above')]
    expect(inAnswerOrder(within, () => data)).toEqual(inAnswerOrder(within.toReversed(), () => data))
    expect(inAnswerOrder([away('transport'), away('credit')], () => undefined)).toEqual([away('credit'), away('transport')])
  })

  it('cost no reading of the answer when there is one alone', () => {
    expect(inAnswerOrder([at('z')], () => { throw new Error('read') })).toEqual([at('z')])
  })
})
