// What a caller accepts, read before anything is run: Apollo Server negotiates after it has run the operation, which is too late for
// what nobody will read. Refuses what accepts no JSON.

import { HeaderMap } from '@apollo/server'
import { boundedCache } from '../core/bounded-cache.ts'

/** One way to say what is accepted. `headers`: for Apollo Server, of a POST. `contentType`: of its answers, once one was given. */
type Accepting = { readonly headers: HeaderMap; contentType: string | undefined }

/** Undefined for what cannot be served. The same way to say it gives the same object, as long as it is remembered. */
export type ReadAccept = (accept: string | undefined) => Accepting | undefined

const MAX_REMEMBERED_LENGTH = 200
const REMEMBERED = 200

/** One for each Apollo Server: what its answers have is remembered. */
export function acceptReader(): ReadAccept {
  const remembered = boundedCache<string, Accepting>(REMEMBERED)
  return (accept) => {
    const key = accept === undefined ? 'none' : `=${accept}`
    const known = remembered.get(key)
    if (known !== undefined) return known
    if (!acceptsJson(accept)) return undefined
    const headers = new HeaderMap()
    // What is read as JSON (read-body.ts) is no form of a foreign page, which is what Apollo Server asks this for.
    headers.set('apollo-require-preflight', 'true')
    if (accept !== undefined) headers.set('accept', accept)
    const made = { headers, contentType: undefined }
    if (key.length <= MAX_REMEMBERED_LENGTH) remembered.set(key, made)
    return made
  }
}

function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined) return true
  const wanted = accept.split(',').filter((range) => !/;\s*q=0(\.0*)?\s*($|;)/.test(range)).map((range) => range.split(';', 1)[0]?.trim().toLowerCase())
  return ['*/*', 'application/*', 'application/json', 'application/graphql-response+json'].some((type) => wanted.includes(type))
}
