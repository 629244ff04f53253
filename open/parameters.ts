// The variables of an open query as parameters of an address, and back: what arrives as text becomes variables of the right types, or is
// refused with the parameter's name. Never echoes a value.

import { isEnumType, isInputObjectType, isListType, isNonNullType, isSpecifiedScalarType, typeFromAST, valueFromASTUntyped } from 'graphql'
import type { GraphQLEnumType, GraphQLScalarType, GraphQLSchema, VariableDefinitionNode } from 'graphql'
import { CitygraphError } from '../core/errors.ts'
import { holdsNaturalKey } from '../core/natural-keys.ts'
import { PAGE_LIMIT } from './open-query.ts'
import type { OpenQuery, Parameter, ParameterValue } from './open-query.ts'

/** Names that mean the same in every open query. */
export const reserved = { limit: 'first', cursor: 'after' } as const
/** Of serving itself; no variable may be called so. */
export const ofServing: readonly string[] = ['format', 'bom', 'all', 'limit', 'cursor']

const pagingNames: ReadonlyMap<string, string> = new Map(Object.entries(reserved).map(([name, variable]) => [variable, name]))
const pagingWords: Readonly<Record<string, string>> = { limit: `Rows of one page, at most ${PAGE_LIMIT}.`, cursor: 'Where the page before ended; from the answer or its Link header.' }

function descriptionOf(own: boolean, name: string, type: GraphQLScalarType | GraphQLEnumType): { readonly description?: string } {
  const description = own ? (isSpecifiedScalarType(type) ? undefined : type.description) : pagingWords[name]
  return description == null ? {} : { description }
}

/** The parameter of a variable, or what is wrong with it. `paged`: the variable pages the rows. */
export function parameterOf(node: VariableDefinitionNode, schema: GraphQLSchema, paged: boolean): Parameter | string {
  const variable = node.variable.name.value
  const given = typeFromAST(schema, node.type)
  if (given === undefined) return `$${variable} has no type of the graph`
  const nullable = isNonNullType(given) ? given.ofType : given
  const list = isListType(nullable)
  const item: unknown = list ? nullable.ofType : nullable
  const named = isNonNullType(item) ? item.ofType : item
  if (!isLeaf(named)) return `$${variable} is ${isInputObjectType(named) ? 'an input object' : 'a list of lists'}; a parameter is a value or a list of values`
  const name = paged ? (pagingNames.get(variable) ?? variable) : variable
  if (name === variable && ofServing.includes(variable)) return `$${variable} is called as a parameter that every open query has`
  const preset = node.defaultValue === undefined ? undefined : presetOf(valueFromASTUntyped(node.defaultValue))
  return {
    name, variable, list, graphType: named.name,
    type: jsonType(named.name),
    ...(isEnumType(named) ? { values: named.getValues().map((value) => value.name) } : {}),
    required: isNonNullType(given) && node.defaultValue === undefined,
    ...(preset === undefined ? {} : { default: preset }),
    ...descriptionOf(name === variable, name, named),
  }
}

function isLeaf(type: unknown): type is GraphQLScalarType | GraphQLEnumType {
  return typeof type === 'object' && type !== null && 'parseLiteral' in type
}

function jsonType(name: string): Parameter['type'] {
  return name === 'Int' ? 'integer' : name === 'Float' ? 'number' : name === 'Boolean' ? 'boolean' : 'string'
}

function presetOf(value: unknown): ParameterValue | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') ? value : undefined
}

/** What stands beside the parameters and is not for the operation, by name. */
export type Given = { readonly variables: Readonly<Record<string, unknown>>; readonly rest: ReadonlyMap<string, string> }

/** Of an address. `further`: names that are for serving. Throws BAD_USER_INPUT naming the parameter. */
export function fromSearch(search: URLSearchParams, query: OpenQuery, further: readonly string[] = []): Given {
  const values = new Map<string, string[]>()
  for (const [name, value] of search) values.set(name, [...(values.get(name) ?? []), value])
  const rest = new Map<string, string>()
  const given: Record<string, unknown> = {}
  for (const [name, texts] of values) {
    const parameter = query.parameters.find((one) => one.name === name)
    if (texts.length > 1 && parameter?.list !== true) throw refused(name, 'is given twice')
    if (parameter !== undefined) given[name] = parameter.list ? texts.map((text) => fromText(text, parameter)) : fromText(texts[0] ?? '', parameter)
    else if (further.includes(name)) rest.set(name, texts[0] ?? '')
    else throw refused(name, 'is not a parameter of this query')
  }
  return { variables: toVariables(given, query), rest }
}

/** Of a JSON object by parameters' names. Throws BAD_USER_INPUT naming the parameter. */
export function fromObject(given: Readonly<Record<string, unknown>>, query: OpenQuery): Readonly<Record<string, unknown>> {
  for (const name of Object.keys(given)) if (!query.parameters.some((one) => one.name === name)) throw refused(name, 'is not a parameter of this query')
  return toVariables(given, query)
}

function toVariables(given: Readonly<Record<string, unknown>>, query: OpenQuery): Readonly<Record<string, unknown>> {
  const variables: Record<string, unknown> = {}
  for (const parameter of query.parameters) {
    const { name, variable, required } = parameter
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value === undefined || value === null) {
      if (required) throw refused(name, 'is missing')
      continue
    }
    if (!(parameter.list && Array.isArray(value) ? value.every((one) => fits(one, parameter)) : !parameter.list && fits(value, parameter))) throw refused(name, `is not ${wanted(parameter)}`)
    variables[variable] = value
  }
  return variables
}

/** A number as JSON writes one; anything else stays a text and does not fit. */
function fromText(text: string, { type }: Parameter): unknown {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (type === 'string' || !/^-?(0|[1-9]\d{0,15})(\.\d{1,15})?$/.test(text)) return text
  return Number(text)
}

function fits(value: unknown, { name, type, values }: Parameter): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31 && (name !== 'limit' || (Number(value) >= 1 && Number(value) <= PAGE_LIMIT))
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'string':
      return typeof value === 'string' && value.length <= 4_096 && (values === undefined || values.includes(value))
  }
}

function wanted({ name, type, values, list }: Parameter): string {
  if (name === 'limit') return `a whole number from 1 to ${PAGE_LIMIT}`
  const one = values === undefined ? { string: 'a text', integer: 'a whole number', number: 'a number', boolean: 'true or false' }[type] : `one of ${values.join(', ')}`
  return list ? `a list, each ${one}` : one
}

/** A name that is no identifier may hold anything, a number of a person too: it is not repeated. */
function refused(name: string, fault: string): CitygraphError {
  const known = /^[A-Za-z_]\w{0,60}$/.test(name) && !holdsNaturalKey(name)
  return new CitygraphError('BAD_USER_INPUT', { ...(known ? { argument: name } : {}), hint: known ? `The parameter ${name} ${fault}.` : `A parameter ${fault}.` })
}
