// A process that asks one question over and over on so many connections, each again as soon as it has its answer, and prints how
// many answers it got. An answer that is not 200, or not about as long as the first, ends it: nothing but answers is counted.

import http from 'node:http'
import { text } from 'node:stream/consumers'

/** Read from standard input as JSON. */
export type LoadJob = {
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  readonly warmUpSeconds: number
  readonly seconds: number
}

/** Printed as JSON; milliseconds. */
export type LoadOutcome = { readonly answers: number; readonly seconds: number; readonly p50: number; readonly p99: number }

export async function run(): Promise<number> {
  const job: LoadJob = JSON.parse(await text(process.stdin))
  const from = performance.now() + job.warmUpSeconds * 1_000
  const until = from + job.seconds * 1_000
  const times: number[] = []
  let length: number | undefined
  const client = async (): Promise<void> => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (let begun = performance.now(); begun < until; ) {
      const { status, bytes } = await ask(job, agent)
      length ??= bytes
      if (status !== 200 || Math.abs(bytes - length) > length / 20) throw new Error(`an answer with status ${status} and ${bytes} bytes`)
      const ended = performance.now()
      if (ended >= from && ended < until) times.push(ended - begun)
      begun = ended
    }
    agent.destroy()
  }
  await Promise.all(Array.from({ length: job.connections }, client))
  times.sort((a, b) => a - b)
  const outcome: LoadOutcome = { answers: times.length, seconds: job.seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
  return 0
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

function ask({ url, body, headers }: LoadJob, agent: http.Agent): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent, headers: { 'content-length': Buffer.byteLength(body), ...headers } }, (response) => {
      let bytes = 0
      response.on('data', (part: Buffer) => (bytes += part.length))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}
