// Cursors: sealed for one organisation and place, telling nothing.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CitygraphError } from '../../../core/errors.ts'
import { createCursorSeal } from '../../../resolvers/cursors.ts'

const seal = createCursorSeal(['test-pair-key-v1'])
const PLACE = 'Query.people|abc|'

test('gives back the position it was sealed with (property)', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string(), { nil: null }), { maxLength: 4 }), (position) => {
      expect(seal.open('AMR', PLACE, seal.seal('AMR', PLACE, position))).toEqual(position)
    }),
  )
})

test('fits no other organisation and no other place', () => {
  const cursor = seal.seal('AMR', PLACE, ['张伟', null])
  for (const [org, place] of [['APPR', PLACE], ['AMR', 'Query.people|abd|'], ['AMR', 'Person.licenses|abc|']] as const) {
    expect(() => seal.open(org, place, cursor)).toThrow(CitygraphError)
  }
})

test('refuses whatever was changed, byte by byte, and whatever is no cursor', () => {
  const cursor = seal.seal('AMR', PLACE, ['2024-11-02'])
  const bytes = Buffer.from(cursor, 'base64url')
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(() => seal.open('AMR', PLACE, changed.toString('base64url'))).toThrow(CitygraphError)
  }
  for (const text of ['', 'AAAA', `${cursor}=`, `${cursor}A`, '张伟', cursor.slice(0, 30), 'A'.repeat(10_000), "' OR 1=1"]) {
    expect(() => seal.open('AMR', PLACE, text)).toThrow(CitygraphError)
  }
})

test('does not tell by its length how long a name is, nor by being equal that a position is', () => {
  const [short, long] = [seal.seal('AMR', PLACE, ['陈', 'k']), seal.seal('AMR', PLACE, ['阿依古丽·买买提', 'k'])]
  expect(short).toHaveLength(long.length)
  expect(seal.seal('AMR', PLACE, ['陈'])).not.toBe(seal.seal('AMR', PLACE, ['陈']))
})

test('is read under the old key while keys rotate', () => {
  const rotated = createCursorSeal(['new-key', 'test-pair-key-v1'])
  expect(rotated.open('AMR', PLACE, seal.seal('AMR', PLACE, ['x']))).toEqual(['x'])
})
