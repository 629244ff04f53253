// vitest's setup file: watches what the product lets out in this process during the whole run, whoever asks for it: every log line
// (pino's diagnostics channel), every answer of a gateway or subgraph (errors, extensions, headers; of metrics everything). A
// natural key in any of them fails the file in whose time it came. Records in databases: records-grep.ts.

import { tracingChannel } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { afterAll, inject } from 'vitest'
import { takeWatched, WATCHED_FILE, watched, watchText } from './watched.ts'

// With isolate: false this file is read again for each test file of a worker.
if (!watched().installed) install()

function install(): void {
  watched().installed = true
  tracingChannel('pino_asJson').subscribe({
    start: () => undefined,
    end: (context) => {
      if ('result' in context && typeof context.result === 'string') watchText('log lines', context.result)
    },
    asyncStart: () => undefined,
    asyncEnd: () => undefined,
    error: () => undefined,
  })
  const { end } = http.ServerResponse.prototype
  http.ServerResponse.prototype.end = function (this: http.ServerResponse, ...args: unknown[]) {
    const result: unknown = Reflect.apply(end, this, args)
    // Headers are known only now where writeHead was left to `end`; stand-ins for subgraphs set none of ours.
    const [body] = args
    if (isOurs(this)) watchText('answers', `${headersOf(this)}\n${isDataAlone(headersOf(this)) ? '' : surface(typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : '')}`)
    return result
  } as typeof end
}

/** Gateway and subgraphs forbid caching of what they say. The console's own files are written by us and hold examples. */
function isOurs(response: http.ServerResponse): boolean {
  const headers = headersOf(response)
  return headers.includes('no-store') && !/^content-type: text\/(?:html|css|javascript)/im.test(headers)
}

/** Formats of open queries that hold rows and nothing else, and what is compressed. */
function isDataAlone(headers: string): boolean {
  return /^content-type: (?:text\/csv|application\/(?:x-ndjson|xml|geo\+json))/im.test(headers) || /^content-encoding: /im.test(headers)
}

/** writeHead with an object leaves nothing for getHeader: the head as it was written. */
function headersOf(response: http.ServerResponse): string {
  const head: unknown = Reflect.get(response, '_header')
  return typeof head === 'string' ? head.replace(/^(?:date|content-length|etag|last-modified):.*$/gim, '') : ''
}

/** What must hold no value: all but `data`, which is for the caller who may see it. */
function surface(text: string): string {
  if (!text.startsWith('{')) return text
  try {
    const { data: _data, ...rest }: Record<string, unknown> = JSON.parse(text)
    // An answer to a tool's call: the data stand in it twice.
    return JSON.stringify(rest, (key, value: unknown) => (key === 'structuredContent' && typeof value === 'object' ? { ...value, data: null } : key === 'content' && 'jsonrpc' in rest && isAnswered(rest['result']) ? [] : value))
  } catch {
    return text
  }
}

/** Of a tool's call that did not fail: what a failure says must hold no value either. */
function isAnswered(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'structuredContent' in result
}

afterAll(() => {
  const { counts, finds, milliseconds } = takeWatched()
  // Unit tests have no cluster; theirs are not added up.
  const cluster: { readonly dataDir: string } | undefined = inject('cluster')
  if (cluster !== undefined) appendFileSync(join(cluster.dataDir, WATCHED_FILE), `${JSON.stringify({ ...counts, milliseconds })}\n`)
  if (finds.length > 0) throw new Error(`a natural key left the product:\n${finds.slice(0, 10).join('\n')}${finds.length > 10 ? `\nand ${finds.length - 10} more` : ''}`)
})
