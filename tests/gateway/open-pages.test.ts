// The pages on open queries and their documents, over HTTP: nothing from elsewhere, nothing that was typed comes back as markup, the same
// for everybody, and no more than is in force.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CitygraphError } from '../../core/errors.ts'
import { inProcessSubgraphs } from '../../gateway/in-process-link.ts'
import type { OpenQueries } from '../../open/library.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import { documentedCity, HOSTILE, inForce } from '../support/open-query-texts.ts'
import { send, startGateway } from '../support/gateway-city.ts'
import type { GatewayCity } from '../support/gateway-city.ts'

let city: GatewayCity
let queries: readonly OpenQuery[]
/** In force now; a test may change it as officers do, or take the knowledge away. */
let now: readonly OpenQuery[] | 'unknown'
beforeAll(async () => {
  const { shipped, made } = await documentedCity()
  queries = now = [...shipped, ...made]
  const library = (): OpenQueries => {
    if (now === 'unknown') throw new CitygraphError('AUDIT_UNAVAILABLE')
    return inForce(now)
  }
  city = await startGateway(inProcessSubgraphs({}), { openQueries: () => ({ get: (id) => library().get(id), all: () => library().all(), version: () => library().version() }) })
})
afterAll(async () => city.listening.stop(500))

const get = (path: string, headers: Record<string, string> = {}) => send(`${city.url}${path}`, 'GET', undefined, headers)
const pages = (): readonly string[] => ['/open/', ...queries.map(({ id }) => `/open/${id}`)]
const documents = ['/open/v1/openapi.json', '/catalog.jsonld', '/schema.graphql']

