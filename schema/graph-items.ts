// What the graph consists of, as its catalogue lists it: every type that is classified and every field of every type, once, whichever
// subgraphs declare it. Lists' own types (pages, edges, PageInfo) hold no data and are none. Relies on SDLs that were checked.

import { print } from 'graphql'
import type { SubgraphName } from '../core/domains.ts'
import { inspectClassification } from './classification.ts'
import { isStructural } from './declarations.ts'
import type { FieldDeclaration, TypeDeclaration } from './declarations.ts'
import type { ClassifiedValues } from './directive-values.ts'

/** ENTRY: a root field. KEY: a public id or code by which subgraphs join; it carries no level of its own. */
export type GraphItemKind = 'TYPE' | 'ENTRY' | 'FIELD' | 'KEY'

export type GraphItem = {
  /** `Type` or `Type.field`. */
  readonly coordinate: string
  readonly kind: GraphItemKind
  readonly domain: SubgraphName
  readonly type: string
  readonly field?: string
  readonly description?: string
  /** As in SDL; of a type its own name. */
  readonly dataType: string
  /** Of a KEY: those of its type. */
  readonly values: ClassifiedValues
  /** Coordinates of what it is computed from, and the type of the rows it leads to. */
  readonly related: readonly string[]
}

type Sdls = Readonly<Partial<Record<SubgraphName, string>>>
const roots: ReadonlySet<string> = new Set(['Query', 'Mutation'])

/** All items in order of coordinate. Throws ClassificationRefused where an SDL does not parse. */
export function graphItems(sdls: Sdls): readonly GraphItem[] {
  const { classification, declarations } = inspectClassification(sdls)
  const homes = homesOf(declarations)
  const types = classification.types().map(({ type, classification: values }): GraphItem => {
    const described = declarations.find((declaration) => declaration.type === type && declaration.domain === homes.get(type))
    return { coordinate: type, kind: 'TYPE', domain: homes.get(type) ?? 'governance', type, ...textOf(described?.description), dataType: type, values, related: [] }
  })
  const fields = new Map<string, GraphItem>()
  for (const declaration of declarations.flatMap((type) => type.fields)) {
    if (declaration.external || isStructural(declaration)) continue
    const item = fieldItem(declaration)
    const known = item === undefined ? undefined : fields.get(item.coordinate)
    if (item !== undefined && (known === undefined || (known.description === undefined && item.description !== undefined))) fields.set(item.coordinate, item)
  }
  return [...types, ...fields.values()].sort((a, b) => (a.coordinate < b.coordinate ? -1 : 1))

  function fieldItem(declaration: FieldDeclaration): GraphItem | undefined {
    const { type, field, node } = declaration
    const classified = classification.field(type, field)
    const values = classified ?? classification.type(type)?.classification
    if (values === undefined) return undefined
    const domain = classified?.domain ?? homes.get(type) ?? declaration.domain
    const kind = classified === undefined ? 'KEY' : roots.has(type) ? 'ENTRY' : 'FIELD'
    const leadsTo = classified !== undefined && classification.type(classified.returns.named) !== undefined ? [classified.returns.named] : []
    return { coordinate: `${type}.${field}`, kind, domain, type, field, ...textOf(node.description?.value), dataType: print(node.type), values, related: [...(classified?.derivedFrom ?? []), ...leadsTo] }
  }
}

function textOf(description: string | undefined): { readonly description?: string } {
  return description === undefined ? {} : { description }
}

/** The subgraph that declares most fields of a type is its home; the first of them where several do. */
function homesOf(declarations: readonly TypeDeclaration[]): ReadonlyMap<string, SubgraphName> {
  const homes = new Map<string, { readonly domain: SubgraphName; readonly count: number }>()
  for (const { type, domain, fields } of declarations) {
    const count = fields.filter((field) => !field.external).length
    if (count > (homes.get(type)?.count ?? -1)) homes.set(type, { domain, count })
  }
  return new Map([...homes].map(([type, { domain }]) => [type, domain]))
}
