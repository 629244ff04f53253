// A process of its own that assembles the city as `citygraph start` does, asks it questions while its clock goes from instant to
// instant, and prints the answers, so that a test can run the product under another TZ. Reads one JSON job from stdin; standard
// output holds the answers alone, a JSON line for each question, without what differs each time (request and record ids).

import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CityDatabases } from '../../cli/city-databases.ts'
import { demonstrationIssuer } from '../../cli/issuer.ts'
import { openCity } from '../../cli/city.ts'
import { embeddedKeys } from '../../cli/keys.ts'
import type { Clock } from '../../core/clock.ts'
import { readConfig } from '../../core/config.ts'
import { createLogger } from '../../core/logger.ts'
import { listen } from '../../gateway/listen.ts'

export type Question = {
  readonly label: string
  readonly query: string
  readonly caller?: string
  readonly purpose?: string
  readonly caseNo?: string
  readonly variables?: Readonly<Record<string, unknown>>
}

/** Everything the city needs that a test decides; `keys` are the UTF-8 texts of K_link and K_pair. */
export type Job = {
  readonly databases: Omit<CityDatabases, 'stop' | 'folder' | 'embedded'>
  readonly keys: { readonly link: string; readonly ids: string }
  readonly policies: string
  /** In order of time: all questions are asked at each instant. */
  readonly instants: readonly string[]
  readonly questions: readonly Question[]
}

/** One line of the output. */
export type Answered = { readonly at: string; readonly label: string; readonly data: unknown; readonly errors?: unknown; readonly decisions: unknown }

async function main(): Promise<void> {
  const job: Job = JSON.parse(await text(process.stdin))
  const folder = mkdtempSync(join(tmpdir(), 'citygraph-test-'))
  const config = readConfig({ CITYGRAPH_FOLDER: folder })
  const bytes = (of: string): Uint8Array => new TextEncoder().encode(of)
  const keys = { ...embeddedKeys(folder, config), link: bytes(job.keys.link), ids: [bytes(job.keys.ids)] }
  let now = job.instants[0] ?? ''
  const clock: Clock = { now: () => new Date(now) }
  const logger = createLogger('error', { write: (line) => void process.stderr.write(line) })
  const databases: CityDatabases = { ...job.databases, embedded: true, folder, stop: async () => undefined }
  const city = await openCity({ config, databases, keys, clock, logger, policies: job.policies })
  const listening = await listen(city.gateway, { port: 0, host: '127.0.0.1' })
  const issuer = await demonstrationIssuer(keys, clock)
  try {
    for (const at of job.instants) {
      now = at
      for (const question of job.questions) {
        const token = question.caller === undefined ? undefined : await issuer.token(question.caller)
        process.stdout.write(`${JSON.stringify({ at, label: question.label, ...(await ask(listening.port, question, token)) } satisfies Answered)}\n`)
      }
    }
  } finally {
    await listening.stop()
    await city.close()
  }
  // For the test to see that TZ took effect: what this process calls local time.
  process.stderr.write(`local time is UTC${-new Date('2026-03-01T00:00:00Z').getTimezoneOffset() / 60}\n`)
}

async function ask(port: number, { query, variables, purpose, caseNo }: Question, token: string | undefined): Promise<Omit<Answered, 'at' | 'label'>> {
  const headers = {
    'content-type': 'application/json',
    'x-request-id': randomUUID(),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(purpose === undefined ? {} : { 'x-purpose': purpose }),
    ...(caseNo === undefined ? {} : { 'x-case-no': caseNo }),
  }
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
  const { data, errors, extensions } = JSON.parse(await response.text())
  return { data, ...(errors === undefined ? {} : { errors }), decisions: extensions?.sharing?.decisions }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exitCode = 1
})
