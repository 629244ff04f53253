// What is known of an operation beside its text (DESIGN 5.5): its hash without literals, the fields it asks for, and whether it
// returns data of at most one person. What cannot be shown to be about one person counts as about many.

import { getArgumentValues } from 'graphql'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'
import { recordable } from '../core/natural-keys.ts'
import type { Classification } from '../schema/classification.ts'
import { operationHash } from '../schema/operation-hash.ts'
import type { LiteralOf } from '../schema/operation-hash.ts'
import type { OperationFacts } from '../subgraphs/access-context.ts'
import { argumentsFit } from './cost.ts'
import { isStructural, walkOperation } from './walk-operation.ts'
import type { AskedField, AskedOperation } from './walk-operation.ts'

const MAX_NAME_LENGTH = 100

/** Name and hash as records have them. */
export type NamedOperation = { readonly name?: string; readonly hash: string }

/**
 * Facts of an operation whose @skip and @include are decided as `asked.variables` decide them: walked once, then asked with each
 * request's coerced variables. The same facts are the same object. Without a classification nothing is known to be impersonal, so
 * `singleSubject` is false.
 */
export function factsReader(asked: AskedOperation, named: NamedOperation, classification: Classification | undefined): (variables: Readonly<Record<string, unknown>>) => OperationFacts {
  const found = new Set<string>()
  walkOperation(asked, true, (field) => {
    if (!isForm(field.parent, classification)) found.add(`${field.parent}.${field.name}`)
    return true
  })
  const fields = Object.freeze([...found].sort())
  const single: OperationFacts = Object.freeze({ ...named, singleSubject: true, fields })
  const many: OperationFacts = Object.freeze({ ...named, singleSubject: false, fields })
  if (classification === undefined) return () => many
  const isSingle = singleSubjectReader(asked, classification)
  return (variables) => (isSingle(variables) ? single : many)
}

/** Name (cut to 100 characters; a hash where it holds a natural key) and hash; for records also where nothing else is known. `literalOf`: see operation-hash. */
export function namedOperation(document: DocumentNode, operation: OperationDefinitionNode, literalOf?: LiteralOf): NamedOperation {
  const name = operation.name?.value.slice(0, MAX_NAME_LENGTH)
  return { ...(name === undefined ? {} : { name: recordable(name) }), hash: operationHash(document, operation, literalOf) }
}

/** Whose data stand at this point of the walk: no entry yet, one person's own rows, somebody's (not known whose). */
type Whose = 'root' | 'subject' | 'anybody'

/**
 * True when the operation returns data of at most one person: every entry that leads to personal data is a ONE, RESOLVE or SELF
 * entry on a personal type, all with the same arguments, and below it only rows about the same person (types with a `subject`
 * reached without a detour over a type without one, and not another Person). VERIFY entries return answers and do not count.
 * Holds for any variables that decide @skip and @include as `asked.variables` do.
 */
function singleSubjectReader(asked: AskedOperation, classification: Classification): (variables: Readonly<Record<string, unknown>>) => boolean {
  const entries: AskedField[] = []
  let single = true
  walkOperation<Whose>(asked, 'root', (field, whose) => {
    if (!single) return undefined
    if (whose === 'root') return enterGraph(field)
    if (isForm(field.parent, classification)) return whose
    if (whose === 'anybody' && isPersonal(field, classification)) single = false
    if (whose === 'subject' && field.returns.name === 'Person') single = false
    if (!single) return undefined
    return whose === 'subject' && (isForm(field.returns.name, classification) || hasSubject(targetOf(field, classification), classification)) ? 'subject' : 'anybody'
  })
  // Whatever the arguments are: nothing of them can fail, and one way in leads to one person.
  if (entries.every((field) => argumentsFit(field, asked.operation)) && (!single || entries.length <= 1)) return single ? always : never
  return (variables) => {
    // Two different ways in (an id, a number) cannot be shown to lead to the same person.
    const ways = new Set(entries.map((field) => `${field.name}(${JSON.stringify(getArgumentValues(field.definition, field.node, { ...variables }))})`))
    return single && ways.size <= 1
  }

  function enterGraph(field: AskedField): Whose | undefined {
    const entry = classification.field(field.parent, field.name)?.entry
    if (entry?.kind === 'VERIFY') return undefined
    const one = entry?.kind === 'ONE' || entry?.kind === 'RESOLVE' || entry?.kind === 'SELF'
    const personal = classification.type(targetOf(field, classification))?.classification.personal === true
    if (personal && !one) single = false
    if (!personal || !one) return 'anybody'
    entries.push(field)
    return hasSubject(field.returns.name, classification) ? 'subject' : 'anybody'
  }
}

function always(): boolean {
  return true
}

function never(): boolean {
  return false
}

/** The generated list types; a department's own type that only ends like one is data. */
function isForm(type: string, classification: Classification | undefined): boolean {
  return isStructural(type) && classification?.type(type) === undefined
}

function targetOf(field: AskedField, classification: Classification): string {
  return classification.field(field.parent, field.name)?.returns.named ?? field.returns.name
}

function hasSubject(type: string, classification: Classification): boolean {
  return classification.type(type)?.rowAttributes.some((attribute) => attribute.name === 'subject') === true
}

/** Unclassified counts as personal, unless it is a key of a type that is not. */
function isPersonal(field: AskedField, classification: Classification): boolean {
  const found = classification.field(field.parent, field.name)
  const parentPersonal = classification.type(field.parent)?.classification.personal ?? true
  if (found === undefined) return parentPersonal || !classification.keys(field.parent).has(field.name)
  return found.personal || classification.type(found.returns.named)?.classification.personal === true
}
