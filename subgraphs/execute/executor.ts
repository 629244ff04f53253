// What runs a subgraph's operations: our own programs for queries, compiled once for each operation and outcome of its @skip and
// @include; graphql-js for everything else, and for everything where it is chosen instead.

import { execute, getOperationAST, getVariableValues, type ExecutionResult, type GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql'
import { boundedCache, type BoundedCache } from '../../core/bounded-cache.ts'
import { settlePlace } from '../../resolvers/selection.ts'
import { decidingVariables } from '../../schema/deciding-variables.ts'
import { plainVariables, type PlainVariables } from '../../schema/plain-variables.ts'
import type { Operation } from '../operation.ts'
import { compileQuery } from './compile.ts'
import type { Program } from './program.ts'
import { runProgram } from './run.ts'

/** `compiled`: our own. `apollo`: graphql-js, as Apollo's servers run it. */
export type ExecutorKind = 'compiled' | 'apollo'

/** Runs an operation that operation.ts read on the same schema. As graphql-js: no `data` at all when the variables do not fit. */
export type Execute = (operation: Operation, parts: { readonly context: unknown; readonly variables: Variables | undefined }) => Promise<ExecutionResult>

type Variables = Readonly<Record<string, unknown>>

/** One operation: what decides its @skip and @include, and its programs by that outcome; `undefined` ones are graphql-js's to run. */
type Compiled = {
  readonly node: OperationDefinitionNode
  readonly plain: PlainVariables
  readonly deciding: readonly string[]
  readonly programs: BoundedCache<string, { readonly program: Program | undefined }>
}

/** Outcomes of one operation's @skip and @include that are kept. */
const OUTCOMES = 32

/** Programs are kept with their operations, and as long. */
export function createExecutor(schema: GraphQLSchema, kind: ExecutorKind): Execute {
  const compiled = new WeakMap<Operation, Compiled>()

  const compile = (operation: Operation): Compiled | undefined => {
    const node = getOperationAST(operation.document, operation.name)
    if (node === null || node === undefined) return undefined
    const made: Compiled = { node, plain: plainVariables(schema, node), deciding: decidingVariables(operation.document), programs: boundedCache(OUTCOMES) }
    compiled.set(operation, made)
    return made
  }

  const programOf = (operation: Operation, { node, deciding, programs }: Compiled, variables: Variables): Program | undefined => {
    const outcome = deciding.length === 0 ? '' : JSON.stringify(deciding.map((name) => variables[name] ?? null))
    const known = programs.get(outcome)
    if (known !== undefined) return known.program
    const program = compileQuery({ schema, document: operation.document, operation: node, variables, settled: settlePlace })
    programs.set(outcome, { program })
    return program
  }

  const plain: Execute = async (operation, { context, variables }) =>
    execute({ schema, document: operation.document, contextValue: context, operationName: operation.name, variableValues: variables })

  return async (operation, parts) => {
    if (kind === 'apollo' || operation.act) return plain(operation, parts)
    const kept = compiled.get(operation) ?? compile(operation)
    if (kept === undefined) return plain(operation, parts)
    const { coerced, errors = [] } = coerce(schema, kept, parts.variables ?? {})
    if (coerced === undefined) return { errors }
    const program = programOf(operation, kept, coerced)
    return program === undefined ? plain(operation, parts) : runProgram(program, { schema, context: parts.context, variables: coerced })
  }
}

/** The variables as the schema has them, or what graphql-js says of them. */
function coerce(schema: GraphQLSchema, { node, plain }: Compiled, given: Variables): { readonly coerced?: Variables; readonly errors?: readonly GraphQLError[] } {
  const coerced = plain(given)
  return coerced === undefined ? getVariableValues(schema, node.variableDefinitions ?? [], given) : { coerced }
}
