// What runs a subgraph's operations: our own programs for queries, compiled once for each operation and outcome of its @skip and
// @include; graphql-js for everything else, and for everything where it is chosen instead.

import { execute, getOperationAST, getVariableValues, type ExecutionResult, type GraphQLSchema } from 'graphql'
import { boundedCache, type BoundedCache } from '../../core/bounded-cache.ts'
import { settlePlace } from '../../resolvers/selection.ts'
import type { Operation } from '../operation.ts'
import { compileQuery, decidingVariables } from './compile.ts'
import type { Program } from './program.ts'
import { runProgram } from './run.ts'

/** `compiled`: our own. `apollo`: graphql-js, as Apollo's servers run it. */
export type ExecutorKind = 'compiled' | 'apollo'

/** Runs an operation that operation.ts read on the same schema. As graphql-js: no `data` at all when the variables do not fit. */
export type Execute = (operation: Operation, parts: { readonly context: unknown; readonly variables: Readonly<Record<string, unknown>> | undefined }) => Promise<ExecutionResult>

/** Programs of one operation by the outcome; `undefined` programs are graphql-js's to run. */
type Compiled = { readonly node: ReturnType<typeof getOperationAST>; readonly deciding: readonly string[]; readonly programs: BoundedCache<string, { readonly program: Program | undefined }> }

/** Outcomes of one operation's @skip and @include that are kept. */
const OUTCOMES = 32

/** Programs are kept with their operations, and as long. */
export function createExecutor(schema: GraphQLSchema, kind: ExecutorKind): Execute {
  const compiled = new WeakMap<Operation, Compiled>()

  const compile = (operation: Operation): Compiled => {
    const made = { node: getOperationAST(operation.document, operation.name), deciding: decidingVariables(operation.document), programs: boundedCache<string, { program: Program | undefined }>(OUTCOMES) }
    compiled.set(operation, made)
    return made
  }

  const plain: Execute = async (operation, { context, variables }) =>
    execute({ schema, document: operation.document, contextValue: context, operationName: operation.name, variableValues: variables })

  return async (operation, parts) => {
    if (kind === 'apollo' || operation.act) return plain(operation, parts)
    const { node, deciding, programs } = compiled.get(operation) ?? compile(operation)
    if (node === null || node === undefined) return plain(operation, parts)
    const { coerced, errors } = getVariableValues(schema, node.variableDefinitions ?? [], parts.variables ?? {})
    if (coerced === undefined) return { errors: errors ?? [] }
    const outcome = deciding.length === 0 ? '' : JSON.stringify(deciding.map((name) => coerced[name] ?? null))
    let kept = programs.get(outcome)
    if (kept === undefined) {
      kept = { program: compileQuery({ schema, document: operation.document, operation: node, variables: coerced, settled: settlePlace }) }
      programs.set(outcome, kept)
    }
    return kept.program === undefined ? plain(operation, parts) : runProgram(kept.program, { schema, context: parts.context, variables: coerced })
  }
}
