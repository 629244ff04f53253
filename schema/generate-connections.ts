// Writes the list types of a subgraph: for every `XConnection` that a field returns, XConnection and XEdge in the shape of the
// Cursor Connections specification plus `nodes`. No totalCount: a count would tell of rows that may not be seen.
// Refuses (ClassificationRefused) a connection over a type that the subgraph does not declare.

import { Kind, visit } from 'graphql'
import type { DocumentNode } from 'graphql'
import { ClassificationRefused, placeOf, problemAt } from './problem.ts'
import type { Problem } from './problem.ts'

const suffix = 'Connection'

/** SDL of the connection and edge types that `document` uses and does not define, in order of name. */
export function generateConnections(document: DocumentNode): readonly string[] {
  const defined = definedTypes(document)
  const problems: Problem[] = []
  const wanted = new Set<string>()
  visit(document, {
    NamedType(node) {
      const name = node.name.value
      if (!name.endsWith(suffix) || defined.has(name)) return
      const item = name.slice(0, -suffix.length)
      if (defined.get(item) === Kind.OBJECT_TYPE_DEFINITION) wanted.add(item)
      else problems.push(problemAt(placeOf(node), `${name} is a list of ${item}, which is no object type of this subgraph.`))
    },
  })
  if (problems.length > 0) throw new ClassificationRefused(problems)
  return [...wanted].sort().map(connectionSdl)
}

/** Names and kinds of all types a document defines. */
export function definedTypes(document: DocumentNode): ReadonlyMap<string, Kind> {
  const defined = new Map<string, Kind>()
  for (const definition of document.definitions) {
    if ('name' in definition && definition.name !== undefined && definition.kind.endsWith('TypeDefinition')) {
      defined.set(definition.name.value, definition.kind)
    }
  }
  return defined
}

function connectionSdl(item: string): string {
  return `"A page of ${item}; a row that you may not see is not in it."
type ${item}Connection {
  edges: [${item}Edge!]!
  nodes: [${item}!]!
  pageInfo: PageInfo!
}
"A ${item} and its place in the list; the cursor is sealed for your organisation."
type ${item}Edge {
  cursor: String!
  node: ${item}!
}`
}
