// Row conditions as SQL: the text beside each kind, read as a diff when it changes.

import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RowCondition } from '../../../policy-engine/row-condition.ts'
import { follows, predicate } from '../../../resolvers/predicates.ts'
import { slotName } from '../../../resolvers/slots.ts'
import { compile } from '../../../resolvers/statements.ts'

const attributes = { minor: sql`m`, subject: sql`s`, division: sql`d`, itemLevel: sql`l`, at: sql`t`, tags: sql`g` }
const attribute = (name: string) => ({ kind: 'attribute', name }) as const
const constant = (value: string | number | boolean) => ({ kind: 'constant', value }) as const

const golden: readonly (readonly [name: string, condition: RowCondition, text: string, parameters: readonly unknown[]])[] = [
  ['always', { kind: 'always' }, 'true', []],
  ['never', { kind: 'never' }, 'false', []],
  ['and', { kind: 'and', terms: [{ kind: 'truth', attribute: 'minor' }, { kind: 'has', attribute: 'subject' }] }, '(m AND s IS NOT NULL)', []],
  ['and of nothing', { kind: 'and', terms: [] }, 'true', []],
  ['or of nothing', { kind: 'or', terms: [] }, 'false', []],
  ['not', { kind: 'not', term: { kind: 'truth', attribute: 'minor' } }, '(m) IS NOT TRUE', []],
  ['==', { kind: 'compare', operator: '==', left: attribute('subject'), right: { kind: 'parameter', name: 'pid' } }, 's = $1::text', ['pid']],
  ['!=', { kind: 'compare', operator: '!=', left: attribute('subject'), right: constant('x') }, 's <> $1::text', ['x']],
  ['<=', { kind: 'compare', operator: '<=', left: attribute('itemLevel'), right: constant(3) }, 'l <= $1::bigint', [3]],
  ['a Boolean constant', { kind: 'compare', operator: '==', left: attribute('minor'), right: constant(true) }, 'm = $1::boolean', [true]],
  ['an instant', { kind: 'compare', operator: '<', left: { kind: 'parameter', name: 'now' }, right: { kind: 'instant', epochMs: 0 } }, '$1::timestamptz < $2::timestamptz', ['now', '1970-01-01T00:00:00.000Z']],
  ['under a district', { kind: 'under', left: attribute('division'), right: constant('310101') }, 'starts_with(d, $1::text)', ['310101']],
  ['under what has no descendants', { kind: 'under', left: attribute('division'), right: constant('3101011') }, 'd = $1::text', ['3101011']],
  ['under a code that is no number', { kind: 'under', left: attribute('division'), right: constant('3x') }, 'd = $1::text', ['3x']],
  ['under another attribute', { kind: 'under', left: constant('310101'), right: attribute('division') }, "($1::text = d OR (length(d) IN (2, 4, 6, 9, 12) AND translate(d, '0123456789', '') = '' AND starts_with($2::text, d)))", ['310101', '310101']],
  ['like a prefix', { kind: 'like', value: attribute('subject'), prefix: '9%_', contained: '', suffix: '' }, '(starts_with(s, $1::text))', ['9%_']],
  ['like a suffix', { kind: 'like', value: attribute('subject'), prefix: '', contained: '', suffix: '张伟' }, '(right(s, $1::integer) = $2::text)', [2, '张伟']],
  ['like what is contained', { kind: 'like', value: attribute('subject'), prefix: '', contained: 'x', suffix: '' }, '(strpos(s, $1::text) > 0)', ['x']],
  ['like both ends', { kind: 'like', value: attribute('subject'), prefix: 'ab', contained: '', suffix: 'bc' }, '(starts_with(s, $1::text) AND right(s, $2::integer) = $3::text AND length(s) >= $4::integer)', ['ab', 2, 'bc', 4]],
  ['like anything', { kind: 'like', value: attribute('subject'), prefix: '', contained: '', suffix: '' }, 's IS NOT NULL', []],
  ['one of texts', { kind: 'oneOf', value: attribute('subject'), constants: ['a', 'b'] }, 's = ANY($1::text[])', [['a', 'b']]],
  ['one of numbers', { kind: 'oneOf', value: attribute('itemLevel'), constants: [3, 4] }, 'l = ANY($1::bigint[])', [[3, 4]]],
  ['a set contains all', { kind: 'setContains', attribute: 'tags', mode: 'all', constants: ['a'] }, 'g @> $1::text[]', [['a']]],
  ['a set contains any', { kind: 'setContains', attribute: 'tags', mode: 'any', constants: ['a', 'b'] }, 'g && $1::text[]', [['a', 'b']]],
]

test.each(golden)('writes %s', (_name, condition, text, parameters) => {
  const statement = compile(predicate(condition, attributes))
  expect(statement.text).toBe(text)
  expect(statement.parameters.map((parameter) => slotName(parameter) ?? parameter)).toEqual(parameters)
})

test('ends the statement at an attribute that is not bound, inherited names included', () => {
  for (const name of ['home', '__proto__', 'constructor', 'toString']) {
    expect(() => predicate({ kind: 'not', term: { kind: 'truth', attribute: name } }, attributes)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  }
})

const truth = (name: string): RowCondition => ({ kind: 'truth', attribute: name })

/** Two-valued, over Boolean attributes. */
function holds(condition: RowCondition, row: Readonly<Record<string, boolean>>): boolean {
  switch (condition.kind) {
    case 'always': return true
    case 'never': return false
    case 'truth': return row[condition.attribute] === true
    case 'not': return !holds(condition.term, row)
    case 'and': return condition.terms.every((term) => holds(term, row))
    case 'or': return condition.terms.some((term) => holds(term, row))
    default: throw new RangeError(condition.kind)
  }
}

test('a condition that follows from another is true wherever that one is (property)', () => {
  const names = ['a', 'b', 'c'] as const
  const { condition } = fc.letrec<{ condition: RowCondition }>((tie) => ({
    condition: fc.oneof({ depthSize: 'small' },
      fc.constantFrom<RowCondition>({ kind: 'always' }, { kind: 'never' }, ...names.map(truth)),
      fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), terms: fc.array(tie('condition'), { maxLength: 3 }) }),
      fc.record({ kind: fc.constant('not' as const), term: tie('condition') }),
    ),
  }))
  const rows = Array.from({ length: 8 }, (_, bits) => Object.fromEntries(names.map((name, at) => [name, (bits >> at) % 2 === 1])))
  let found = 0
  fc.assert(fc.property(condition, condition, fc.boolean(), (one, other, joined) => {
    const from: RowCondition = joined ? { kind: 'and', terms: [other, one] } : other
    if (!follows(one, from)) return
    found++
    for (const row of rows) expect(holds(one, row) || !holds(from, row)).toBe(true)
  }), { numRuns: 2_000 })
  expect(found).toBeGreaterThan(200)
})

test('nothing follows from nothing but what is always so', () => {
  expect([follows(truth('a'), { kind: 'always' }), follows({ kind: 'never' }, { kind: 'never' }), follows({ kind: 'always' }, { kind: 'never' })]).toEqual([false, false, true])
  expect(follows(truth('a'), { kind: 'or', terms: [truth('a'), truth('b')] })).toBe(false)
})
