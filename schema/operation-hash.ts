// The one hash of an operation in access records, for gateway and subgraphs alike: of its text in a normal form that holds no
// literal, so that no value can be guessed from a record.

import { createHash } from 'node:crypto'
import { Kind, print, stripIgnoredCharacters, visit } from 'graphql'
import type { DefinitionNode, DocumentNode, OperationDefinitionNode } from 'graphql'

/** The kind of literal that a caller wrote where the text now has this variable; undefined: a variable of the caller's own. */
export type LiteralOf = (variable: string) => 'number' | 'string' | 'list' | undefined

const hashes = new WeakMap<OperationDefinitionNode, string>()

/**
 * sha256 (hex) of the operation and the document's fragments, layout and literal values taken out; names and aliases stay. With
 * `literalOf` of the text as its caller wrote it, whose literals were lifted into variables since.
 */
export function operationHash(document: DocumentNode, operation: OperationDefinitionNode, literalOf?: LiteralOf): string {
  if (literalOf !== undefined) return hashOf(asWritten(document, literalOf), (definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const known = hashes.get(operation)
  if (known !== undefined) return known
  const hash = hashOf(document, (definition) => definition === operation)
  hashes.set(operation, hash)
  return hash
}

function hashOf(document: DocumentNode, isAsked: (definition: DefinitionNode) => boolean): string {
  const kept: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: document.definitions.filter((definition) => isAsked(definition) || definition.kind === Kind.FRAGMENT_DEFINITION),
  }
  const bare = visit(kept, {
    IntValue: (node) => ({ ...node, value: '0' }),
    FloatValue: (node) => ({ ...node, value: '0' }),
    StringValue: (node) => ({ ...node, value: '', block: false }),
    BooleanValue: (node) => ({ ...node, value: false }),
    EnumValue: (node) => ({ ...node, value: 'E' }),
    ListValue: (node) => ({ ...node, values: [] }),
    ObjectValue: (node) => ({ ...node, fields: [] }),
  })
  return createHash('sha256').update(stripIgnoredCharacters(print(bare))).digest('hex')
}

/** A document of one operation with literals in the place of lifted variables; which ones does not matter to the hash. */
function asWritten(document: DocumentNode, literalOf: LiteralOf): DocumentNode {
  return visit(document, {
    VariableDefinition: (node) => (literalOf(node.variable.name.value) === undefined ? false : null),
    Variable: (node) => {
      switch (literalOf(node.name.value)) {
        case 'number':
          return { kind: Kind.INT, value: '0' }
        case 'string':
          return { kind: Kind.STRING, value: '' }
        case 'list':
          return { kind: Kind.LIST, values: [] }
        default:
          return undefined
      }
    },
  })
}
