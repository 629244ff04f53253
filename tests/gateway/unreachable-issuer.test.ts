import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CitygraphError } from '../../core/errors.ts'
import { createAuthenticate } from '../../gateway/authenticate.ts'
import { createDemonstrationIssuer } from '../../gateway/demonstration-issuer.ts'
import { inProcessSubgraphs } from '../../gateway/in-process-link.ts'
import { clock, newKey, startGateway } from '../support/gateway-city.ts'
import type { GatewayCity } from '../support/gateway-city.ts'

const failed: string[] = []
let city: GatewayCity
let token: string
beforeAll(async () => {
  const issuer = await createDemonstrationIssuer({ privateKey: newKey(), clock, pids: {} })
  token = await issuer.token('bank-a')
  const { issuer: name, audience } = issuer.trusted
  city = await startGateway(inProcessSubgraphs({}), {
    authenticate: createAuthenticate({ issuers: [{ issuer: name, audience, jwksUrl: 'http://127.0.0.1:9/keys' }], clock }),
    rates: {
      callers: { take: async () => undefined },
      addresses: {
        take: async (address) => {
          failed.push(address)
          throw new CitygraphError('RATE_LIMITED')
        },
      },
    },
  })
})
afterAll(async () => {
  await city.listening.stop(500)
})

describe('a token whose issuer cannot be asked', () => {
  it('is answered 503, logged, and neither recorded nor counted as a bad one', async () => {
    const reply = await city.ask({ query: '{ __typename }' }, { authorization: `Bearer ${token}` })
    expect(reply.status).toBe(503)
    expect(reply.body.errors?.map(({ extensions }) => extensions.code)).toEqual(['INTERNAL'])
    expect(reply.text).not.toMatch(/127\.0\.0\.1|fetch|ECONN/)
    expect(city.logged.join('')).toContain('issuer not reachable')
    expect(city.logged.join('')).not.toContain('127.0.0.1')
    expect([city.records, failed]).toEqual([[], []])
    expect((await city.ask({ query: '{ __typename }' })).status).toBe(200)
  })
})
