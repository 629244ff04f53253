// The examples of an open query as requests, and as what can be pasted into a terminal or a program. The address of the city and the key
// are named, never written out.

import { addressOf } from './open-query.ts'
import type { Example, OpenQuery, ParameterValue, Words } from './open-query.ts'

export type ExampleRequest = {
  readonly title: Words
  readonly method: 'GET' | 'POST'
  /** Path and query string. */
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, ParameterValue>>
}

export function exampleRequests(query: OpenQuery): readonly ExampleRequest[] {
  return query.examples.map((example) => {
    const byPost = query.method === 'POST'
    const search = byPost ? '' : searchOf(example)
    return {
      title: example.title, method: query.method,
      address: `${addressOf(query)}${search === '' ? '' : `?${search}`}`,
      headers: {
        ...(example.caseNo === undefined ? {} : { 'x-case-no': example.caseNo }),
        ...(example.authorizationRef === undefined ? {} : { 'x-authorization-ref': example.authorizationRef }),
        ...(byPost ? { 'content-type': 'application/json' } : {}),
      },
      ...(byPost ? { body: example.parameters } : {}),
    }
  })
}

function searchOf({ parameters }: Example): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) for (const one of [value].flat()) search.append(name, String(one))
  return search.toString()
}

/** For a POSIX shell with CITYGRAPH_URL and, where a key is needed, CITYGRAPH_AUTH: the header `x-api-key: …` or `authorization: Bearer …`. */
export function curlOf({ method, address, headers, body }: ExampleRequest, { audience }: Pick<OpenQuery, 'audience'>): string {
  const lines = [
    `curl -sS --fail-with-body "$CITYGRAPH_URL"${quoted(address)}`,
    ...(audience === 'public' ? [] : ['-H "$CITYGRAPH_AUTH"']),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(method === 'POST' ? [`-d ${quoted(JSON.stringify(body ?? {}))}`] : []),
  ]
  return lines.join(' \\\n  ')
}

/** With the client of examples/typescript. */
export function typescriptOf({ parameters, caseNo, authorizationRef }: Example, { id, audience, rows }: OpenQuery): string {
  const occasion = { ...(caseNo === undefined ? {} : { caseNo }), ...(authorizationRef === undefined ? {} : { authorizationRef }) }
  const further = Object.keys(occasion).length === 0 ? '' : `, ${JSON.stringify(occasion)}`
  return [
    `const city = openCity(process.env.CITYGRAPH_URL${audience === 'public' ? '' : ', { key: process.env.CITYGRAPH_KEY }'})`,
    `const { data${rows.kind === 'MANY' ? ', page' : ''}, sharing } = await city.ask(${JSON.stringify(id)}, ${JSON.stringify(parameters)}${further})`,
  ].join('\n')
}

/** One word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
