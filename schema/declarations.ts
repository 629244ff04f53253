// What the subgraphs' SDLs declare: every field of every object and interface type, with its domain and its place.
// Relies on whole SDLs (load.ts); knows Federation's own directives by name, decides nothing.

import { Kind } from 'graphql'
import type { ConstDirectiveNode, DocumentNode, FieldDefinitionNode, TypeNode } from 'graphql'
import type { SubgraphName } from '../core/domains.ts'
import { parseSdl, sdlEntries } from './load.ts'
import { placeOf } from './problem.ts'
import type { Place } from './problem.ts'

export type FieldDeclaration = {
  readonly domain: SubgraphName
  readonly type: string
  readonly field: string
  readonly node: FieldDefinitionNode
  readonly place: Place
  /** Only referred to here (@external); another subgraph answers it. */
  readonly external: boolean
}

/** One `type` or `interface` block of one subgraph; a type that five subgraphs declare appears five times. */
export type TypeDeclaration = {
  readonly domain: SubgraphName
  readonly type: string
  readonly kind: 'object' | 'interface'
  readonly directives: readonly ConstDirectiveNode[]
  readonly interfaces: readonly string[]
  readonly fields: readonly FieldDeclaration[]
  readonly description?: string
  readonly place: Place
}

/** All declarations in the order of domains and text. Throws ClassificationRefused where an SDL does not parse. */
export function readDeclarations(sdls: Readonly<Partial<Record<SubgraphName, string>>>): readonly TypeDeclaration[] {
  return sdlEntries(sdls).flatMap(([domain, sdl]) => declarationsOf(domain, parseSdl(sdl, `schema/${domain}.graphql`)))
}

function declarationsOf(domain: SubgraphName, document: DocumentNode): readonly TypeDeclaration[] {
  return document.definitions.flatMap((node) => {
    const object = node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION
    const face = node.kind === Kind.INTERFACE_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_EXTENSION
    if (!object && !face) return []
    const type = node.name.value
    const description = 'description' in node ? node.description?.value : undefined
    const allExternal = hasDirective(node.directives, 'external')
    const fields = (node.fields ?? []).map((field) => ({
      domain, type, field: field.name.value, node: field, place: placeOf(field), external: allExternal || hasDirective(field.directives, 'external'),
    }))
    return [{
      domain, type, kind: object ? ('object' as const) : ('interface' as const), directives: node.directives ?? [],
      interfaces: (node.interfaces ?? []).map((name) => name.name.value), fields, place: placeOf(node),
      ...(description === undefined ? {} : { description }),
    }]
  })
}

/** The nodes of one directive on a definition, in order. */
export function directivesNamed(directives: readonly ConstDirectiveNode[] | undefined, name: string): readonly ConstDirectiveNode[] {
  return (directives ?? []).filter((directive) => directive.name.value === name)
}

export function hasDirective(directives: readonly ConstDirectiveNode[] | undefined, name: string): boolean {
  return directivesNamed(directives, name).length > 0
}

/** A string argument of a directive (the fields of @key, @requires), undefined where it is absent or no string. */
export function stringArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value
  return value?.kind === Kind.STRING ? value.value : undefined
}

/** What a field returns: the named type (for XConnection: X) and whether it is a list of them. */
export function returnsOf(type: TypeNode): { readonly named: string; readonly list: boolean } {
  if (type.kind === Kind.NON_NULL_TYPE) return returnsOf(type.type)
  if (type.kind === Kind.LIST_TYPE) return { named: returnsOf(type.type).named, list: true }
  const name = type.name.value
  const item = /^(\w+)Connection$/.exec(name)?.[1]
  return item === undefined ? { named: name, list: false } : { named: item, list: true }
}

const pageInfo: Readonly<Record<string, string>> = { hasNextPage: 'Boolean', hasPreviousPage: 'Boolean', startCursor: 'String', endCursor: 'String' }

/** True for the fields of generated list types and PageInfo alone: told by their exact shape, so that nothing else hides behind the name. */
export function isStructural(declaration: FieldDeclaration): boolean {
  const { type, field, node } = declaration
  const named = innermost(node.type)
  if (type === 'PageInfo') return pageInfo[field] === named
  const page = /^(\w+)Connection$/.exec(type)?.[1]
  if (page !== undefined) return (field === 'edges' && named === `${page}Edge`) || (field === 'nodes' && named === page) || (field === 'pageInfo' && named === 'PageInfo')
  const edge = /^(\w+)Edge$/.exec(type)?.[1]
  return edge !== undefined && ((field === 'cursor' && named === 'String') || (field === 'node' && named === edge))
}

function innermost(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : innermost(type.type)
}
