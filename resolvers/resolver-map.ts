// The shape in which resolvers go to @apollo/subgraph: type → field → function, `__resolveReference` among them.

import type { GraphQLResolveInfo } from 'graphql'
import type { ReadContext } from './read-context.ts'
import type { Place } from './selection.ts'

export type Arguments = Readonly<Record<string, unknown>>

/**
 * `batch`: the same for many parents at once, for an executor that knows it: their values in the same order, an Error in the place of
 * one that failed; what it throws or rejects with stands for every parent. It does for each parent what the resolver alone would do.
 */
export type Resolver = ((parent: unknown, args: Arguments, context: ReadContext, info: GraphQLResolveInfo) => unknown) & {
  readonly batch?: (parents: readonly unknown[], args: Arguments, context: ReadContext, place: Place) => Many
}

/** `reference` comes from outside (a representation of `_entities`). `batch` as for resolvers. */
export type ReferenceResolver = ((reference: unknown, context: ReadContext, info: GraphQLResolveInfo) => unknown) & {
  readonly batch?: (references: readonly unknown[], context: ReadContext, place: Place) => Many
}

type Many = readonly unknown[] | Promise<readonly unknown[]>

/** `__resolveReference` is a ReferenceResolver, everything else a Resolver. */
export type ResolverMap = { [type: string]: { [field: string]: Resolver | ReferenceResolver } }
