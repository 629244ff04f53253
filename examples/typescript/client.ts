// A client of the open queries with the types of `generated/`: copy both folders into your project. Needs fetch (Node 20 or later, browsers).

import { methods } from './generated/open-queries.ts'
import type { OpenQueries } from './generated/open-queries.ts'

export type OpenQueryId = keyof OpenQueries
type Parameters<Id extends OpenQueryId> = OpenQueries[Id]['parameters']
type Row<Id extends OpenQueryId> = OpenQueries[Id]['row']
export type ManyId = { [Id in OpenQueryId]: OpenQueries[Id]['many'] extends true ? Id : never }[OpenQueryId]

/** What was masked or denied, by which policies, and the records of the answer. */
export type Sharing = {
  readonly requestId: string
  readonly policyVersion: string
  readonly records: readonly { readonly log: string; readonly id: string }[]
  readonly decisions: readonly { readonly path: string; readonly decision: 'MASKED' | 'MIXED' | 'VERIFY' | 'DENIED'; readonly code: 'POLICY' | 'APPLY' | 'PURPOSE' | 'QUOTA' }[]
}
export type OpenAnswer<Id extends OpenQueryId> = {
  readonly query: { readonly id: Id; readonly version: number }
  readonly data: Id extends ManyId ? readonly Row<Id>[] : Row<Id> | null
  readonly page: Id extends ManyId ? { readonly next: string | null } : undefined
  readonly sharing: Sharing
}

/** `key`: an API key; `token`: an access token. Neither is needed for what is public. */
export type Credentials = { readonly key?: string | undefined; readonly token?: string | undefined }
export type Occasion = { readonly caseNo?: string; readonly authorizationRef?: string }

/** An answer that is a problem (RFC 9457). */
export class OpenProblem extends Error {
  override name = 'OpenProblem'
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, title: string) {
    super(title)
    this.status = status
    this.code = code
  }
}

export type City = {
  /** Throws OpenProblem. */
  ask<Id extends OpenQueryId>(id: Id, parameters: Parameters<Id>, occasion?: Occasion): Promise<OpenAnswer<Id>>
  /** Every row of every page from `parameters.cursor` on. Throws OpenProblem. */
  rows<Id extends ManyId>(id: Id, parameters: Parameters<Id>, occasion?: Occasion): AsyncGenerator<Row<Id>, void, void>
}

export function openCity(url: string, { key, token }: Credentials = {}): City {
  const credentials: Record<string, string> = { ...(key === undefined ? {} : { 'x-api-key': key }), ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }

  async function ask<Id extends OpenQueryId>(id: Id, parameters: Parameters<Id>, { caseNo, authorizationRef }: Occasion = {}): Promise<OpenAnswer<Id>> {
    const headers: Record<string, string> = { accept: 'application/json', ...credentials }
    if (caseNo !== undefined) headers['x-case-no'] = caseNo
    if (authorizationRef !== undefined) headers['x-authorization-ref'] = authorizationRef
    const address = new URL(`/open/v1/${id}`, url)
    const byPost = methods[id] === 'POST'
    if (byPost) headers['content-type'] = 'application/json'
    else for (const [name, value] of Object.entries(parameters)) for (const one of [value].flat()) if (one !== undefined) address.searchParams.append(name, String(one))
    const response = await fetch(address, byPost ? { method: 'POST', headers, body: JSON.stringify(parameters) } : { headers })
    const body: unknown = await response.json()
    if (!response.ok) throw problemOf(response.status, body)
    // What the gateway says of itself at /open/v1/openapi.json.
    return body as OpenAnswer<Id>
  }

  async function* rows<Id extends ManyId>(id: Id, parameters: Parameters<Id>, occasion?: Occasion): AsyncGenerator<Row<Id>, void, void> {
    let cursor: string | null | undefined
    do {
      const answer: OpenAnswer<ManyId> = await ask<ManyId>(id, cursor == null ? parameters : { ...parameters, cursor }, occasion)
      yield* answer.data as readonly Row<Id>[]
      cursor = answer.page.next
    } while (cursor !== null)
  }

  return { ask, rows }
}

function problemOf(status: number, body: unknown): OpenProblem {
  const { code, title } = (typeof body === 'object' && body !== null ? body : {}) as { readonly code?: unknown; readonly title?: unknown }
  return new OpenProblem(status, typeof code === 'string' ? code : 'INTERNAL', typeof title === 'string' ? title : 'The city answered with a problem.')
}
