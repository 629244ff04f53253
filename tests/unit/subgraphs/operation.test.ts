// What a subgraph reads of an operation, once per text.

import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { readClassification } from '../../../schema/classification.ts'
import { allSubgraphSdl } from '../../../schema/load.ts'
import { operationReader } from '../../../subgraphs/operation.ts'

const sdls = allSubgraphSdl()
const read = operationReader(buildSubgraphSchema(parse(sdls.credit)), readClassification(sdls))

describe('an operation', () => {
  it('names its entries and the classified fields asked for, through fragments and aliases', () => {
    const { entries, fields, name } = read(
      `query Look { records: creditRecords { nodes { ...R pageTitle: title } pageInfo { hasNextPage } } }
       fragment R on CreditRecord { id kind judgmentDebtor { name } }`, 'Look')
    expect(name).toBe('Look')
    expect(entries).toEqual(['Query.creditRecords'])
    expect(fields.map(({ type, field }) => `${type}.${field}`)).toEqual([
      'Query.creditRecords', 'CreditRecord.kind', 'CreditRecord.judgmentDebtor', 'JudgmentDebtor.name', 'CreditRecord.title',
    ])
  })

  it('of the planner is not validated once more, but refused where it names what there is not; nobody else finds it', () => {
    const invalid = '{ creditRecords(first: "x") { nodes { id } } }'
    expect(() => read(invalid, undefined)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }))
    expect(read(invalid, undefined, true).entries).toEqual(['Query.creditRecords'])
    expect(() => read(invalid, undefined)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }))
    for (const text of ['{ nothing }', '{ creditRecords { nodes { nothing } } }', '{ creditRecords { ...Nowhere } }', '{ creditRecords }', '{ creditRecords { nodes { title { id } } } }', '{ creditRecords { nodes { ... on _Entity { title } } } }', '{ creditRecords { nodes { ... on Nowhere { id } } } }',
      'query($r: [_Any!]!) { _entities(representations: $r) { title } }']) {
      expect(() => read(text, undefined, true), text).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }))
    }
    expect(() => read('{ creditRecords { nodes { id: title } } }', undefined, true)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }))
  })

  it('refuses names longer than a planner makes of admitted ones', () => {
    const query = (alias: string): string => `{ creditRecords { nodes { ${alias}: title } } }`
    expect(() => read(query('t'.repeat(200)), undefined)).not.toThrow()
    expect(() => read(query('t'.repeat(201)), undefined)).toThrow(expect.objectContaining({ code: 'TOO_COSTLY' }))
    expect(() => read(`query ${'q'.repeat(201)} { creditRecords { nodes { title } } }`, undefined)).toThrow(expect.objectContaining({ code: 'TOO_COSTLY' }))
  })

  it('names the types that _entities is asked for', () => {
    const text = `query($r: [_Any!]!) { _entities(representations: $r) { ...P ... on Enterprise { uscc creditRating { grade } } } } fragment P on Person { id }`
    const { entries, fields } = read(text, undefined)
    expect(entries).toEqual(['_entities(Person)', '_entities(Enterprise)'])
    expect(fields).toEqual([{ type: 'Enterprise', field: 'creditRating' }, { type: 'CreditRating', field: 'grade' }])
  })

  it('has one hash whatever the literals, and another for other fields', () => {
    const hash = (uscc: string, matter: string, field: string) => read(`{ creditCheck(uscc: "${uscc}", matterCode: "${matter}") { ${field} } }`, undefined).hash
    expect(hash('91310199MA1K0T2A0A', 'M1', 'blocked')).toBe(hash('', '', 'blocked'))
    expect(hash('', '', 'reasons')).not.toBe(hash('', '', 'blocked'))
    const listed = (literal: string) => read(`{ creditRecords(where: { kind: { in: ${literal} } }) { nodes { id } } }`, undefined).hash
    expect(listed('[ADMIN_PENALTY]')).toBe(listed('[ADMIN_LICENSING, ADMIN_PENALTY]'))
  })

  it('is read once for each text and operation name', () => {
    const text = 'query A { creditRecords { nodes { id } } } query B { creditRecords { nodes { kind } } }'
    expect(read(text, 'A')).toBe(read(text, 'A'))
    expect(read(text, 'B').fields).not.toEqual(read(text, 'A').fields)
    expect(() => read(text, undefined)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }))
  })
})