describe('pages', () => {
  it('stand by themselves: all they link to is here, nothing runs that is not a file of ours', async () => {
    const linked = new Set<string>()
    for (const path of pages()) {
      const page = await get(path)
      expect(page.status, path).toBe(200)
      expect(page.headers['content-security-policy'], path).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      // Attributes' values are no markup.
      expect(page.text.replace(/="[^"]*"/g, '=""'), path).not.toMatch(/<script(?![^>]*src=)|\sstyle=|<[^>]*\son\w+=/)
      for (const [, to] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) linked.add((to ?? '').split('#')[0] ?? '')
    }
    expect(linked.size).toBeGreaterThan(queries.length)
    for (const path of [...linked].filter((one) => one !== '')) {
      expect(path).toMatch(/^\//)
      expect((await get(path)).status, path).toBe(200)
    }
    expect((await get('/open.js')).text).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|eval\(|localStorage|sessionStorage|cookie|https?:\/\//)
    expect((await get('/open.css')).text).not.toMatch(/url\(|@import/)
  })

  it('show every word of a query as text, whatever it holds', async () => {
    for (const path of ['/open/', '/open/hostile-words']) {
      const { text } = await get(path)
      expect(text, path).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
      expect(text.match(/<script/g)?.length ?? 0, path).toBe(path === '/open/' ? 0 : 1)
      expect(text, path).not.toMatch(/<img|onerror=alert\(2\)>&[^a#]/)
    }
  })

  it('give a search back as text, and find nothing by it that is not there', async () => {
    for (const name of ['q', 'domain', 'audience', 'level', 'format']) {
      const { text } = await get(`/open/?${new URLSearchParams({ [name]: HOSTILE })}`)
      expect(text, name).not.toMatch(/<script|<img/)
      if (name !== 'q') expect(text, name).not.toContain('onerror=alert')
    }
    expect((await get(`/open/?q=${encodeURIComponent('x'.repeat(100_000).slice(0, 5_000))}`)).text.length).toBeLessThan(20_000)
  })

  it('are found by words of both languages, domain, audience, level and format', async () => {
    const found = async (search: string): Promise<readonly string[]> => [...(await get(`/open/?${search}`)).text.matchAll(/<h2><a href="\/open\/([^"]+)"/g)].map(([, id]) => id ?? '')
    expect(await found('q=metro+stations')).toContain('metro-stations')
    expect(await found(`q=${encodeURIComponent('轨道交通')}`)).toContain('metro-stations')
    expect(await found('q=nothing-of-that-name')).toEqual([])
    const answered = queries.filter(({ id }) => id !== 'has-ended')
    expect(await found('audience=grant')).toEqual(answered.filter(({ audience }) => audience === 'grant').map(({ id }) => id).sort())
    expect(await found('level=1&format=geojson')).toEqual(answered.filter(({ level, formats }) => level === 1 && formats.includes('geojson')).map(({ id }) => id).sort())
    expect((await found('domain=credit')).length).toBeGreaterThan(0)
    expect(await found('domain=credit')).not.toContain('metro-stations')
  })

  it('label every field, name their language, and say what is Chinese', async () => {
    for (const path of ['/open/', '/open/credit-records', '/open/person-lookup']) {
      const { text } = await get(path)
      expect(text, path).toContain('<html lang="en">')
      const fields = [...text.matchAll(/<(?:input|select)\b/g)].length
      const labelled = [...text.matchAll(/<label[^>]*>(?:(?!<\/label>).)*?<(?:input|select)\b/gs)].length
      expect(fields, path).toBeGreaterThan(0)
      expect(labelled, path).toBe(fields)
      const outside = text.replace(/<(\w+)[^>]*\blang="zh"[^>]*>.*?<\/\1>/gs, '').replace(/<title>.*?<\/title>|<pre.*?<\/pre>|<[^>]*>|[（）]/gs, '')
      // What the graph's own descriptions say stands as it is written there.
      if (path === '/open/') expect(outside.match(/\p{Script=Han}+/u)?.[0], path).toBeUndefined()
    }
  })

  it('ask for the key in a field of its own that nothing keeps, and never put it in an address', async () => {
    const { text } = await get('/open/person-lookup')
    expect(text).toMatch(/<input id="key" type="password" autocomplete="off"/)
    expect(text).not.toMatch(/<input[^>]*name=/)
    const script = (await get('/open.js')).text
    expect(script).toContain("credentials: 'omit'")
    expect(script).toContain("addEventListener('pagehide'")
  })

  it('say of an ended query that it has ended, offer no form, and know nothing of one that is not there', async () => {
    const { text } = await get('/open/has-ended')
    expect(text).toContain('<strong>Ended</strong>')
    expect(text).not.toContain('<form')
    for (const path of ['/open/nowhere', '/open/__proto__', '/open/..%2f..%2fpackage.json', `/open/${encodeURIComponent(HOSTILE)}`]) {
      const nothing = await get(path)
      expect(nothing.status, path).toBe(404)
      expect(nothing.text, path).not.toMatch(/nowhere|proto|script/)
    }
  })
})

describe('documents', () => {
  it('have tags by which asking again costs nothing, for HEAD too', async () => {
    for (const path of documents) {
      const whole = await get(path)
      expect(whole.status, path).toBe(200)
      const etag = String(whole.headers.etag)
      for (const tag of [etag, `W/${etag}`, `"other", ${etag}`]) expect((await get(path, { 'if-none-match': tag })).status, `${path} ${tag}`).toBe(304)
      expect((await get(path, { 'if-none-match': '"other"' })).status, path).toBe(200)
      const head = await fetch(`${city.url}${path}`, { method: 'HEAD' })
      expect([head.status, head.headers.get('etag'), await head.text()], path).toEqual([200, etag, ''])
    }
  })

  it('are the same for everybody, and repeat nothing of a request', async () => {
    for (const path of [...documents, '/open/metro-stations']) {
      const plain = await get(path)
      const other = await get(`${path}?x=${encodeURIComponent(HOSTILE)}`, { authorization: `Bearer ${await city.issuer.token('bank-a')}`, host: 'evil.example', 'x-forwarded-host': 'evil.example', 'accept-language': 'zh' })
      expect(other.text, path).toBe(plain.text)
      expect(plain.text, path).not.toMatch(/evil\.example|127\.0\.0\.1|localhost/)
    }
  })

  it('hold what is in force at this moment: a withdrawn query is gone from each, and its tag does not hold', async () => {
    const before = await get('/open/v1/openapi.json')
    const catalogue = await get('/catalog.jsonld')
    now = queries.filter(({ id }) => id !== 'metro-stations')
    try {
      const after = await get('/open/v1/openapi.json', { 'if-none-match': String(before.headers.etag) })
      expect(after.status).toBe(200)
      expect(before.text).toContain('"/open/v1/metro-stations"')
      expect(after.text).not.toContain('"/open/v1/metro-stations"')
      expect(catalogue.text).toContain('/open/metro-stations#dataset')
      expect((await get('/catalog.jsonld')).text).not.toContain('/open/metro-stations#dataset')
      expect((await get('/open/')).text).not.toContain('href="/open/metro-stations"')
      expect((await get('/open/metro-stations')).status).toBe(404)
    } finally {
      now = queries
    }
    expect((await get('/open/v1/openapi.json')).headers.etag).toBe(before.headers.etag)
  })

  it('leave out what has ended', async () => {
    for (const path of ['/open/v1/openapi.json', '/catalog.jsonld', '/open/']) {
      const { text } = await get(path)
      expect(text, path).toContain('ends-soon')
      expect(text, path).not.toContain('has-ended')
    }
  })

  it('say nothing of queries while it is not known what was withdrawn', async () => {
    now = 'unknown'
    try {
      for (const path of ['/open/v1/openapi.json', '/catalog.jsonld', '/open/', '/open/metro-stations']) {
        const { status, text } = await get(path)
        expect(status, path).toBe(503)
        expect(text, path).toContain('AUDIT_UNAVAILABLE')
        expect(text, path).not.toContain('metro')
      }
    } finally {
      now = queries
    }
  })
})
