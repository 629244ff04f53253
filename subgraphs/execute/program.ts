// A query compiled for one schema and one outcome of its @skip and @include: which fields stand where, what gives their values, how
// these become the answer. Holds nothing of any request, so one program serves all callers.

import type { FieldNode, FragmentDefinitionNode, GraphQLObjectType, GraphQLOutputType, GraphQLSchema, OperationDefinitionNode } from 'graphql'

/** What resolvers are told of their place: graphql-js's info but for the path below the entry fields, where rows are resolved together. */
export type Place = {
  readonly fieldName: string
  readonly fieldNodes: readonly FieldNode[]
  readonly returnType: GraphQLOutputType
  readonly parentType: GraphQLObjectType
  /** Of entry fields only. */
  readonly path: { readonly prev: undefined; readonly key: string; readonly typename: string } | undefined
  readonly schema: GraphQLSchema
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
  readonly rootValue: undefined
  readonly operation: OperationDefinitionNode
  readonly variableValues: Readonly<Record<string, unknown>>
  /** Marks this executor's places. */
  readonly compiled: true
}

export type Arguments = Readonly<Record<string, unknown>>

/** As graphql-js calls it. */
export type Resolve = (parent: unknown, args: Arguments, context: unknown, place: Place) => unknown

/**
 * The same for many parents at once: their values in the same order, an Error in the place of a value that failed. What it throws
 * or rejects with stands for every parent.
 */
export type ResolveBatch = (parents: readonly unknown[], args: Arguments, context: unknown, place: Place) => readonly unknown[] | Promise<readonly unknown[]>

/** How a value becomes part of the answer. `plain`: a text is written as it is. */
export type TypeProgram =
  | { readonly kind: 'leaf'; readonly name: string; readonly serialize: (value: unknown) => unknown; readonly plain: boolean }
  | { readonly kind: 'list'; readonly of: TypeProgram }
  | { readonly kind: 'nonnull'; readonly of: TypeProgram }
  | { readonly kind: 'object'; readonly object: ObjectProgram }
  /** Values name their type in `__typename`. */
  | { readonly kind: 'entity'; readonly objects: ReadonlyMap<string, ObjectProgram> }

export type FieldProgram = {
  /** Name in the answer. */
  readonly as: string
  /** Name in the schema. */
  readonly field: string
  readonly parent: GraphQLObjectType
  readonly nodes: readonly FieldNode[]
  /** Undefined: the property of that name. */
  readonly resolve: Resolve | undefined
  readonly batch: ResolveBatch | undefined
  /** Throws what graphql-js throws for arguments that do not fit. */
  readonly args: (variables: Readonly<Record<string, unknown>>) => Arguments
  readonly returns: GraphQLOutputType
  readonly type: TypeProgram
  /** Its texts are written as they are, and null where it may be. */
  readonly plain: 'or null' | 'never null' | undefined
}

export type ObjectProgram = {
  readonly type: GraphQLObjectType
  /** Without `__typename`, which stands in the blank. */
  readonly fields: readonly FieldProgram[]
  /** Every name of the answer in its order; null until it is known. */
  readonly blank: Readonly<Record<string, unknown>>
}

export type Program = {
  readonly operation: OperationDefinitionNode
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
  readonly root: ObjectProgram
}
