import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProcessSubgraphs } from '../../gateway/in-process-link.ts'
import { send, startGateway } from '../support/gateway-city.ts'
import type { GatewayCity } from '../support/gateway-city.ts'

let city: GatewayCity
beforeAll(async () => {
  city = await startGateway(inProcessSubgraphs({}))
})
afterAll(async () => {
  await city.listening.stop(500)
})

const get = (path: string, headers: Record<string, string> = {}) => send(`${city.url}${path}`, 'GET', undefined, headers)

describe('pages beside /graphql', () => {
  it('is alive, and not ready while a domain is away', async () => {
    expect((await get('/health/live')).status).toBe(200)
    const ready = await get('/health/ready')
    expect(ready.status).toBe(503)
    expect(JSON.parse(ready.text)).toMatchObject({ ready: false, domains: { population: 'down' } })
  })

  it('counts outcomes and decisions without any word of a caller', async () => {
    await city.as('bank-a', { query: 'query Secret { enterprise(uscc: "91310199MA1K0T2A0A") { contactMobile } }' }, { 'x-dry-run': 'decisions' })
    const { text } = await get('/metrics')
    expect(text).toContain('citygraph_requests_total{code="OK"} 1')
    expect(text).toContain('citygraph_decisions_total{decision="DENIED"} 1')
    expect(text).toContain('citygraph_request_duration_seconds_bucket')
    expect(text).not.toMatch(/Secret|91310199|BANK/)
  })

  it('serves the public keys of the demonstration issuer', async () => {
    expect(JSON.parse((await get('/.well-known/jwks.json')).text)).toEqual(city.issuer.jwks)
  })

  it('serves the console whole, from here, under a strict policy', async () => {
    const page = await get('/')
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    const linked = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '')
    expect(linked.length).toBeGreaterThan(2)
    for (const path of linked) expect((await get(path)).status, path).toBe(200)
    expect(page.text).not.toMatch(/<script(?![^>]*src=)|style="|onclick/)
    expect((await get('/console.js')).text).not.toMatch(/innerHTML|https?:\/\/(?!www\.w3)/)
  })

  it('gives demonstration tokens to this machine’s own page only', async () => {
    const list = JSON.parse((await get('/demonstration/callers')).text) as { name: string }[]
    expect(list.map(({ name }) => name)).toContain('bank-a')
    const post = (headers: Record<string, string>) => send(`${city.url}/demonstration/token?caller=bank-a`, 'POST', undefined, headers)
    const given = await post({ 'x-demonstration': 'console' })
    expect(given.status).toBe(200)
    expect(JSON.parse(given.text)).toHaveProperty('token')
    expect((await post({})).status).toBe(404)
    expect((await post({ 'x-demonstration': 'console', host: 'rebound.example' })).status).toBe(404)
    for (const header of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']) {
      expect((await post({ 'x-demonstration': 'console', [header]: '127.0.0.1' })).status, header).toBe(404)
      expect((await get('/demonstration/callers', { [header]: '' })).status, header).toBe(404)
    }
    expect((await send(`${city.url}/demonstration/token?caller=__proto__`, 'POST', undefined, { 'x-demonstration': 'console' })).status).toBe(404)
  })

  it('sets security headers everywhere and no banner', async () => {
    for (const path of ['/', '/graphql', '/metrics', '/nowhere', '/__proto__']) {
      const { headers } = await get(path)
      expect(headers['x-content-type-options'], path).toBe('nosniff')
      expect(headers['content-security-policy'], path).toContain("default-src 'none'")
      expect(headers['x-powered-by'], path).toBeUndefined()
      expect(headers['access-control-allow-origin'], path).toBeUndefined()
    }
    expect((await get('/nowhere')).status).toBe(404)
  })
})
