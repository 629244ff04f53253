// A process that asks one question over and over on so many connections, each again as soon as it has its answer, and prints how
// many answers it got. After the warm-up an answer that is not 200, or not about as long as the first,
// ends it: nothing but answers is counted.

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

/** Printed as JSON; milliseconds. `asked`: answers with those of the warm-up. */
export type LoadOutcome = { readonly answers: number; readonly asked: number; readonly seconds: number; readonly p50: number; readonly p99: number }

export async function run(): Promise<number> {
  const job: LoadJob = JSON.parse(await text(process.stdin))
  // One alone, so that not all of them wait for what is made at the first.
  const alone = new http.Agent()
  const { bytes: length } = await ask(job, alone)
  alone.destroy()
  const from = performance.now() + job.warmUpSeconds * 1_000
  const until = from + job.seconds * 1_000
  const times: number[] = []
  let asked = 0
  const client = async (): Promise<void> => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (let begun = performance.now(); begun < until; ) {
      const { status, bytes } = await ask(job, agent)
      const asWanted = status === 200 && Math.abs(bytes - length) <= length / 20
      // A cold city on a busy machine may be late for its own databases; what is counted must be answers.
      if (!asWanted && performance.now() >= from) throw new Error(`an answer with status ${status} and ${bytes} bytes`)
      const ended = performance.now()
      asked += 1
      if (ended >= from && ended < until) times.push(ended - begun)
      begun = ended
    }
    agent.destroy()
  }
  await Promise.all(Array.from({ length: job.connections }, client))
  times.sort((a, b) => a - b)
  const outcome: LoadOutcome = { answers: times.length, asked, seconds: job.seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
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
