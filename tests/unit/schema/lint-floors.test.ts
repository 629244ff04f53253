import { describe, expect, it } from 'vitest'
import { allSubgraphSdl } from '../../../schema/load.ts'
import { lintClassification } from '../../../schema/lint.ts'
import { level, lint, messages, open, small, thing, entry } from './small-schema.ts'

const refused: readonly (readonly [string, string, RegExp])[] = [
  ['an identity number below L4', `idNo: IdNumber ${level('L3', 'personal: true, naturalKey: true, mask: ID_NO')}`, /at least L4: a number that is or carries/],
  ['an identity number whose mask does not say what it is', `idNo: IdNumber ${level('L3', 'personal: true')}`, /at least L4/],
  ['a passport number below L4', `passport: String ${level('L3', 'personal: true, naturalKey: true, mask: PASSPORT')}`, /at least L4/],
  ["a person's certificate number below L4", `permit: String ${level('L3', 'personal: true, naturalKey: true, mask: CERT_NO')}`, /at least L4: a natural key of a person/],
  ['another natural key below L3', `plate: String ${level('L2', 'naturalKey: true, mask: PLATE', 'VEHICLE')}`, /at least L3: a natural key/],
  ['sensitive personal information below L4', `photo: String ${level('L3', 'personal: true, sensitive: true', 'PERSON_BIOMETRIC')}`, /at least L4: sensitive personal information/],
  ['personal information below L3', `maritalStatus: String ${level('L2', 'personal: true', 'PERSON_FAMILY')}`, /at least L3: personal information/],
  ['a name below L3 without a law that makes it public', `name: PersonName ${level('L2', 'personal: true, mask: NAME')}`, /at least L3: personal information/],
  ['a name in a category of codes below L3', `name: PersonName ${level('L2', 'personal: true, mask: NAME', 'DRIVER')}`, /at least L3: personal information/],
  ['personal information at L1 without its basis', `name: PersonName ${level('L1', 'personal: true, mask: NAME')}`, /L1 and personal; that needs its legal basis/],
  ['undisclosed finance of an organisation below L3', `profit: AmountOrBand ${level('L2', 'mask: AMOUNT_BAND', 'ORG_FINANCE')}`, /at least L3: undisclosed finance/],
  ['free text below L3', `facts: String ${level('L2', 'mask: TEXT_SCRUB', 'CREDIT_NEGATIVE')}`, /at least L3: free text/],
  ['opening UNCONDITIONAL above L1', `code: String ${level('L2', open, 'CODE_TABLE')}`, /opening UNCONDITIONAL is for L1 only/],
  ['opening CONDITIONAL at L4', `code: String ${level('L4', 'opening: CONDITIONAL', 'CODE_TABLE')}`, /L4; its opening is NONE/],
  ['opening UNCONDITIONAL without its basis', `code: String ${level('L1', 'opening: UNCONDITIONAL', 'CODE_TABLE')}`, /opening UNCONDITIONAL; that needs its legal basis/],
  ['sharing NONE without its basis', `note: String ${level('L3', 'sharing: NONE', 'CODE_TABLE')}`, /sharing NONE; that needs its legal basis/],
  ['a blank basis', `note: String ${level('L3', 'sharing: NONE, basis: " "', 'CODE_TABLE')}`, /sharing NONE; that needs its legal basis/],
  ['a classified field that cannot be null', `code: String! ${level('L2', '', 'CODE_TABLE')}`, /must be nullable/],
  ['a mask whose output is not valid in the type', `born: Date ${level('L3', 'personal: true, mask: BIRTH_DATE')}`, /BIRTH_DATE, whose output is no valid Date/],
  ['a field without any classification', 'note: String', /Thing.note is not classified/],
  ['an argument that @classified does not have', `note: String ${level('L3', 'levle: 1')}`, /no argument levle/],
  ['a level that does not exist', 'note: String @classified(level: L5, category: SYSTEM, owner: "PSB")', /L5/],
]

