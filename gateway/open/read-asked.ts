// What is asked of an open query: method, format, parameters, occasion. Refuses by name and never repeats a value.

import type { IncomingMessage } from 'node:http'
import { CitygraphError } from '../../core/errors.ts'
import { holdsNaturalKey } from '../../core/natural-keys.ts'
import { isObject } from '../../core/is-object.ts'
import { acceptedFormat, namedFormat } from '../../open/media-types.ts'
import { PAGE_LIMIT } from '../../open/open-query.ts'
import type { Format, OpenQuery } from '../../open/open-query.ts'
import { fromObject, fromSearch, reserved } from '../../open/parameters.ts'
import { readOccasion } from '../occasion.ts'
import type { HeaderOccasion } from '../occasion.ts'
import { readBody } from '../read-body.ts'
import { Refusal, searchOf } from '../serve-graphql.ts'
import type { ServeParts } from '../serve-graphql.ts'

export type Asked = {
  readonly format: Format
  readonly bom: boolean
  /** Every page, one after the other. */
  readonly all: boolean
  /** By the operation's names. */
  readonly variables: Readonly<Record<string, unknown>>
  /** As the address has them; of POST, what stands beside the body. */
  readonly search: URLSearchParams
  readonly occasion: HeaderOccasion
}

/** Of an address: for serving itself. */
const further: readonly string[] = ['format', 'bom', 'all']

/** OPTIONS is answered elsewhere. */
export function methodsOf({ method }: OpenQuery): string {
  return method === 'POST' ? 'POST, OPTIONS' : 'GET, HEAD, POST, OPTIONS'
}

/** Throws METHOD_NOT_ALLOWED, NOT_ACCEPTABLE, PURPOSE_UNKNOWN, or BAD_USER_INPUT naming the parameter or header. */
export async function readAsked(request: IncomingMessage, query: OpenQuery, { engine, limits }: Pick<ServeParts, 'engine' | 'limits'>): Promise<Asked> {
  const { method = '' } = request
  if (!methodsOf(query).split(', ').includes(method)) throw new Refusal(new CitygraphError('METHOD_NOT_ALLOWED', { hint: `Use ${query.method}.` }), 405, { allow: methodsOf(query) })
  const search = new URLSearchParams(searchOf(request))
  const byPost = method === 'POST'
  if (!byPost) refuseNumbers(search)
  const address = fromSearch(search, byPost ? { ...query, parameters: [] } : query, further)
  const format = formatOf(request, address.rest.get('format'), query)
  const bom = flag('bom', address.rest)
  const all = flag('all', address.rest)
  if (bom && format !== 'csv') throw refused('bom', 'A byte order mark is for csv.')
  if (all && query.rows.kind !== 'MANY') throw refused('all', 'This query answers with one object.')
  // Its bodies end with the connection: one that was cut off would look whole.
  if (all && request.httpVersionMinor === 0 && request.httpVersionMajor === 1) throw refused('all', 'All pages at once need HTTP/1.1.')
  const occasion = occasionOf(request, query, engine)
  const variables = byPost ? await fromBody(request, query, limits.bodyBytes) : address.variables
  return { format, bom, all, variables: all ? { [reserved.limit]: PAGE_LIMIT, ...variables } : variables, search, occasion }
}

/** Addresses end up in logs (DOMAIN 4.7 no. 3). A cursor is random and is let be. */
function refuseNumbers(search: URLSearchParams): void {
  for (const [name, value] of search) {
    if (name !== 'cursor' && holdsNaturalKey(value)) throw new CitygraphError('BAD_USER_INPUT', { hint: 'A parameter looks like a number of a person; send parameters by POST.' })
  }
}

function formatOf(request: IncomingMessage, named: string | undefined, { formats }: OpenQuery): Format {
  const format = named === undefined ? acceptedFormat(request.headers.accept, formats) : namedFormat(named, formats)
  if (format === undefined) throw new CitygraphError('NOT_ACCEPTABLE', { hint: `It has ${formats.join(', ')}.` })
  return format
}

function flag(name: string, given: ReadonlyMap<string, string>): boolean {
  const value = given.get(name) ?? 'false'
  if (value !== 'true' && value !== 'false') throw refused(name, `The parameter ${name} is not true or false.`)
  return value === 'true'
}

/** The purpose is the query's own; what is for /graphql is refused rather than passed over. */
export function occasionOf({ headers }: Pick<IncomingMessage, 'headers'>, { purpose }: OpenQuery, engine: ServeParts['engine']): HeaderOccasion {
  const occasion = readOccasion(headers, (code) => engine.purpose(code) !== undefined)
  if (occasion.purpose !== undefined && occasion.purpose !== purpose) throw refused('x-purpose', 'This query is asked for its own purpose; leave the header out.')
  if (occasion.dryRun) throw refused('x-dry-run', 'Dry runs are for /graphql.')
  if (occasion.deniedAsErrors) throw refused('x-denied', 'This header is for /graphql.')
  return occasion
}

async function fromBody(request: IncomingMessage, query: OpenQuery, maxBytes: number): Promise<Readonly<Record<string, unknown>>> {
  const body = await readBody(request, maxBytes)
  if ('error' in body) throw new Refusal(body.error, body.status)
  if (!isObject(body.value)) throw new CitygraphError('BAD_USER_INPUT', { hint: 'Send a JSON object of parameters.' })
  return fromObject(body.value, query)
}

function refused(argument: string, hint: string): CitygraphError {
  return new CitygraphError('BAD_USER_INPUT', { argument, hint })
}
