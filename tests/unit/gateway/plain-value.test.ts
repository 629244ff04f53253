// Values made of a tree beside those read from the text that was written of it.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Tree } from '../../../gateway/runner/merge.ts'
import { plainValue, writeJson } from '../../../gateway/runner/write-json.ts'
import type { ObjectWriting, Writing } from '../../../gateway/runner/write-json.ts'

const seed = Number(process.env['PLAIN_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

type Kind = Writing['kind']
const of = (kind: Kind, more: Partial<Writing> = {}): Writing => ({ kind, nullable: true, item: undefined, object: undefined, values: undefined, ...more })
const fieldsOf = (writings: Readonly<Record<string, Writing>>): ObjectWriting['fields'] => Object.entries(writings).map(([name, writing], at) => ({ name, label: `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`, writing }))
const place: ObjectWriting = { type: 'Place', fields: fieldsOf({ __typename: of('typename'), lng: of('float'), 名: of('string') }) }
const row: ObjectWriting = {
  type: 'Row',
  fields: fieldsOf({
    kind: of('typename'), id: of('id'), name: of('string'), count: of('int'), share: of('float'), open: of('boolean'), any: of('custom'), state: of('enum', { values: new Set(['VALID', 'ENDED']) }),
    place: of('object', { object: place }), empty: of('object', { object: { type: 'Nothing', fields: [] } }), tags: of('list', { item: of('string') }), places: of('list', { item: of('list', { item: of('object', { object: place }) }) }),
  }),
}

const text = fc.string({ unit: 'binary' })
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> => fc.oneof({ weight: 4, arbitrary: one }, { weight: 1, arbitrary: fc.constantFrom(null, undefined) })
const float = fc.double({ noNaN: true, noDefaultInfinity: true })
/** Keys and what other subgraphs were asked by stand in a tree too. */
const placeTree = fc.record({ lng: maybe(float), 名: maybe(text), idNo: text })
const tree = fc.record({
  __typename: fc.constant('Row'), secret: text, id: maybe(fc.oneof(text, fc.integer())), name: maybe(text), count: maybe(fc.oneof(fc.integer(), fc.constant(-0))), share: maybe(float), open: maybe(fc.boolean()), any: maybe(fc.jsonValue()),
  state: maybe(fc.constantFrom('VALID', 'ENDED')), place: maybe(placeTree), empty: maybe(fc.record({ idNo: text })), tags: maybe(fc.array(fc.option(text))), places: maybe(fc.array(fc.option(fc.array(fc.option(placeTree))))),
})

it(`are the same, and hold nothing that was not written (seed ${seed})`, () => {
  fc.assert(
    fc.property(tree, (one) => {
      const read: unknown = JSON.parse(writeJson(row, one as Tree))
      const made = plainValue(row, one as Tree)
      expect(made).toStrictEqual(read)
      expect(JSON.stringify(made)).toBe(JSON.stringify(read))
    }),
    { seed, numRuns: 2_000 },
  )
})
