// The one hash of an operation in access records, for gateway and subgraphs alike: of its text in a normal form that holds no
// literal, so that no value can be guessed from a record.

import { createHash } from 'node:crypto'
import { Kind, print, stripIgnoredCharacters, visit } from 'graphql'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'

const hashes = new WeakMap<OperationDefinitionNode, string>()

/** sha256 (hex) of the operation and the document's fragments, layout and literal values taken out; names and aliases stay. */
export function operationHash(document: DocumentNode, operation: OperationDefinitionNode): string {
  const known = hashes.get(operation)
  if (known !== undefined) return known
  const kept: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: document.definitions.filter((definition) => definition === operation || definition.kind === Kind.FRAGMENT_DEFINITION),
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
  const hash = createHash('sha256').update(stripIgnoredCharacters(print(bare))).digest('hex')
  hashes.set(operation, hash)
  return hash
}
