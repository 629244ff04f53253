// A query plan as functions: sequences wait, what is parallel runs together, each fetch knows its place, its variables and its
// representations. Errors, and their paths, are those that @apollo/gateway's executeQueryPlan gives for the same replies.

import { generateHydratedPaths } from '@apollo/gateway/dist/executeQueryPlan.js'
import { evaluateCondition } from '@apollo/query-planner'
import type { FetchNode, PlanNode, SubscriptionNode } from '@apollo/query-planner'
import { GraphQLError } from 'graphql'
import type { FederatedSource, JudgedError, JudgedReply } from '../link.ts'
import type { RequestState } from '../request-state.ts'
import { LeftToApollo } from './left-to-apollo.ts'
import { merge } from './merge.ts'
import type { Tree } from './merge.ts'
import { compileRepresentation } from './representations.ts'
import type { Represent } from './representations.ts'
import type { TakenPlan } from './take-plan.ts'
import { valuesAt } from './values-at.ts'

/** One run: `variables` as the client sent them; `tree` and `errors` grow. */
export type Run = { readonly state: RequestState; readonly variables: Readonly<Record<string, unknown>>; readonly tree: Tree; readonly errors: unknown[] }

/** `data`: what stands at the step's place. Throws only what Apollo's executor would throw. */
export type Step = (run: Run, data: unknown) => Promise<void>

type Path = readonly (string | number)[]
type Parts = { readonly sources: ReadonlyMap<string, FederatedSource>; readonly taken: Pick<TakenPlan, 'operation' | 'isObjectType'> }

/** Throws LeftToApollo for what is not compiled. */
export function compilePlan(node: PlanNode | SubscriptionNode | undefined, parts: Parts): Step {
  return node === undefined ? async () => undefined : compile(node, [], parts)
}

function compile(node: PlanNode | SubscriptionNode, path: Path, parts: Parts): Step {
  switch (node.kind) {
    case 'Sequence':
      return sequence(node.nodes.map((one) => compile(one, path, parts)))
    case 'Parallel':
      return parallel(node.nodes.map((one) => compile(one, path, parts)))
    case 'Flatten': {
      const below = compile(node.node, [...path, ...node.path], parts)
      const steps = node.path
      return async (run, data) => {
        const found = valuesAt(data, steps)
        if (found) await below(run, found)
      }
    }
    case 'Fetch':
      return fetching(node, path, parts)
    case 'Condition': {
      const [yes, no] = [node.ifClause, node.elseClause].map((clause) => (clause === undefined ? undefined : compile(clause, path, parts)))
      const { variableDefinitions } = parts.taken.operation
      return async (run, data) => (evaluateCondition(node, variableDefinitions, run.variables) ? yes : no)?.(run, data)
    }
    case 'Defer':
    case 'Subscription':
      throw new LeftToApollo('node')
  }
}

function sequence(steps: readonly Step[]): Step {
  return async (run, data) => {
    for (const step of steps) await step(run, data)
  }
}

function parallel(steps: readonly Step[]): Step {
  return async (run, data) => void (await Promise.all(steps.map((step) => step(run, data))))
}

type Fetch = { readonly source: FederatedSource; readonly asked: { readonly query: string; readonly operationName?: string }; readonly variables: readonly string[]; readonly represent: Represent | undefined; readonly path: Path }

function fetching(node: FetchNode, path: Path, { sources, taken }: Parts): Step {
  const rewrites = [node.inputRewrites, node.outputRewrites, node.contextRewrites]
  if (rewrites.some((some) => some !== undefined && some.length > 0)) throw new LeftToApollo('rewrite')
  const source = sources.get(node.serviceName)
  const variables = node.variableUsages ?? []
  if (source === undefined || variables.includes('representations')) throw new LeftToApollo('name')
  const { operation: query, operationName } = node
  const represent = node.requires === undefined ? undefined : compileRepresentation(node.requires, taken.isObjectType)
  const fetch: Fetch = { source, asked: { query, ...(operationName === undefined ? {} : { operationName }) }, variables, represent, path }
  return async (run, data) => {
    try {
      await (represent === undefined ? fetchRoot(fetch, run, data) : fetchEntities(fetch, represent, run, data))
    } catch (error) {
      run.errors.push(error)
    }
  }
}

async function fetchRoot(fetch: Fetch, run: Run, data: unknown): Promise<void> {
  const places = placesIn(data)
  if (places.length === 0) return
  const found = await ask(fetch, run, usedOf(fetch.variables, run.variables))
  if (found !== null) for (const place of places) merge(place, found)
}

async function fetchEntities(fetch: Fetch, represent: Represent, run: Run, data: unknown): Promise<void> {
  const representations: Tree[] = []
  const places: Tree[] = []
  for (const place of placesIn(data)) {
    const made = represent(place)
    if (made === undefined) continue
    representations.push(made)
    places.push(place)
  }
  if (representations.length === 0) return
  const variables = usedOf(fetch.variables, run.variables)
  variables['representations'] = representations
  const found = await ask(fetch, run, variables)
  if (found === null) return
  const entities = found['_entities']
  if (!Array.isArray(entities)) throw new Error('the reply holds no list of entities')
  if (entities.length !== representations.length) throw new Error('the reply holds another number of entities than was asked for')
  for (let at = 0; at < places.length; at += 1) {
    const entity: unknown = entities[at]
    const place = places[at]
    if (!entity || place === undefined) continue
    // The reply is at fault, and nothing further of it is joined.
    if (typeof entity !== 'object') throw new TypeError('an entity that is no object')
    const joined = entity as Tree
    // One that does not say its type is of the place's; said empty, it would take that from the place.
    if (joined['__typename'] !== undefined && !joined['__typename']) joined['__typename'] = place['__typename']
    merge(place, joined)
  }
}

/** Nulls have no entities; everything else is looked at as it is. */
function placesIn(data: unknown): readonly Tree[] {
  if (!Array.isArray(data)) return [data as Tree]
  return (data as readonly (Tree | null | undefined)[]).filter((one) => one !== null && one !== undefined)
}

function usedOf(names: readonly string[], given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const used: Record<string, unknown> = Object.create(null)
  for (const name of names) {
    if (Object.hasOwn(given, name) && given[name] !== undefined) used[name] = given[name]
  }
  return used
}

/** What the subgraph gave; its errors stand in the run's, at their places in the whole answer as it is before this reply is joined. */
async function ask(fetch: Fetch, run: Run, variables: Record<string, unknown>): Promise<Tree | null> {
  const reply: JudgedReply = await fetch.source.ask(fetch.asked, variables, run.state)
  if (reply.errors !== undefined) {
    const placed = placer(fetch, run.tree)
    run.errors.push(...reply.errors.map((error) => new GraphQLError(error.message, { originalError: error as unknown as Error, path: placed(error.path), extensions: error.extensions })))
  }
  return reply.data
}

function placer({ represent, path }: Fetch, tree: Tree): (of: JudgedError['path']) => Path | undefined {
  let places: (readonly (string | number)[])[] | undefined
  return (of) => {
    if (of === undefined) return undefined
    const [, index] = of
    if (represent === undefined || typeof index !== 'number') return [...path, ...of]
    if (places === undefined) {
      const found: (string | number)[][] = []
      generateHydratedPaths([], [...path], tree, found)
      places = found
    }
    return [...(places[index] ?? []), ...of.slice(2)]
  }
}
