// `_entities` for our executor: the representations of one type are resolved together, by one call of its reference's form for many,
// instead of one promise each. graphql-js, and types without such a form, get @apollo/subgraph's own resolver.

import { isObjectType, type GraphQLSchema } from 'graphql'
import { asError } from '../../core/errors.ts'
import type { Arguments, Place, Resolve } from './program.ts'

type ResolveReference = (reference: unknown, context: unknown, place: unknown) => unknown
/** Values in the order of the references, an Error in the place of one that failed. */
type ResolveReferences = (references: readonly unknown[], context: unknown, place: unknown) => readonly unknown[] | Promise<readonly unknown[]>

/** Puts the grouping before the schema's own resolver, beneath every gate that is put on later. */
export function groupEntities(schema: GraphQLSchema): void {
  const field = schema.getQueryType()?.getFields()['_entities']
  const own = field?.resolve
  if (field === undefined || own == null) return
  const resolve: Resolve = (parent, args, context, place) => (place.compiled === true ? together(schema, args, context, place) : Reflect.apply(own, undefined, [parent, args, context, place]))
  field.resolve = (parent: unknown, args: Arguments, context: unknown, info: unknown) => Reflect.apply(resolve, undefined, [parent, args, context, info])
}

function together(schema: GraphQLSchema, args: Arguments, context: unknown, place: Place): readonly unknown[] | Promise<readonly unknown[]> {
  const references: readonly unknown[] = Array.isArray(args['representations']) ? args['representations'] : []
  const groups = new Map<string, { readonly places: number[]; readonly references: unknown[] }>()
  for (const [index, reference] of references.entries()) {
    const name = typeOf(reference)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, { places: [index], references: [reference] })
    else {
      group.places.push(index)
      group.references.push(reference)
    }
  }
  const answer: unknown[] = references.map(() => null)
  const waits: Promise<void>[] = []
  for (const [name, group] of groups) {
    const put = (values: readonly unknown[]): void => group.places.forEach((at, index) => { answer[at] = named(values[index], name) })
    const values = resolved(schema, name, group.references, context, place)
    if (Array.isArray(values)) put(values)
    else waits.push(Promise.resolve(values).then(put))
  }
  return waits.length === 0 ? answer : Promise.all(waits).then(() => answer)
}

/** Throws for a type that this subgraph does not have: no representation of such a request is answered. */
function resolved(schema: GraphQLSchema, name: string, references: readonly unknown[], context: unknown, place: Place): readonly unknown[] | Promise<readonly unknown[]> {
  const type = schema.getType(name)
  if (!isObjectType(type)) throw new Error('a representation of no object type')
  const resolve = referenceOf(type.extensions['apollo'])
  if (resolve === undefined) return references
  if ('batch' in resolve && typeof resolve.batch === 'function') return batched(resolve.batch as ResolveReferences, references, context, place)
  return settled(references.map(async (reference) => resolve(reference, context, place)))
}

function batched(resolve: ResolveReferences, references: readonly unknown[], context: unknown, place: Place): readonly unknown[] | Promise<readonly unknown[]> {
  const failed = (error: unknown): readonly unknown[] => references.map(() => asError(error))
  try {
    const values = resolve(references, context, place)
    return values instanceof Promise ? values.catch(failed) : values
  } catch (error) {
    return failed(error)
  }
}

/** An Error in the place of a promise that was not kept. */
async function settled(promises: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  return (await Promise.allSettled(promises)).map((end) => (end.status === 'fulfilled' ? end.value : asError(end.reason)))
}

/** The value as one of the type that was asked for, as @apollo/subgraph has it. Rows of ours say it already. */
function named(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value
  if (!('__typename' in value)) return Object.defineProperty(value, '__typename', { value: name })
  return value.__typename === name ? value : { ...value, __typename: name }
}

function typeOf(reference: unknown): string {
  const name = typeof reference === 'object' && reference !== null && '__typename' in reference ? reference.__typename : undefined
  return typeof name === 'string' ? name : ''
}

function referenceOf(apollo: unknown): ResolveReference | undefined {
  const subgraph = typeof apollo === 'object' && apollo !== null && 'subgraph' in apollo ? apollo.subgraph : undefined
  const resolve = typeof subgraph === 'object' && subgraph !== null && 'resolveReference' in subgraph ? subgraph.resolveReference : undefined
  return typeof resolve === 'function' ? (resolve as ResolveReference) : undefined
}
