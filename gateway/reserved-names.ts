// Names that aliases may not take (DESIGN 5.2), read from a supergraph's join directives. For supergraphs that are not ours and
// so have no classification; relies on the join specification (v0.1–v0.5), whose field sets are GraphQL selections.

import { Kind, parse, visit } from 'graphql'
import type { ConstDirectiveNode, FieldDefinitionNode, NameNode } from 'graphql'
import type { ReservedNames } from '../schema/reserved-aliases.ts'

/** Keys and `requires` of every type, nested selections included. Throws on a text that is not GraphQL. */
export function reservedNamesOf(supergraphSdl: string): ReservedNames {
  const keys = new Map<string, Set<string>>()
  const required = new Map<string, Set<string>>()
  const take = (into: Map<string, Set<string>>, type: string, names: readonly string[]): void => {
    const set = into.get(type) ?? new Set()
    for (const name of names) set.add(name)
    into.set(type, set)
  }
  const read = (type: NameNode, directives: readonly ConstDirectiveNode[] | undefined, fields: readonly FieldDefinitionNode[] | undefined): void => {
    for (const directive of directives ?? []) if (directive.name.value === 'join__type') take(keys, type.value, namesIn(argument(directive, 'key')))
    for (const directive of (fields ?? []).flatMap((field) => field.directives ?? [])) {
      if (directive.name.value === 'join__field') take(required, type.value, namesIn(argument(directive, 'requires')))
    }
  }
  visit(parse(supergraphSdl), {
    ObjectTypeDefinition: (node) => read(node.name, node.directives, node.fields),
    InterfaceTypeDefinition: (node) => read(node.name, node.directives, node.fields),
  })
  const none: ReadonlySet<string> = new Set()
  return { keys: (type) => keys.get(type) ?? none, requiresInputs: (type) => required.get(type) ?? none }
}

function argument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((given) => given.name.value === name)?.value
  return value?.kind === Kind.STRING ? value.value : undefined
}

/** Every field name of a field set, at any depth: which of them a type of its own holds is not known here, so all are reserved. */
function namesIn(fieldSet: string | undefined): readonly string[] {
  if (fieldSet === undefined) return []
  const names: string[] = []
  visit(parse(`{ ${fieldSet} }`), { Field: (node) => void names.push(node.name.value) })
  return names
}