const accepted: readonly (readonly [string, string])[] = [
  ['gender as a code at L2', `gender: String ${level('L2', 'personal: true')}`],
  ['a district at L2', `division: String ${level('L2', 'personal: true, mask: DIVISION', 'PERSON_CONTACT')}`],
  ['a status at L2', `status: String ${level('L2', 'personal: true', 'PERSON_STATUS')}`],
  ['a name that the law makes public at L1', `name: PersonName ${level('L1', `${open}, personal: true, mask: NAME`)}`],
  ['finance that the regulation makes public at L1', `year: String ${level('L1', 'sharing: UNCONDITIONAL, opening: UNCONDITIONAL, basis: "企业信息公示暂行条例 8"', 'ORG_FINANCE')}`],
  ['an identity number at L4', `idNo: IdNumber ${level('L4', 'personal: true, naturalKey: true, mask: ID_NO')}`],
]

describe('the floors of a classification', () => {
  it('accepts the five departments as they are', () => {
    expect(lintClassification(allSubgraphSdl())).toEqual([])
  })
  it.each(accepted)('accepts %s', (_, field) => {
    expect(messages(lint(thing(`  ${field}`)))).toEqual([])
  })
  it.each(refused)('refuses %s', (_, field, sentence) => {
    expect(messages(lint(thing(`  ${field}`))).join('\n')).toMatch(sentence)
  })
  it('tells file, line and column of the field in the file it was written in', () => {
    const [problem] = lint(thing('  ok: String\n  note: String @classified(level: L2, category: CODE_TABLE, owner: "PSB")'))
    expect(problem).toMatchObject({ file: 'schema/population.graphql', line: 4, column: 3 })
  })
  it("refuses a field below its type's level", () => {
    const sdl = small('population', `type Query { thing: Thing ${entry} }\ntype Thing ${level('L3', '', 'SYSTEM')} { code: String ${level('L2', '', 'SYSTEM')} }`)
    expect(messages(lint(sdl)).join()).toMatch(/below its type's L3/)
  })
  it('refuses a type without a classification', () => {
    expect(messages(lint(thing(`  other: Other ${level('L2', '', 'SYSTEM')}`, `type Other { code: String ${level('L2', '', 'SYSTEM')} }`))).join()).toMatch(/Type Other is not classified/)
  })
  it('refuses a link to a person below L3', () => {
    const person = `type Person @key(fields: "id") ${level('L2', 'personal: true')} { id: ID! }`
    expect(messages(lint(thing(`  owner: Person ${level('L2', '', 'VEHICLE')}`, person))).join()).toMatch(/a link to a person/)
  })
  it('refuses an identity number as a key, since keys carry no level', () => {
    const sdl = small('population', `type Query { thing: Thing ${entry} }\ntype Thing @key(fields: "idNo") ${level('L2')} { idNo: ID! }`)
    expect(messages(lint(sdl)).join()).toMatch(/Thing.idNo may not be a key/)
  })
  it('does not take a field for structural because its type is called a connection', () => {
    const sdl = thing(`  secrets: SecretConnection ${level('L2', '', 'SYSTEM')}`, 'type SecretConnection { nodes: [String!]! pageInfo: PageInfo! total: Int! }')
    expect(messages(lint(sdl)).join('\n')).toMatch(/SecretConnection.nodes is not classified[\s\S]*SecretConnection.total is not classified/)
  })
  it('refuses a VERIFY entry that names no declassifier, no basis and no inputs', () => {
    const sdl = small('population', `type Query { check(id: ID!): Boolean @entry(kind: VERIFY, of: "Nobody") ${level('L3', 'personal: true')} }`)
    expect(messages(lint(sdl)).join('\n')).toMatch(/of names a classified type[\s\S]*it names derivedFrom, declassifier VERIFY and its basis/)
  })
  it('refuses a VERIFY entry that gives data instead of an answer', () => {
    const sdl = thing(`  born: PartialDate ${level('L3', 'personal: true, mask: BIRTH_DATE')}`, `extend type Query { when(id: ID!): PartialDate @entry(kind: VERIFY, of: "Thing") ${level('L3', 'personal: true, derivedFrom: ["Thing.born"], declassifier: VERIFY, basis: "x"')} }`)
    expect(messages(lint(sdl)).join()).toMatch(/a VERIFY entry returns Boolean, an enum or a type/)
  })
})
