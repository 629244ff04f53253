// Which variables decide what an operation asks for: what is worked out once for an operation is worked out for each outcome of these.

import { Kind, visit } from 'graphql'
import type { DocumentNode } from 'graphql'

/** Names of the variables that @skip and @include of the document depend on, in the order of their first appearance. */
export function decidingVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>()
  visit(document, {
    Directive: ({ name, arguments: given = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include') return
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return [...names]
}
