// A bounded load: so many connections, each asking the same question so many times, every request with a deadline.

import http from 'node:http'
import type { Question } from './answers-under-load.ts'
import { exchange } from './http-exchange.ts'

export type InTurn = {
  /** HTTP statuses by how often they came. */
  readonly statuses: Readonly<Record<string, number>>
  /** Why requests ended without an answer in full; `DEADLINE` for those that had none in time. */
  readonly unanswered: readonly string[]
  readonly slowestMs: number
  /** Different answers, without what differs in every answer. */
  readonly bodies: readonly string[]
}

/** Resolves when every client has asked `each` times or its request was not answered. */
export async function askInTurn(how: { url: string; question: Question; clients: number; each: number; patienceMs: number }): Promise<InTurn> {
  const statuses: Record<string, number> = {}
  const unanswered: string[] = []
  const bodies = new Set<string>()
  let slowestMs = 0
  const client = async (): Promise<void> => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (let turn = 0; turn < how.each; turn += 1) {
      const begun = performance.now()
      const ended = await exchange({ url: how.url, ...how.question }, agent, how.patienceMs)
      slowestMs = Math.max(slowestMs, performance.now() - begun)
      if ('code' in ended) {
        unanswered.push(ended.code)
        break
      }
      statuses[ended.status] = (statuses[ended.status] ?? 0) + 1
      const { data, errors } = JSON.parse(ended.text)
      bodies.add(JSON.stringify({ data, errors }))
    }
    agent.destroy()
  }
  await Promise.all(Array.from({ length: how.clients }, client))
  return { statuses, unanswered, slowestMs, bodies: [...bodies] }
}
