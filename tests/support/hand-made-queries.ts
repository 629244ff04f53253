// Random valid queries on the hand-made schema: aliases, fields asked for twice, fragments, @skip and @include, variables, arguments.

import { getNamedType, isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql'
import type { Random } from '../../synthetic-city/random.ts'

export function handMadeQuery(schema: GraphQLSchema, random: Random): { readonly query: string; readonly variables: Record<string, unknown> } {
  const variables: Record<string, unknown> = { yes: random.chance(0.5), no: random.chance(0.5), ...random.pick<object>([{}, { word: null }, { word: 'word' }]) }
  const fragments: string[] = []

  const select = (type: GraphQLObjectType, depth: number): string => {
    const fields = Object.values(type.getFields()).filter((field) => depth > 0 || !isObjectType(getNamedType(field.type)))
    const one = (): string => {
      if (random.chance(0.06)) return random.chance(0.5) ? '__typename' : 'kindOf: __typename'
      const field = random.pick(fields)
      const below = getNamedType(field.type)
      const args = argumentsOf(field.name)
      // One name for one meaning: aliases count on, plain names only where there are no arguments.
      const alias = args !== '' || random.chance(0.2) ? `${field.name}_${++aliases}: ` : ''
      const directive = random.chance(0.12) ? ` @${random.pick(['skip', 'include'])}(if: $${random.pick(['yes', 'no'])})` : ''
      return `${alias}${field.name}${args}${directive}${isObjectType(below) ? ` { ${select(below, depth - 1)} }` : ''}`
    }
    const made = Array.from({ length: random.int(1, 4) }, () => {
      const chance = random.next()
      if (chance < 0.1) return `... on ${type.name}${random.chance(0.3) ? ' @include(if: $yes)' : ''} { ${one()} ${one()} }`
      if (chance < 0.2) {
        const name = `F${fragments.length}`
        fragments.push('')
        fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} { ${one()} ${one()} }`
        return `...${name}${random.chance(0.3) ? ` ...${name}` : ''}`
      }
      return one()
    })
    return made.join(' ')
  }
  let aliases = 0
  const argumentsOf = (field: string): string => {
    switch (field) {
      case 'said': return random.pick(['(text: "a")', '(text: $word)', '(text: "a", where: { text: "b" }, list: ["c", "d"])', '(text: "a", number: $count, where: $where)'].slice(0, 4))
      case 'below': case 'lists': return random.pick(['', '(first: 2)', '(first: $count)'])
      default: return ''
    }
  }
  const root = schema.getQueryType()
  if (root === undefined || root === null) throw new Error('a schema without queries')
  const body = select(root, 2)
  return { query: `query R($yes: Boolean!, $no: Boolean!, $word: String = "default", $count: Int, $where: Where) { ${body} } ${fragments.join(' ')}`, variables }
}
