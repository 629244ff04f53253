import { describe, expect, it } from 'vitest'
import { entry, level, lint, messages, open, small, thing } from './small-schema.ts'

const birth = `  birthDate: PartialDate ${level('L3', 'personal: true, mask: BIRTH_DATE')}`
const idNo = `  idNo: IdNumber ${level('L4', 'personal: true, naturalKey: true, mask: ID_NO')}`
const l2 = (rest: string) => level('L2', rest, 'CODE_TABLE')

describe('a derived field', () => {
  it('may not be below what it is derived from', () => {
    expect(messages(lint(thing(`${birth}\n  zodiac: String ${l2('derivedFrom: ["Thing.birthDate"]')}`)))).toEqual([
      expect.stringMatching(/Thing.zodiac is L2, below L3 of Thing.birthDate/),
    ])
  })
  it('may be below it with a declassifier and its legal basis', () => {
    expect(messages(lint(thing(`${birth}\n  decade: String ${l2('derivedFrom: ["Thing.birthDate"], declassifier: GENERALISE, basis: "上海市数据条例 41"')}`)))).toEqual([])
  })
  it('may not be below it with a declassifier that names no basis', () => {
    expect(messages(lint(thing(`${birth}\n  decade: String ${l2('derivedFrom: ["Thing.birthDate"], declassifier: GENERALISE')}`))).join('\n')).toMatch(
      /without its legal basis[\s\S]*below L3 of Thing.birthDate/,
    )
  })
  it('counts through chains, even where the middle is itself too low', () => {
    const chain = `${idNo}\n  middle: String ${l2('derivedFrom: ["Thing.idNo"]')}\n  end: String ${l2('derivedFrom: ["Thing.middle"]')}`
    expect(messages(lint(thing(chain)))).toEqual([expect.stringMatching(/middle is L2, below L4/), expect.stringMatching(/end is L2, below L4 of Thing.middle/)])
  })
  it('stops counting behind a declassified middle', () => {
    const chain = `${idNo}\n  middle: String ${l2('derivedFrom: ["Thing.idNo"], declassifier: AGGREGATE, basis: "统计法 28"')}\n  end: String ${l2('derivedFrom: ["Thing.middle"]')}`
    expect(messages(lint(thing(chain)))).toEqual([])
  })
  it('counts an interface field as the highest of its implementations', () => {
    const types = `interface Holder ${level('L1', open, 'SYSTEM')} { code: String ${l2('')} }
      type Shop implements Holder ${level('L1', open, 'SYSTEM')} { code: String ${l2('')} }
      type Human implements Holder ${level('L2', '')} { code: String ${level('L4', '', 'CODE_TABLE')} }`
    const found = messages(lint(thing(`  copy: String ${l2('derivedFrom: ["Holder.code"]')}`, types)))
    expect(found.join('\n')).toMatch(/Thing.copy is L2, below L4 of Holder.code/)
    expect(found.join('\n')).toMatch(/Human.code is L4, but Holder.code that stands for it only L2/)
  })
  it('counts what @requires reads as an input', () => {
    const home = small('enterprises', `type Query { shop(uscc: ID!): Shop ${entry} }\ntype Shop @key(fields: "uscc") ${level('L1', open, 'SYSTEM')} { uscc: ID! place: Place ${level('L3', '', 'GEO')} }\ntype Place ${level('L1', open, 'SYSTEM')} { code: String ${level('L4', '', 'GEO')} }`)
    const other = small('population', `type Query { x: Shop ${entry} }\ntype Place { code: String @external }\ntype Shop @key(fields: "uscc") ${level('L1', open, 'SYSTEM')} { uscc: ID! place: Place @external near: String @requires(fields: "place { code }") ${l2('')} }`)
    expect(messages(lint(other, { enterprises: home })).join('\n')).toMatch(/Shop.near is L2, below L3 of Shop.place[\s\S]*Shop.near is L2, below L4 of Place.code/)
  })
  it('refuses arguments inside @requires, which the gateway answers wrongly', () => {
    const sdl = thing(`${birth}\n  x: String @requires(fields: "birthDate(a: 1)") ${level('L3', '', 'CODE_TABLE')}`)
    expect(messages(lint(sdl)).join()).toMatch(/has arguments/)
  })
  it('refuses inputs that do not exist', () => {
    expect(messages(lint(thing(`  x: String ${l2('derivedFrom: ["Thing.nothing"]')}`))).join()).toMatch(/derived from Thing.nothing, which does not exist/)
  })
  it('refuses cycles', () => {
    expect(messages(lint(thing(`  a: String ${l2('derivedFrom: ["Thing.b"]')}\n  b: String ${l2('derivedFrom: ["Thing.a"]')}`))).join('\n')).toMatch(/Thing.a is derived from itself: Thing.a ← Thing.b ← Thing.a/)
  })
  it('refuses a declassifier of nothing', () => {
    expect(messages(lint(thing(`  a: String ${l2('declassifier: VERIFY, basis: "x"')}`))).join()).toMatch(/but nothing that it is derived from/)
  })
  it('counts the inputs of the entry for every field of its answer', () => {
    const answer = (rest: string) => `extend type Query { check(id: ID!): Answer @entry(kind: VERIFY, of: "Thing") ${level('L3', `personal: true, derivedFrom: ["Thing.birthDate"]${rest}`)} }
      type Answer ${level('L1', open, 'SYSTEM')} { born: String ${l2('')} }`
    expect(messages(lint(thing(birth, answer('')))).join('\n')).toMatch(/Answer.born is L2, below L3 of Thing.birthDate/)
    expect(messages(lint(thing(birth, answer(', declassifier: VERIFY, basis: "yes or no"'))))).toEqual([])
  })
  it('refuses an answer above the entry that decides it', () => {
    const answer = `extend type Query { check(id: ID!): Answer @entry(kind: VERIFY, of: "Thing") ${level('L3', 'personal: true, derivedFrom: ["Thing.birthDate"], declassifier: VERIFY, basis: "x"')} }
      type Answer ${level('L1', open, 'SYSTEM')} { number: String ${level('L4', '', 'CODE_TABLE')} }`
    expect(messages(lint(thing(birth, answer))).join()).toMatch(/below Answer.number \(L4\) which is decided with it/)
  })
})
