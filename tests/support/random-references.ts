// Random fetches of entities on one subgraph's schema, as a planner sends them: below `_entities` whatever random operations select of
// a type, for references to rows that are there, to rows of others, and to nobody.

import { extendSchema, isObjectType, isUnionType, Kind, parse, print, visit } from 'graphql'
import type { GraphQLSchema, SelectionSetNode } from 'graphql'
import type { Random } from '../../synthetic-city/random.ts'
import { randomOperations, type Operations, type RandomOperation } from './random-operations.ts'

const ENTRY = 'entity'

/** Operations on the subgraph's own entries and, about half of them, on `_entities`. `references`: by type, without `__typename`. */
export function randomFetches(schema: GraphQLSchema, random: Random, references: Readonly<Record<string, readonly object[]>>, known: Readonly<Record<string, readonly unknown[]>>): Operations {
  const union = schema.getType('_Entity')
  const types = isUnionType(union) ? union.getTypes().map(({ name }) => name).filter((name) => (references[name] ?? []).length > 0) : []
  const entries = types.map((name) => `${ENTRY}${name}: ${name}`).join(' ')
  const operations = randomOperations(entries === '' ? schema : extendSchema(schema, parse(`extend type Query { ${entries} }`), { assumeValid: true }), random, known)

  const asFetch = ({ query, variables }: RandomOperation): RandomOperation => {
    const wanted: Record<string, unknown> = {}
    const declared: string[] = []
    const document = visit(parse(query), {
      Field: (node) => {
        if (!node.name.value.startsWith(ENTRY)) return undefined
        const type = node.name.value.slice(ENTRY.length)
        const name = `representations${declared.length}`
        declared.push(name)
        wanted[name] = Array.from({ length: random.int(1, 7) }, () => ({ __typename: type, ...random.pick(references[type] ?? [{}]) }))
        const below: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [
          ...(random.chance(0.5) ? [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const] : []),
          { kind: Kind.INLINE_FRAGMENT, typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } }, selectionSet: node.selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] } },
        ] }
        return {
          ...node,
          alias: node.alias ?? { kind: Kind.NAME, value: `${ENTRY}${declared.length}` },
          name: { kind: Kind.NAME, value: '_entities' },
          arguments: [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'representations' }, value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } } }],
          selectionSet: below,
        }
      },
    })
    if (declared.length === 0) return { query, variables }
    const head = declared.map((name) => `$${name}: [_Any!]!`).join(', ')
    const text = print(document)
    return { query: text.replace(/^query R(\(([^)]*)\))?/, (_all, _group, own: string | undefined) => `query R(${own === undefined ? '' : `${own}, `}${head})`), variables: { ...variables, ...wanted } }
  }

  const isFetch = ({ query }: RandomOperation): boolean => query.includes(ENTRY)
  return {
    next: () => {
      const first = operations.next()
      return asFetch(isFetch(first) || types.length === 0 || random.chance(0.5) ? first : operations.next())
    },
    learn: (operation, data) => {
      if (isObjectType(schema.getQueryType()) && !operation.query.includes('_entities')) operations.learn(operation, data)
    },
  }
}
