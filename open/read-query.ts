// An open query from its text: the header as YAML, the operation as GraphQL, both checked against the graph. Every problem at once, with
// line and column. What it asks for decides where its rows stand, which columns they have and which parameters its address takes.

import { createHash } from 'node:crypto'
import { getNamedType, GraphQLError, isObjectType, Kind, parse, Source, specifiedRules, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql'
import type { DocumentNode, FieldNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionNode } from 'graphql'
import { holdsNaturalKey } from '../core/natural-keys.ts'
import type { BundleFile } from '../policy-engine/bundle-files.ts'
import type { Combination } from '../policy-engine/combinations.ts'
import type { Problem } from '../policy-engine/problem.ts'
import { readYaml } from '../policy-engine/yaml-source.ts'
import { reservedAliasRule } from '../schema/reserved-aliases.ts'
import { columnsOf, isConditional } from './columns.ts'
import type { Fragments, Graph } from './columns.ts'
import { headerShape, headerText } from './header.ts'
import { effectiveLevel } from './level.ts'
import { PAGE_LIMIT } from './open-query.ts'
import type { Column, OpenQuery, Parameter, Rows } from './open-query.ts'
import { fromObject, parameterOf, reserved } from './parameters.ts'
import { placeOf } from './place.ts'

export type QueryReading = { readonly query: OpenQuery; readonly problems: readonly [] } | { readonly query: undefined; readonly problems: readonly Problem[] }

/** Longest text of header and operation, characters. */
const MAX_SOURCE = 32_768

/** `file.name` is told in problems. `combinations`: the sets of fields that tell more together, of the bundle in force. */
export function readQuery(file: BundleFile, graph: Graph, combinations: readonly Combination[]): QueryReading {
  const problems: Problem[] = []
  const say = (message: string, node?: { readonly loc?: { readonly startToken: { readonly line: number; readonly column: number } } | undefined }): void => {
    problems.push({ file: file.name, line: node?.loc?.startToken.line ?? 1, column: node?.loc?.startToken.column ?? 1, message })
  }
  const refused = (): QueryReading => ({ query: undefined, problems })
  if (file.text.length > MAX_SOURCE) {
    say(`an open query has at most ${MAX_SOURCE} characters`)
    return refused()
  }
  const header = readYaml({ name: file.name, text: headerText(file.text) }, headerShape)
  problems.push(...header.problems)
  const document = parsed(file, problems)
  if (document === undefined || header.value === undefined) return refused()
  for (const error of validate(graph.schema, document, [...specifiedRules, reservedAliasRule(graph.classification)])) say(error.message, error.nodes?.[0])
  refuseMeta(document, say)
  if (holdsNaturalKey(file.text.slice(firstOffset(document)))) say('the operation holds what looks like a number of a person; such numbers are parameters', document.definitions[0])
  const operations = document.definitions.filter((definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION)
  const [operation, second] = operations
  if (operation === undefined || second !== undefined) say('an open query is one operation', second)
  if (operation !== undefined && operation.operation !== 'query') say('an open query reads; acts are none', operation)
  if (operation !== undefined && operation.name === undefined) say('the operation needs a name', operation)
  if (problems.length > 0 || operation?.name === undefined) return refused()

  const fragments: Fragments = new Map(document.definitions.flatMap((definition): [string, FragmentDefinitionNode][] => (definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [])))
  const data = columnsOf(operation, fragments, graph)
  const rows = rowsOf(operation, data, graph, isSparse(document), say)
  const paged = rows?.kind === 'MANY'
  const parameters: Parameter[] = []
  for (const node of operation.variableDefinitions ?? []) {
    const parameter = parameterOf(node, graph.schema, paged)
    if (typeof parameter === 'string') say(parameter, node)
    else parameters.push(described(parameter, operation, graph))
  }
  const fields = fieldsOf(document, graph)
  if (header.value.formats.includes('geojson') && rows !== undefined && placeOf(rows.columns) === undefined) problems.push(header.at(['formats'], 'GeoJSON needs a column that is a place (GridPoint)'))
  if (problems.length > 0 || rows === undefined) return refused()
  const query: OpenQuery = {
    ...header.value,
    text: `${file.text.slice(document.loc === undefined ? 0 : firstOffset(document)).trimEnd()}\n`,
    source: file.text,
    hash: createHash('sha256').update(file.text).digest('hex'),
    document,
    operationName: operation.name.value,
    parameters,
    data,
    rows,
    fields,
    level: effectiveLevel(fields, graph.classification, combinations),
    method: fields.some((field) => takesNumbers(field, graph)) ? 'POST' : 'GET',
  }
  for (const [at, example] of query.examples.entries()) {
    try {
      fromObject(example.parameters, query)
    } catch (error) {
      problems.push(header.at(['examples', at], error instanceof Error ? error.message : 'the example does not fit'))
    }
  }
  return problems.length > 0 ? refused() : { query, problems: [] }
}

function parsed(file: BundleFile, problems: Problem[]): DocumentNode | undefined {
  try {
    return parse(new Source(file.text, file.name), { maxTokens: 4_000 })
  } catch (error) {
    const { line = 1, column = 1 } = (error instanceof GraphQLError ? error.locations?.[0] : undefined) ?? {}
    problems.push({ file: file.name, line, column, message: error instanceof Error ? error.message : 'does not parse' })
    return undefined
  }
}


type Say = (message: string, node?: FieldNode | OperationDefinitionNode) => void

/** One list in pages is MANY, one object or several entries side by side are ONE. */
function rowsOf(operation: OperationDefinitionNode, data: readonly Column[], { schema }: Graph, sparse: boolean, say: Say): Rows | undefined {
  const entries = operation.selectionSet.selections.filter((selection): selection is FieldNode => selection.kind === Kind.FIELD)
  const [entry, further] = entries
  const [column] = data
  if (entry === undefined || column === undefined || entries.length !== operation.selectionSet.selections.length) {
    say('the operation names its entries itself, not by fragments', operation)
    return undefined
  }
  if (further !== undefined || data.length > 1) return { kind: 'ONE', path: [], columns: data, sparse }
  const type = getNamedType(schema.getQueryType()?.getFields()[entry.name.value]?.type)
  if (!isObjectType(type) || !type.name.endsWith('Connection')) return { kind: 'ONE', path: column.scalar === undefined && !column.list ? [column.name] : [], columns: column.scalar === undefined && !column.list ? column.columns : data, sparse }
  const nodes = column.columns.find(({ name, coordinate }) => name === 'nodes' && coordinate === `${type.name}.nodes`)
  const page = column.columns.find(({ name }) => name === 'pageInfo')
  const others = column.columns.filter((one) => one !== nodes && one !== page)
  const complete = page?.columns.some(({ name }) => name === 'hasNextPage') === true && page.columns.some(({ name }) => name === 'endCursor')
  const bound = [...Object.values(reserved)].every((name) => entry.arguments?.some((argument) => argument.name.value === name && argument.value.kind === Kind.VARIABLE && argument.value.name.value === name) === true)
  const size = operation.variableDefinitions?.find(({ variable }) => variable.name.value === 'first')?.defaultValue
  const pageSize = size?.kind === Kind.INT ? Number(size.value) : Number.NaN
  if (nodes === undefined || others.length > 0 || !complete || !bound || !(pageSize >= 1 && pageSize <= PAGE_LIMIT)) {
    say(`a list is asked for with (first: $first, after: $after), where $first: Int = 1 … ${PAGE_LIMIT}, and selects nodes and pageInfo { hasNextPage endCursor }`, entry)
    return undefined
  }
  return { kind: 'MANY', path: [column.name, 'nodes'], page: [column.name, 'pageInfo'], columns: nodes.columns, pageSize, sparse }
}

/** An open query asks for data; the schema is served elsewhere, and `__typename` is no column. */
function refuseMeta(document: DocumentNode, say: (message: string, node?: FieldNode) => void): void {
  visit(document, { Field: (node) => void (node.name.value.startsWith('__') ? say(`${node.name.value} is no data`, node) : undefined) })
}

function isSparse(document: DocumentNode): boolean {
  let found = false
  const look = (node: SelectionNode): void => void (found ||= isConditional(node))
  visit(document, { Field: look, FragmentSpread: look, InlineFragment: look })
  return found
}

/** What the graph says of the argument that a variable is given to, where it is given to one. */
function described(parameter: Parameter, operation: OperationDefinitionNode, { schema }: Graph): Parameter {
  if (parameter.description !== undefined) return parameter
  for (const selection of operation.selectionSet.selections) {
    if (selection.kind !== Kind.FIELD) continue
    const argument = selection.arguments?.find(({ value }) => value.kind === Kind.VARIABLE && value.name.value === parameter.variable)
    const description = schema.getQueryType()?.getFields()[selection.name.value]?.args.find(({ name }) => name === argument?.name.value)?.description
    if (description != null) return { ...parameter, description }
  }
  return parameter
}

function fieldsOf(document: DocumentNode, { schema }: Graph): readonly string[] {
  const found = new Set<string>()
  const types = new TypeInfo(schema)
  visit(document, visitWithTypeInfo(types, {
    Field() {
      const [parent, field] = [types.getParentType(), types.getFieldDef()]
      if (parent != null && field != null && !field.name.startsWith('__')) found.add(`${parent.name}.${field.name}`)
    },
  }))
  return [...found].sort()
}

function takesNumbers(coordinate: string, { classification }: Graph): boolean {
  const [type = '', field = ''] = coordinate.split('.')
  const kind = classification.field(type, field)?.entry?.kind
  return kind === 'RESOLVE' || kind === 'VERIFY'
}

function firstOffset({ definitions }: DocumentNode): number {
  return definitions[0]?.loc?.start ?? 0
}
