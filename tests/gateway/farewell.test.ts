import { describe, expect, it } from 'vitest'
import { inProcessSubgraphs } from '../../gateway/in-process-link.ts'
import type { InProcessSubgraph } from '../../gateway/in-process-link.ts'
import { startGateway } from '../support/gateway-city.ts'

const query = '{ enterprise(uscc: "1") { name } }'

/** A subgraph that takes its time. */
function slow(ms: number): InProcessSubgraph {
  return {
    process: () => new Promise((resolve) => setTimeout(() => resolve({ status: 200, data: { enterprise: { __typename: 'Enterprise', name: 'E1' } } }), ms)),
  }
}

describe('farewell', () => {
  it('answers every started request, then takes no more', async () => {
    const city = await startGateway(inProcessSubgraphs({ enterprises: slow(300) }))
    const started = Array.from({ length: 20 }, () => city.ask({ query }))
    await new Promise((resolve) => setTimeout(resolve, 100))
    const stopped = city.listening.stop(20_000)
    const answers = await Promise.all(started)
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    await stopped
    await expect(city.ask({ query })).rejects.toThrow()
  })

  it('refuses what does not end in time, in words', async () => {
    const city = await startGateway(inProcessSubgraphs({ enterprises: slow(60_000) }))
    const started = [city.ask({ query }), city.ask({ query })]
    await new Promise((resolve) => setTimeout(resolve, 100))
    const begun = Date.now()
    const stopped = city.listening.stop(300)
    for (const { status, body, headers } of await Promise.all(started)) {
      expect([status, body.errors?.[0]?.extensions.code, headers.connection]).toEqual([503, 'INTERNAL', 'close'])
    }
    await stopped
    expect(Date.now() - begun).toBeLessThan(2_000)
  })
})
