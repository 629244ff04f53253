// What an operation writes, compiled from Apollo's reading of it: for each object its response names in the order in which Apollo
// sets them, merged across fragments, with @skip and @include decided. Abstract types and introspection are left to Apollo.

import { isCustomScalarType, isEnumType, isListType, isNonNullType, isObjectType, isScalarType, Variable } from '@apollo/federation-internals'
import type { FieldSelection, ObjectType, Operation, Schema, SelectionSet, Type } from '@apollo/federation-internals'
import { LeftToApollo, refuseInherited } from './left-to-apollo.ts'
import type { ObjectWriting, Writing } from './write-json.ts'

/** Whether the Boolean variable of that name is true. */
export type Conditions = (variable: string) => boolean

/** The names of the variables on which it depends what is written. Throws LeftToApollo for what is not compiled. */
export function conditionVariables(operation: Operation): readonly string[] {
  const names = new Set<string>()
  writingOf(operation, (name) => {
    names.add(name)
    return true
  }, true)
  return [...names].sort()
}

/** Throws LeftToApollo for what is not compiled. */
export function compileWriter(operation: Operation, conditions: Conditions): ObjectWriting {
  return writingOf(operation, conditions, false)
}

type Asking = { readonly schema: Schema; readonly conditions: Conditions; readonly everything: boolean }
/** As much of a directive as is read here. */
type Applied = { readonly name: string; arguments(): Readonly<Record<string, unknown>> }
type Field = { readonly selection: FieldSelection; readonly below: SelectionSet[] }

function writingOf(operation: Operation, conditions: Conditions, everything: boolean): ObjectWriting {
  const root = operation.schema().schemaDefinition.rootType(operation.rootKind)
  if (root === undefined) throw new LeftToApollo('node')
  return objectWriting([operation.selectionSet], root, { schema: operation.schema(), conditions, everything })
}

function objectWriting(sets: readonly SelectionSet[], type: ObjectType, asking: Asking): ObjectWriting {
  const fields = new Map<string, Field>()
  for (const set of sets) collect(set, type, fields, asking)
  const members = [...fields].map(([name, { selection, below }], at) => {
    const writing = selection.element.name === '__typename' ? typename : writingFor(selection.element.definition.type, below, asking)
    return { name, label: `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`, writing }
  })
  return { type: type.name, fields: members }
}

/** Composite fields asked for twice are joined where they stand first. */
function collect(set: SelectionSet, type: ObjectType, into: Map<string, Field>, asking: Asking): void {
  for (const selection of set.selections()) {
    if (!wanted(selection.element.appliedDirectives, asking) && !asking.everything) continue
    if (selection.kind === 'FragmentSelection') {
      const { typeCondition } = selection.element
      if (typeCondition !== undefined && typeCondition.name !== type.name) throw new LeftToApollo('abstract type')
      collect(selection.selectionSet, type, into, asking)
      continue
    }
    const name = selection.element.responseName()
    if (selection.element.name.startsWith('__') && selection.element.name !== '__typename') throw new LeftToApollo('introspection')
    refuseInherited(name)
    const known = into.get(name) ?? { selection, below: [] }
    into.set(name, known)
    if (selection.selectionSet !== undefined) known.below.push(selection.selectionSet)
  }
}

/** As Apollo's: the first of each, @skip before @include. */
function wanted(directives: readonly Applied[], asking: Asking): boolean {
  const skip = directives.find(({ name }) => name === 'skip')
  const include = directives.find(({ name }) => name === 'include')
  // Both are read, so that both variables are known.
  const [skipped, included] = [skip, include].map((directive) => (directive === undefined ? undefined : valueOf(directive, asking)))
  return skipped !== true && included !== false
}

function valueOf(directive: Applied, { conditions }: Asking): boolean {
  const given = directive.arguments()['if']
  return given instanceof Variable ? conditions(given.name) : given === true
}

const nothing = { nullable: false, item: undefined, object: undefined, values: undefined } as const
const typename: Writing = { ...nothing, kind: 'typename' }

function writingFor(type: Type | undefined, below: readonly SelectionSet[], asking: Asking): Writing {
  if (type === undefined) throw new LeftToApollo('abstract type')
  if (isNonNullType(type)) return { ...writingFor(type.ofType, below, asking), nullable: false }
  if (isListType(type)) return { ...nothing, nullable: true, kind: 'list', item: writingFor(type.ofType, below, asking) }
  if (isObjectType(type)) return { ...nothing, nullable: true, kind: 'object', object: objectWriting(below, type, asking) }
  if (isEnumType(type)) return { ...nothing, nullable: true, kind: 'enum', values: new Set(type.values.map(({ name }) => name)) }
  if (isCustomScalarType(type)) return { ...nothing, nullable: true, kind: 'custom' }
  if (!isScalarType(type)) throw new LeftToApollo('abstract type')
  return { ...nothing, nullable: true, kind: scalarKind(type.name) }
}

function scalarKind(name: string): Writing['kind'] {
  switch (name) {
    case 'String': return 'string'
    case 'ID': return 'id'
    case 'Int': return 'int'
    case 'Float': return 'float'
    case 'Boolean': return 'boolean'
    default: throw new LeftToApollo('abstract type')
  }
}
