import { describe, expect, it } from 'vitest'
import { breakingChanges } from '../../../schema/breaking-changes.ts'
import { checkSchema } from '../../../schema/check.ts'
import { composeSupergraph } from '../../../schema/compose.ts'
import { entry, level, messages, open, small } from './small-schema.ts'

const city = (fields: string) => ({ population: small('population', `type Query { shop: Shop ${entry} }\ntype Shop @key(fields: "uscc") ${level('L1', open, 'SYSTEM')} {\n  uscc: ID!\n${fields}\n}`) })
const phone = `  phone: String ${level('L3', '', 'SYSTEM')}`
const composed = (fields: string) => composeSupergraph(city(fields)).supergraphSdl ?? ''
const changes = (before: string, after: string) => breakingChanges(composed(before), composed(after)).map((change) => change.message)

describe('the check', () => {
  it('finds nothing wrong when the committed supergraph is what the subgraphs compose to', async () => {
    expect(await checkSchema({ sdls: city(phone), committed: composed(phone) })).toEqual([])
  })
  it('does not mind comments in the committed supergraph', async () => {
    expect(await checkSchema({ sdls: city(phone), committed: `# by hand\n${composed(phone)}` })).toEqual([])
  })
  it('says when the committed supergraph is out of date', async () => {
    expect(messages(await checkSchema({ sdls: city(phone), committed: composed('') }))).toEqual([expect.stringMatching(/not what the subgraphs compose to/)])
  })
  it('names a lowered level where it is written', async () => {
    const problems = await checkSchema({ sdls: city(`  phone: String ${level('L2', '', 'SYSTEM')}`), committed: composed(phone) })
    expect(problems).toContainEqual({ file: 'schema/population.graphql', line: 4, column: 3, message: expect.stringMatching(/Shop.phone was L3 and would become L2/) })
  })
  it('says so when the committed supergraph does not parse', async () => {
    expect(messages(await checkSchema({ sdls: city(phone), committed: 'type {' })).join()).toMatch(/does not parse/)
  })
  it('gives the composition error with its place', async () => {
    const [problem] = await checkSchema({ sdls: city(`  next: Nothing ${level('L3', '', 'SYSTEM')}`) })
    expect(problem).toMatchObject({ file: 'schema/population.graphql', line: 4, message: expect.stringMatching(/Nothing/) })
  })
})

describe('a breaking change', () => {
  it('is a removed field', () => {
    expect(changes(phone, '')).toEqual([expect.stringMatching(/Shop.phone was removed/)])
  })
  it('is a changed type', () => {
    expect(changes(phone, `  phone: Int ${level('L3', '', 'SYSTEM')}`)).toEqual([expect.stringMatching(/changed type from String to Int/)])
  })
  it('is a lowered level, a widened release and a dropped flag', () => {
    const before = `  phone: String ${level('L4', 'personal: true, sharing: NONE, basis: "x"', 'SYSTEM')}`
    const after = `  phone: String ${level('L3', 'sharing: UNCONDITIONAL, opening: CONDITIONAL', 'SYSTEM')}`
    expect(changes(before, after)).toEqual([
      expect.stringMatching(/L4 and would become L3/), expect.stringMatching(/sharing would widen/), expect.stringMatching(/opening would widen/), expect.stringMatching(/no longer be personal/),
    ])
  })
  it('is not an added field or a raised level', () => {
    expect(changes(phone, `  phone: String ${level('L4', '', 'SYSTEM')}\n  fax: String ${level('L3', '', 'SYSTEM')}`)).toEqual([])
  })
})
