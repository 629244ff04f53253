// Random valid operations over a whole API schema, with what earlier answers brought (ids, codes, cursors) as arguments. The same
// seed and the same answers give the same operations. For tests that look for what must never be in any answer.

import { astFromValue, getNamedType, getNullableType, isCompositeType, isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, Kind, parse, print } from 'graphql'
import type { FieldNode, GraphQLArgument, GraphQLField, GraphQLInputType, GraphQLObjectType, GraphQLSchema, SelectionSetNode } from 'graphql'
import type { Random } from '../../synthetic-city/random.ts'

export type RandomOperation = { readonly query: string; readonly variables: Readonly<Record<string, unknown>> }

export type Operations = {
  next(): RandomOperation
  /** Keeps ids, codes and cursors of an answer for later operations. */
  learn(operation: RandomOperation, data: unknown): void
}

/** `known`: values to begin with, by argument name, by `Type.field`, or by the name of a scalar. */
export function randomOperations(schema: GraphQLSchema, random: Random, known: Readonly<Record<string, readonly unknown[]>>): Operations {
  const pools = new Map<string, unknown[]>(Object.entries(known).map(([name, values]) => [name, [...values]]))
  const keep = (name: string, value: unknown): void => {
    const pool = pools.get(name) ?? []
    pools.set(name, pool)
    if (pool.length < 400) pool.push(value)
    else pool[random.int(0, 399)] = value
  }
  const from = (...names: readonly string[]): unknown => {
    const pool = names.map((name) => pools.get(name) ?? []).find((one) => one.length > 0)
    return pool === undefined ? undefined : random.pick(pool)
  }

  function next(): RandomOperation {
    const variables: Record<string, unknown> = {}
    const declared: string[] = []
    const fragments: string[] = []
    let aliases = 0
    let budget = 150

    const valueOf = (argument: GraphQLArgument, field: GraphQLField<unknown, unknown>, parent: string): unknown => {
      const type = getNamedType(argument.type)
      switch (argument.name) {
        case 'first': return random.int(0, 4)
        case 'after': return random.chance(0.3) ? from(`cursor ${parent}.${field.name}`) : undefined
        case 'near': return random.chance(0.5) ? { lat: 31.1 + random.next() / 5, lng: 121.3 + random.next() / 5, radiusM: random.int(1, 2_000) } : undefined
        case 'id': return from(`${getNamedType(field.type).name}.id`, 'id')
        case 'person': case 'ward': case 'guardian': return from('Person.id', 'id')
      }
      if (isInputObjectType(type)) return random.chance(0.25) ? conditions(argument.type) : undefined
      if (isEnumType(type)) return random.chance(0.2) ? [random.pick(type.getValues()).name] : undefined
      return from(argument.name, type.name) ?? 'x'
    }

    const conditions = (type: GraphQLInputType): unknown => {
      const where = getNamedType(type)
      if (!isInputObjectType(where)) return undefined
      const compared = random.pick(Object.values(where.getFields()))
      const operators = getNamedType(compared.type)
      if (!isInputObjectType(operators)) return undefined
      const operator = random.pick(Object.values(operators.getFields()))
      const wanted = getNamedType(operator.type)
      const one = isEnumType(wanted) ? random.pick(wanted.getValues()).name : wanted.name === 'Boolean' ? random.chance(0.5) : wanted.name === 'Int' ? random.int(0, 9) : (from(`${where.name}.${compared.name}`, compared.name, wanted.name) ?? '1')
      return { [compared.name]: { [operator.name]: isListType(getNullableType(operator.type)) ? [one] : one } }
    }

    const argumentsOf = (field: GraphQLField<unknown, unknown>, parent: string): string => {
      const given = field.args.flatMap((argument) => {
        const value = valueOf(argument, field, parent)
        if (value === undefined) return isNonNullType(argument.type) ? [`${argument.name}: "x"`] : []
        if (random.chance(0.5)) {
          const name = `v${declared.length}`
          declared.push(`$${name}: ${String(argument.type)}`)
          variables[name] = value
          return [`${argument.name}: $${name}`]
        }
        const literal = astFromValue(value, argument.type)
        return literal === null || literal === undefined ? [] : [`${argument.name}: ${print(literal)}`]
      })
      return given.length === 0 ? '' : `(${given.join(', ')})`
    }

    const select = (type: GraphQLObjectType, depth: number): string => {
      const used = new Set<string>()
      const one = (): string => {
        budget -= 1
        const fields = Object.values(type.getFields()).filter((field) => depth > 0 || !isCompositeType(getNamedType(field.type)))
        if (fields.length === 0) return '__typename'
        const structural = fields.filter(({ name }) => ['nodes', 'edges', 'node', 'pageInfo'].includes(name))
        // Rows rather than page information, lists rather than yes or no.
        const wider = fields.filter((it) => isCompositeType(getNamedType(it.type)))
        const field = random.pick(structural.length > 0 && random.chance(0.8) ? structural : type.name === 'Query' && random.chance(0.6) ? wider : fields)
        const returns = getNamedType(field.type)
        const plain = !used.has(field.name) && random.chance(0.6)
        used.add(field.name)
        const below = isObjectType(returns) ? ` { ${select(returns, isPage(returns) ? depth : depth - 1)} }` : ''
        return `${plain ? '' : `a${aliases++}: `}${field.name}${argumentsOf(field, type.name)}${below}`
      }
      const made: string[] = []
      for (let left = type.name === 'Query' || isPage(type) ? random.int(1, 3) : random.int(3, 14); left > 0 && (budget > 0 || made.length === 0); left -= 1) {
        const chance = random.next()
        if (chance < 0.08) made.push(`... on ${type.name} { ${one()} }`)
        else if (chance < 0.16) {
          const name = `F${fragments.length}`
          fragments.push('')
          fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} { ${one()} ${random.chance(0.3) ? '__typename' : ''} }`
          made.push(`...${name}`)
        } else made.push(one())
      }
      return made.join(' ')
    }

    const root = schema.getQueryType()
    if (root === undefined || root === null) throw new Error('a schema without queries')
    const body = select(root, 5)
    const query = `query R${declared.length === 0 ? '' : `(${declared.join(', ')})`} { ${body} } ${fragments.join(' ')}`
    return { query, variables }
  }

  function learn({ query }: RandomOperation, data: unknown): void {
    const document = parse(query)
    const fragments = new Map(document.definitions.flatMap((it) => (it.kind === Kind.FRAGMENT_DEFINITION ? [[it.name.value, it] as const] : [])))
    const visit = (set: SelectionSetNode, type: GraphQLObjectType, value: unknown, list: string): void => {
      if (Array.isArray(value)) return value.forEach((item: unknown) => visit(set, type, item, list))
      if (typeof value !== 'object' || value === null) return
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) field(selection, type, value as Record<string, unknown>, list)
        else {
          const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
          if (fragment !== undefined) visit(fragment.selectionSet, type, value, list)
        }
      }
    }
    const field = (node: FieldNode, type: GraphQLObjectType, value: Record<string, unknown>, list: string): void => {
      const found = value[node.alias?.value ?? node.name.value]
      const definition = type.getFields()[node.name.value]
      if (definition === undefined || found === null || found === undefined) return
      const returns = getNamedType(definition.type)
      if (node.selectionSet !== undefined && isObjectType(returns)) return visit(node.selectionSet, returns, found, isPage(returns) ? (isPage(type) ? list : `${type.name}.${node.name.value}`) : '')
      if (typeof found !== 'string') return
      if (['cursor', 'endCursor', 'startCursor'].includes(node.name.value)) keep(`cursor ${list}`, found)
      else if (['id', 'uscc', 'typeCode', 'lineNo', 'code', 'sectionId'].includes(node.name.value)) keep(`${type.name}.${node.name.value}`, found)
      if (node.name.value === 'uscc') keep('uscc', found)
      if (node.name.value === 'id') keep('id', found)
      if (node.name.value === 'typeCode') keep('typeCode', found)
    }
    const [operation] = document.definitions
    const root = schema.getQueryType()
    if (operation?.kind === Kind.OPERATION_DEFINITION && root != null) visit(operation.selectionSet, root, data, '')
  }

  return { next, learn }
}

/** The layers of a connection count as one level with it. */
function isPage(type: GraphQLObjectType): boolean {
  return /(Connection|Edge)$/.test(type.name) || type.name === 'PageInfo'
}
