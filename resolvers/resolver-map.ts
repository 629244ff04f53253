// The shape in which resolvers go to @apollo/subgraph: type → field → function, `__resolveReference` among them.

import type { GraphQLResolveInfo } from 'graphql'
import type { ReadContext } from './read-context.ts'

export type Arguments = Readonly<Record<string, unknown>>

export type Resolver = (parent: unknown, args: Arguments, context: ReadContext, info: GraphQLResolveInfo) => unknown

/** `reference` comes from outside (a representation of `_entities`). */
export type ReferenceResolver = (reference: unknown, context: ReadContext, info: GraphQLResolveInfo) => unknown

/** `__resolveReference` is a ReferenceResolver, everything else a Resolver. */
export type ResolverMap = { [type: string]: { [field: string]: Resolver | ReferenceResolver } }
