// Clients that ask without pause through kills and restarts, and remember of every answer that came in full which records it named.
// An answer that was cut off counts for nothing: nobody has read it.

import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange } from './http-exchange.ts'

export type Question = { readonly body: string; readonly headers: Readonly<Record<string, string>> }

export type Collected = {
  /** Answers with data that were received to their last byte. */
  readonly answered: number
  /** `log/id` of every record that they named → the request's id. */
  readonly named: ReadonlyMap<string, string>
  /** HTTP statuses of what was received in full, by how often they came. */
  readonly statuses: Readonly<Record<string, number>>
  /** Requests that ended without an answer in full. */
  readonly broken: number
  /** What must not be: answers with data that name no record. */
  readonly unrecorded: readonly string[]
}

export type Asking = { readonly answered: () => number; readonly stop: () => Promise<Collected> }

/** Who finds nobody tries again after so long. */
const PAUSE_MS = 200

/** `clients` connections that each ask the questions in turn, until `stop`. */
export function askThroughout(url: string, clients: number, questions: readonly Question[]): Asking {
  const named = new Map<string, string>()
  const statuses: Record<string, number> = {}
  const unrecorded: string[] = []
  let answered = 0
  let broken = 0
  let stopped = false

  const take = ({ status, text }: { status: number; text: string }): void => {
    statuses[status] = (statuses[status] ?? 0) + 1
    const { data, extensions } = JSON.parse(text)
    if (data === undefined) return
    answered += 1
    const { requestId, records } = extensions.sharing
    for (const { log, id } of records) named.set(`${log}/${id}`, requestId)
    if (records.length === 0) unrecorded.push(text.slice(0, 500))
  }
  const client = async (first: number): Promise<void> => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (let n = first; !stopped; n += 1) {
      const question = questions[n % questions.length]
      if (question === undefined) throw new Error('no question')
      const received = await exchange({ url, ...question }, agent)
      if ('status' in received) take(received)
      else {
        broken += 1
        await sleep(PAUSE_MS)
      }
    }
    agent.destroy()
  }
  const ends = Promise.all(Array.from({ length: clients }, (_, n) => client(n)))
  return {
    answered: () => answered,
    stop: async () => {
      stopped = true
      await ends
      return { answered, named, statuses, broken, unrecorded }
    },
  }
}
