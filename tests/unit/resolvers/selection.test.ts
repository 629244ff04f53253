// Selections: fragments, directives and aliases seen through.

import { buildSchema, graphqlSync, type GraphQLResolveInfo } from 'graphql'
import { expect, test } from 'vitest'
import { rowSelection, selectionOf } from '../../../resolvers/selection.ts'

const schema = buildSchema(`
  interface Named { name: String }
  type Person implements Named { id: ID! name: String age: Int mobile: String }
  type Firm implements Named { name: String uscc: ID }
  union Any = Person | Firm
  type PersonConnection { nodes: [Person!]! edges: [PersonEdge!]! pageInfo: String }
  type PersonEdge { node: Person! cursor: String! }
  type Query { any: Any people: PersonConnection }
`)

function infoOf(query: string, field: 'any' | 'people', variables: Record<string, unknown> = {}): GraphQLResolveInfo {
  let seen: GraphQLResolveInfo | undefined
  const rootValue = { [field]: (_args: unknown, _context: unknown, info: GraphQLResolveInfo) => ((seen = info), null) }
  graphqlSync({ schema, source: query, rootValue, variableValues: variables })
  if (seen === undefined) throw new Error('not asked')
  return seen
}

test('takes each type its own fields from a union, through named and inline fragments', () => {
  const info = infoOf(`{ any { __typename ... on Named { name } ... on Person { age other: mobile mobile } ...F } } fragment F on Firm { uscc }`, 'any')
  expect(selectionOf(info, 'Person')).toEqual(['age', 'mobile', 'name'])
  expect(selectionOf(info, 'Firm')).toEqual(['name', 'uscc'])
})

test('merges what nodes and edges ask of the same rows', () => {
  const info = infoOf('{ people { nodes { id } edges { cursor node { name } } edges { node { ...A } } pageInfo } } fragment A on Person { age }', 'people')
  expect(rowSelection(info, 'Person')).toEqual(['age', 'id', 'name'])
})

test('obeys @skip and @include with the variables of each execution', () => {
  const query = 'query($no: Boolean!) { any { ... on Person @skip(if: $no) { mobile } ... on Person { name @include(if: $no) age } } }'
  expect(selectionOf(infoOf(query, 'any', { no: true }), 'Person')).toEqual(['age', 'name'])
  expect(selectionOf(infoOf(query, 'any', { no: false }), 'Person')).toEqual(['age', 'mobile'])
})

test('gives the same selection whatever the order and the aliases', () => {
  const [a, b] = ['{ any { ... on Person { name x: age } } }', '{ any { ... on Person { age name again: name } } }'].map((query) => selectionOf(infoOf(query, 'any'), 'Person'))
  expect(a).toEqual(b)
})
