// A running city with open queries made for tests, and a client that sees answers as they are on the wire.

import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PUBLISHED } from '../../open/published-files.ts'

export type Written = { readonly id: string; readonly header?: Readonly<Record<string, unknown>>; readonly operation: string }

const header = { version: 1, title: { zh: '测试', en: 'A test' }, owner: 'TRANS', audience: 'public', formats: ['json', 'ndjson', 'csv', 'xml', 'geojson'], cache: 0, examples: [{ title: { zh: '例', en: 'An example' } }] }
const stations = (arguments_ = '', variables = ''): string => `query Stations($first: Int = 20, $after: String${variables}) { metroStations(first: $first, after: $after${arguments_}) { nodes { code name location lines(first: 3) { nodes { lineNo name } } } pageInfo { hasNextPage endCursor } } }`
export const sections = 'query Sections($first: Int = 20, $after: String) { roadSections(first: $first, after: $after) { nodes { sectionId name division } pageInfo { hasNextPage endCursor } } }'
const withoutPlaces = ['json', 'ndjson', 'csv', 'xml']

export const openTexts: readonly Written[] = [
  { id: 'stations', operation: stations() },
  { id: 'kept-stations', header: { cache: 300 }, operation: stations() },
  { id: 'stations-of-name', header: { examples: [{ title: header.title, parameters: { name: '人民广场' } }] }, operation: stations(', where: { name: { eq: $name } }', ', $name: String') },
  { id: 'sections', header: { formats: withoutPlaces }, operation: sections },
  { id: 'json-alone', header: { formats: ['json'] }, operation: sections },
  { id: 'enterprise', header: { owner: 'AMR', cache: 60, formats: withoutPlaces, examples: [{ title: header.title, parameters: { uscc: '91310199MA1K0T2A0A' } }] }, operation: 'query Enterprise($uscc: ID!) { enterprise(uscc: $uscc) { uscc name legalRepName registeredCapital creditSummary { recordCount } } }' },
  { id: 'enterprises', header: { owner: 'AMR', audience: 'key', formats: withoutPlaces }, operation: 'query Enterprises($first: Int = 20, $after: String, $division: String) { enterprises(first: $first, after: $after, where: { division: { eq: $division } }) { nodes { uscc name registeredCapital } pageInfo { hasNextPage endCursor } } }' },
  { id: 'ratings', header: { owner: 'CREDIT', audience: 'grant', purpose: 'BANK-0602', formats: withoutPlaces, examples: [{ title: header.title, parameters: { uscc: '91310199MA1K0T2A0A' } }] }, operation: 'query Ratings($uscc: ID!) { enterprise(uscc: $uscc) { uscc creditRating { grade score } annualReports(first: 2) { nodes { year totalAssets } } } }' },
  { id: 'identity', header: { owner: 'PSB', audience: 'grant', purpose: 'AMR-0001', formats: ['json', 'csv'], examples: [{ title: header.title, parameters: { name: '张伟', idNo: '310199198503070112' }, caseNo: 'SH-2026-0001' }] }, operation: 'query Identity($name: String!, $idNo: String!) { verifyIdentity(name: $name, idNo: $idNo) }' },
  { id: 'ending', header: { deprecated: { from: '2026-02-01', until: '2026-04-01', successor: 'stations' } }, operation: stations() },
  { id: 'ending-sections', header: { formats: withoutPlaces, deprecated: { from: '2026-02-01', until: '2026-04-01' } }, operation: sections },
  { id: 'ended', header: { deprecated: { from: '2025-02-01', until: '2026-03-01' } }, operation: stations() },
]

/** A folder of them and `further` ones, published as they stand, for `runningCity({ openQueries })`. */
export function openQueriesForTests(further: readonly Written[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), 'citygraph-open-'))
  for (const { id, header: own, operation } of [...openTexts, ...further]) {
    const lines = Object.entries({ id, ...header, ...own }).map(([name, value]) => `# ${name}: ${JSON.stringify(value)}\n`)
    writeFileSync(join(folder, `${id}.graphql`), `${lines.join('')}${operation}\n`)
  }
  writeFileSync(join(folder, PUBLISHED), JSON.stringify(Object.fromEntries(readdirSync(folder).map((name) => [name, createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')]))))
  return folder
}

export type Streamed = { readonly status: number; readonly text: () => string; readonly goOn: () => void; readonly leave: () => void; /** `WHOLE`, or `CUT` where the connection ended before the answer did. */ readonly ended: Promise<'WHOLE' | 'CUT'> }

/** An answer of which so much is read as has come when it resolves; `goOn` reads the rest. */
export function openSlowly(url: string, path: string, headers: OutgoingHttpHeaders = {}): Promise<Streamed> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/open/v1/${path}`, { agent: false, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      const ended = new Promise<'WHOLE' | 'CUT'>((end) => {
        response.on('end', () => end(response.complete ? 'WHOLE' : 'CUT'))
        response.on('error', () => end('CUT'))
        response.on('close', () => end(response.complete ? 'WHOLE' : 'CUT'))
      })
      response.once('data', (chunk: string) => {
        text += chunk
        response.pause()
        resolve({ status: response.statusCode ?? 0, text: () => text, ended, leave: () => void request.destroy(), goOn: () => void response.on('data', (more: string) => (text += more)).resume() })
      })
    })
    request.on('error', reject)
    request.end()
  })
}

export type Answered = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly bytes: Buffer; readonly text: string; readonly json: any }

export type How = { readonly method?: string; readonly headers?: OutgoingHttpHeaders; readonly body?: unknown }

/** One exchange on a connection of its own. `body` that is no text is sent as JSON. Rejects where the answer is cut off. */
export function open(url: string, path: string, { method = 'GET', headers = {}, body }: How = {}): Promise<Answered> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/open/v1/${path}`, { agent: false, method, headers: { ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }), ...headers } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const answer = bytes.toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: answer, json: /json/.test(response.headers['content-type'] ?? '') && response.headers['content-encoding'] === undefined && /^[{[]/.test(answer) && !/ndjson/.test(response.headers['content-type'] ?? '') ? JSON.parse(answer) : undefined })
      })
    })
    request.on('error', reject)
    request.end(text)
  })
}
