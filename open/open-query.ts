// An open query (DESIGN 3): one operation, checked against the graph, that is served at an address of its own under a name, with typed
// parameters and rows of known columns. What serving, documentation and tools know of it stands here; read-query.ts makes it.

import type { DocumentNode } from 'graphql'
import type { Level } from '../schema/classification.ts'

/** PUBLIC: anybody. KEY: whoever has a key. GRANT: organisations that hold a grant for its purpose. */
export const audiences = ['public', 'key', 'grant'] as const
export type Audience = (typeof audiences)[number]

export const formats = ['json', 'ndjson', 'csv', 'xml', 'geojson'] as const
export type Format = (typeof formats)[number]

export type Words = { readonly zh: string; readonly en: string }

/** A call that can be tried in the demonstration city. `parameters`: by their names. */
export type Example = { readonly title: Words; readonly parameters: Readonly<Record<string, ParameterValue>>; readonly caseNo?: string | undefined; readonly authorizationRef?: string | undefined }

export type ParameterValue = string | number | boolean | readonly (string | number | boolean)[]

/** What is written above the operation. */
export type OpenHeader = {
  /** Part of the address, lower case. */
  readonly id: string
  readonly version: number
  readonly title: Words
  readonly summary?: Words | undefined
  /** The organisation that answers for it. */
  readonly owner: string
  /** A registered purpose, for which it is asked whoever asks. */
  readonly purpose?: string | undefined
  readonly audience: Audience
  readonly formats: readonly Format[]
  /** How long an answer may be kept, seconds; 0: not at all. For the public alone. */
  readonly cache: number
  /** Of one key. Rows count in a rolling day. */
  readonly quota: { readonly requestsPerMinute: number; readonly rowsPerDay: number }
  /** From this day (Asia/Shanghai) on its answers say that it will end, on `until` that it has ended. `successor`: the id to use instead. */
  readonly deprecated?: { readonly from: string; readonly until?: string | undefined; readonly successor?: string | undefined } | undefined
  readonly keywords: readonly string[]
  readonly examples: readonly Example[]
}

/** `variable` without `$`. `list`: it may be given several times. */
export type Parameter = {
  readonly name: string
  readonly variable: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean'
  /** The scalar or enum of the graph: Date, ID … */
  readonly graphType: string
  readonly values?: readonly string[]
  readonly list: boolean
  readonly required: boolean
  readonly default?: ParameterValue
  readonly description?: string
}

/** What an answer holds under a name: a value, or what is below it. `coordinate`: `Type.field`. */
export type Column = {
  readonly name: string
  readonly coordinate: string
  /** Of a value: its scalar or enum. */
  readonly scalar: string | undefined
  readonly values?: readonly string[]
  /** Empty for a value. */
  readonly columns: readonly Column[]
  readonly list: boolean
  readonly nullable: boolean
  readonly description?: string
  /** None for keys and form. */
  readonly level?: Level
}

/**
 * Where rows stand in `data`. MANY: a list at `path`, in pages, whose `pageInfo` stands at `page`; the variables are `first` and `after`
 * and the parameters `limit` and `cursor`. ONE: an object at `path` (the whole of `data` where `path` is empty), or nothing. `sparse`:
 * something is asked for under @skip or @include, so that objects may lack it until rowsIn fills it in.
 */
export type Rows =
  | { readonly kind: 'MANY'; readonly path: readonly string[]; readonly page: readonly string[]; readonly columns: readonly Column[]; readonly pageSize: number; readonly sparse?: boolean }
  | { readonly kind: 'ONE'; readonly path: readonly string[]; readonly columns: readonly Column[]; readonly sparse?: boolean }

export type OpenQuery = OpenHeader & {
  /** The operation's text without the header; what is run, and what anybody can send to /graphql with the same outcome. */
  readonly text: string
  readonly document: DocumentNode
  readonly operationName: string
  /** SHA-256 of header and text, hex: what was published is this and nothing else. */
  readonly hash: string
  /** Header and text as written. */
  readonly source: string
  readonly parameters: readonly Parameter[]
  /** Of the whole of `data`. */
  readonly data: readonly Column[]
  readonly rows: Rows
  /** `Type.field` of everything it asks for. */
  readonly fields: readonly string[]
  /** The highest level of what it asks for, with what stands together counted (DOMAIN 2.6, S21). */
  readonly level: Level
  /** POST where a parameter is a number that names a person: addresses end up in logs (DOMAIN 4.7). */
  readonly method: 'GET' | 'POST'
}

/** Largest `limit` of one page. */
export const PAGE_LIMIT = 100

/** At `/open/v1/<id>`. */
export function addressOf({ id }: Pick<OpenQuery, 'id'>): string {
  return `/open/v1/${id}`
}
