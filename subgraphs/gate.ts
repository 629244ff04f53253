// The gate (DESIGN 6): graphql-shield on the entry fields of one subgraph, built from the access plan, deny as fallback. A denied
// entry is null, not an error; `_entities` gives null in the place of each representation whose type does not exist for the
// caller. Shield's middleware is applied to `Query` and `Mutation` alone: it decides per operation, resolvers decide per cell.

import type { GraphQLSchema } from 'graphql'
import { applyMiddleware } from 'graphql-middleware'
import { deny, rule, shield } from 'graphql-shield'
import type { SubgraphName } from '../core/domains.ts'
import type { AccessPlan } from '../policy-engine/decision.ts'
import type { Classification } from '../schema/classification.ts'

/** What the gate reads of the request's context. `route`: how the request proved itself; a router needs no `_service`. */
export type GateContext = { readonly plan: AccessPlan; readonly route: 'seal' | 'router' }

/** The types by whose fields an operation enters the graph. */
export type Root = 'Query' | 'Mutation'

/** May callers of this plan enter by `Query.<name>` (or `Mutation.<name>`)? Unknown or unclassified entries: no. */
export function mayEnter(plan: AccessPlan, classification: Classification, name: string, root: Root = 'Query'): boolean {
  const field = classification.field(root, name)
  switch (field?.entry?.kind) {
    case undefined:
      return false
    case 'ACT':
      return root === 'Mutation' && plan.field(root, name).decision === 'CLEAR'
    case 'VERIFY':
      return plan.verify(name).condition.kind !== 'never'
    case 'ONE':
    case 'MANY':
    case 'SELF':
    case 'RESOLVE':
      return plan.field('Query', name).decision !== 'DENIED' && mayExist(plan, classification, field?.returns.named)
  }
}

/** Do rows of the type exist at all for callers of this plan? */
function mayExist(plan: AccessPlan, classification: Classification, type: unknown): boolean {
  return typeof type === 'string' && classification.type(type) !== undefined && plan.rows(type).kind !== 'never'
}

/** The schema with the gate before its entry fields. */
export function gateSchema(schema: GraphQLSchema, parts: { domain: SubgraphName; classification: Classification }): GraphQLSchema {
  const { domain, classification } = parts
  const query = schema.getQueryType()
  if (query === undefined || query === null) throw new RangeError('a subgraph without entry fields')
  const mutation = schema.getMutationType() ?? undefined
  if (query.name !== 'Query' || (mutation !== undefined && mutation.name !== 'Mutation')) throw new RangeError('entry fields stand on Query and Mutation')
  const named = (name: string, allows: (context: GateContext, args: unknown) => boolean, root: Root = 'Query') =>
    // Shield keeps its cache by rule name, so names are unique in the city, not only in the subgraph.
    rule(`${domain}/${root}.${name}`, { cache: 'no_cache' })((_parent: unknown, args: unknown, context: GateContext) => allows(context, args))

  const rulesOf = (root: Root, names: readonly string[]) =>
    Object.fromEntries(names.filter((name) => classification.field(root, name)?.entry !== undefined)
      .map((name) => [name, named(name, ({ plan }) => mayEnter(plan, classification, name, root), root)]))
  const generated = shield(
    {
      ...(mutation === undefined ? {} : { Mutation: { ...rulesOf('Mutation', Object.keys(mutation.getFields())), '*': deny } }),
      Query: {
        ...rulesOf('Query', Object.keys(query.getFields())),
        ...('_service' in query.getFields() ? { _service: named('_service', ({ route }) => route === 'seal') } : {}),
        ...('_entities' in query.getFields()
          ? { _entities: named('_entities', ({ plan }, args) => representationsOf(args).some((one) => mayExist(plan, classification, typeOf(one)))) }
          : {}),
        '*': deny,
      },
    },
    // Without allowExternalErrors shield would replace what a resolver threw by the refusal.
    { fallbackRule: deny, fallbackError: nothing, allowExternalErrors: true },
  ).generate(schema)
  const gates = typeof generated === 'function' ? [] : Object.entries(generated).filter(([type]) => type === 'Query' || type === 'Mutation')
  if (gates.length !== (mutation === undefined ? 1 : 2)) throw new RangeError('the gate could not be built')
  const entities = '_entities' in query.getFields() ? [{ Query: { _entities: onlyExisting(classification) } }] : []
  return applyMiddleware(schema, ...entities, Object.fromEntries(gates))
}

type Resolve = (parent?: unknown, args?: unknown, context?: GateContext) => unknown

/** Hands on the representations whose type exists for the caller and puts null in the place of the others. */
function onlyExisting(classification: Classification) {
  return async (resolve: Resolve, parent: unknown, args: unknown, context: GateContext): Promise<unknown> => {
    const all = representationsOf(args)
    const decided = new Map<unknown, boolean>()
    const exists = (one: unknown): boolean => {
      const type = typeOf(one)
      const known = decided.get(type) ?? mayExist(context.plan, classification, type)
      decided.set(type, known)
      return known
    }
    const places: number[] = []
    for (const [place, one] of all.entries()) if (exists(one)) places.push(place)
    if (places.length === 0) return all.map(() => null)
    if (places.length === all.length) return resolve(parent, { representations: all }, context)
    const found = await resolve(parent, { representations: places.map((place) => all[place]) }, context)
    // An error of the resolver goes on as it is.
    if (!Array.isArray(found)) return found
    const answer: unknown[] = all.map(() => null)
    for (const [index, place] of places.entries()) answer[place] = found[index]
    return answer
  }
}

function representationsOf(args: unknown): readonly unknown[] {
  const list: unknown = typeof args === 'object' && args !== null && 'representations' in args ? args.representations : undefined
  return Array.isArray(list) ? list : []
}

function typeOf(representation: unknown): unknown {
  return typeof representation === 'object' && representation !== null && '__typename' in representation ? representation.__typename : undefined
}

// Shield takes whatever this gives as the field's value; its types expect an error, hence the overload.
function nothing(): Error
function nothing(): unknown {
  return null
}
