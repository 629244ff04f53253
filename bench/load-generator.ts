// A process that asks one question over and over on so many connections, each again as soon as it has its answer. It writes bytes
// that it has prepared and reads no more of an answer than status and length, so that it costs as little as it can beside what is
// measured. After the warm-up an answer that is not 200, or not about as long as the first, ends it: nothing but answers is counted.

import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { answerReader } from './answer-reader.ts'

/** A line of standard input, as JSON. */
export type LoadJob = {
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  readonly warmUpSeconds: number
  readonly seconds: number
  /** Eight characters of the body that are another number in every request. */
  readonly vary?: string
  /** Ends after so many answers, if that is before the time is over. */
  readonly most?: number
  /** An answer may be a refusal, as long as it comes; counted apart. */
  readonly refusals?: boolean
}

/** Nobody waits longer for one answer: a server that lets a connection hang has failed. */
const PATIENCE_MS = 30_000

/** A line of standard output, as JSON; milliseconds. `asked`: answers with those of the warm-up. */
export type LoadOutcome = { readonly answers: number; readonly asked: number; readonly seconds: number; readonly p50: number; readonly p99: number; readonly refused: number }

/** One job after the other, until standard input ends. */
export async function run(): Promise<number> {
  for await (const line of createInterface(process.stdin)) {
    const outcome = await put(JSON.parse(line))
    process.stdout.write(`${JSON.stringify(outcome)}\n`)
  }
  return 0
}

type Load = { readonly job: LoadJob; readonly length: number; readonly from: number; readonly until: number; asked: number; refused: number; readonly times: number[] }

async function put(job: LoadJob): Promise<LoadOutcome> {
  // One alone, so that not all of them wait for what is made at the first.
  const alone: Load = { job, length: -1, from: 0, until: 0, asked: 0, refused: 0, times: [] }
  const length = await asking(alone)
  const from = performance.now() + job.warmUpSeconds * 1_000
  const load: Load = { job, length, from, until: from + job.seconds * 1_000, asked: 0, refused: 0, times: [] }
  await Promise.all(Array.from({ length: job.connections }, () => asking(load)))
  const { times, asked } = load
  const seconds = Math.min(performance.now() - from, job.seconds * 1_000) / 1_000
  times.sort((a, b) => a - b)
  return { answers: times.length, asked: asked + 1, seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99), refused: load.refused }
}

/** One connection; resolves with the length of its last answer when the time is over. */
function asking(load: Load): Promise<number> {
  const { job, from, until, times } = load
  const { host, port } = addressOf(job.url)
  const { bytes: request, varies } = requestOf(job)
  return new Promise((resolve, reject) => {
    let begun = 0
    const socket = connect({ host, port, noDelay: true })
    const fail = (error: Error): void => {
      reject(error)
      socket.destroy()
    }
    const ask = (): void => {
      if (varies !== -1) request.write(String(Math.trunc(Math.random() * 9e7) + 1e7), varies, 'latin1')
      begun = performance.now()
      socket.write(request)
    }
    const read = answerReader((status, bytes) => {
      const ended = performance.now()
      // A cold city on a busy machine may be late for its own databases; what is counted must be answers.
      if (status !== 200 || (load.length !== -1 && Math.abs(bytes - load.length) > load.length / 50)) {
        if (job.refusals === true) load.refused += 1
        else if (ended >= from) return fail(new Error(`an answer with status ${status} and ${bytes} bytes, where the first had ${load.length}`))
      }
      load.asked += 1
      if (ended >= from && ended < until) times.push(ended - begun)
      if (ended < until && (job.most === undefined || load.asked < job.most)) return ask()
      resolve(bytes)
      socket.end()
    })
    socket.on('connect', ask)
    socket.setTimeout(PATIENCE_MS, () => fail(new Error(`no answer within ${PATIENCE_MS / 1_000} s`)))
    socket.on('error', fail)
    socket.on('close', () => reject(new Error('the server closed a connection')))
    socket.on('data', (part) => {
      try {
        read(part)
      } catch (error) {
        fail(error instanceof Error ? error : new Error('not HTTP'))
      }
    })
  })
}

function addressOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}

/** The bytes of the request; `varies`: where its changing number begins, -1 where it has none. */
function requestOf({ url, body, headers, vary }: LoadJob): { readonly bytes: Buffer; readonly varies: number } {
  const { pathname, host } = new URL(url)
  const fields = Object.entries({ host, ...headers, 'content-length': String(Buffer.byteLength(body)) }).map(([name, value]) => `${name}: ${value}\r\n`)
  const bytes = Buffer.from(`POST ${pathname} HTTP/1.1\r\n${fields.join('')}\r\n${body}`)
  return { bytes, varies: vary === undefined ? -1 : bytes.indexOf(vary) }
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
