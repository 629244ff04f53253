// One operation as a runner: its plan compiled, its writer compiled for each combination of @skip and @include variables. Gives the
// data as JSON text with the errors that Apollo's executor would give; a tree that is not as the schema says is shaped by Apollo.

import type { Operation } from '@apollo/federation-internals'
import { computeResponse } from '@apollo/gateway/dist/resultShaping.js'
import { GraphQLError } from 'graphql'
import { boundedCache } from '../../core/bounded-cache.ts'
import type { BoundedCache } from '../../core/bounded-cache.ts'
import type { FederatedSource } from '../link.ts'
import type { RequestState } from '../request-state.ts'
import { compilePlan } from './compile-plan.ts'
import type { Run } from './compile-plan.ts'
import { compileWriter, conditionVariables } from './compile-writer.ts'
import type { TakenPlan } from './take-plan.ts'
import { NotAsAsked, plainValue, writeJson } from './write-json.ts'
import type { ObjectWriting } from './write-json.ts'

/** `text` absent: the errors are the whole answer. `value`: the same as values, where they are to be had without reading the text. */
export type RunResult = { readonly text?: string; readonly value?: () => Record<string, unknown>; readonly errors: readonly unknown[] }

/** `variables` as the client sent them, already found to fit. Throws what Apollo's executor would throw. */
export type Runner = {
  run(state: RequestState, variables: Readonly<Record<string, unknown>>): Promise<RunResult>
  /** How many writers it may come to keep. */
  readonly writers: number
}

/** Combinations of @skip and @include kept for one operation. */
const WRITERS = 4

/** Throws LeftToApollo for an operation that has to run on Apollo's own path. */
export function compileRunner(taken: TakenPlan, sources: ReadonlyMap<string, FederatedSource>): Runner {
  const { plan, operation } = taken
  const step = compilePlan(plan.node, { sources, taken })
  const named = conditionVariables(operation)
  const always = named.length === 0 ? compileWriter(operation, () => false) : undefined
  const writers = boundedCache<string, ObjectWriting>(WRITERS)
  const defaults: Readonly<Record<string, unknown>> = operation.collectDefaultedVariableValues()

  return {
    writers: Math.min(WRITERS, 2 ** named.length),
    async run(state, variables) {
      const run: Run = { state, variables, tree: {}, errors: [] }
      await step(run, run.tree)
      return written(run) ?? shapedByApollo(operation, run)
    },
  }

  /** Undefined where anything is not as the schema says. */
  function written({ tree, variables, errors }: Run): RunResult | undefined {
    try {
      const writing = always ?? writerFor(writers, named, operation, { ...defaults, ...variables })
      return { text: writeJson(writing, tree), value: () => plainValue(writing, tree), errors }
    } catch {
      return undefined
    }
  }
}

function writerFor(writers: BoundedCache<string, ObjectWriting>, named: readonly string[], operation: Operation, values: Readonly<Record<string, unknown>>): ObjectWriting {
  let key = ''
  for (const name of named) {
    const value = values[name]
    if (typeof value !== 'boolean') throw new NotAsAsked()
    key += value ? '1' : '0'
  }
  const known = writers.get(key) ?? compileWriter(operation, (name) => values[name] === true)
  writers.set(key, known)
  return known
}

/** What executeQueryPlan does with the tree once everything is fetched. */
function shapedByApollo(operation: Operation, { tree, variables, errors }: Run): RunResult {
  try {
    const { data } = computeResponse({ operation, variables, input: tree, introspectionHandling: () => null })
    return { text: JSON.stringify(data ?? null), errors }
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] }
    const [message, originalError] = error instanceof Error ? [error.message, error] : ['the answer could not be shaped', undefined]
    return { errors: [new GraphQLError(message, { originalError })] }
  }
}
