import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { createLogger } from '../../core/logger.ts'
import { createOpener, createSealer } from '../../subgraphs/access-context.ts'
import { serveSubgraph } from '../../subgraphs/serve-http.ts'
import { load } from '../support/http-load.ts'
import { accessOf, clock, publicCaller, tinyCredit } from '../support/tiny-credit.ts'

describe('the farewell of a subgraph over HTTP', () => {
  it.each([true, false])('cuts no connection whose request was sent (connections kept: %s)', async (keepAlive) => {
    const city = await tinyCredit()
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
    const server = await serveSubgraph({
      subgraph: city.subgraph,
      opener: createOpener({ publicKeys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }], clock }),
      ready: async () => true,
      logger: createLogger('silent'),
      port: 0,
      host: '127.0.0.1',
    })
    const seal = await createSealer({ privateKey, keyId: 'k1', clock }).seal(accessOf(publicCaller, city.engine.head().sequence))
    const body = JSON.stringify({ query: '{ creditRecords(first: 1) { nodes { id } } }' })
    const begun = load({ url: `http://127.0.0.1:${server.port}/`, clients: 16, body, headers: { 'x-citygraph-seal': seal }, keepAlive })
    while (begun.answered() < 100) await new Promise((resolve) => setTimeout(resolve, 10))
    const stopping = performance.now()
    await server.stop()
    expect(performance.now() - stopping).toBeLessThan(5_000)
    const { statuses, refused, cut } = await begun.result
    expect(cut).toEqual([])
    expect(Object.keys(statuses)).toEqual(['200'])
    expect(refused).toBe(16)
    await city.close()
  })
})
