// Connections between gateway and subgraphs, against servers that do what subgraphs should not: no fetch is given another's reply.

import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { httpLink } from '../../gateway/http-link.ts'
import type { HttpLinkOptions } from '../../gateway/http-link.ts'
import type { SubgraphConnection, SubgraphFetch } from '../../gateway/link.ts'
import { publicCaller } from '../../gateway/authenticate.ts'
import type { RequestSeal } from '../../gateway/request-state.ts'

/** What a server does with one request, whole as it came: `nth` on its connection, from 1. */
type Serve = (request: string, socket: net.Socket, nth: number) => void

const opened: { close(): void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

async function subgraph(serve: Serve, options: HttpLinkOptions = {}): Promise<{ link: SubgraphConnection; requests: string[]; connections: () => number }> {
  const requests: string[] = []
  const sockets = new Set<net.Socket>()
  let connections = 0
  const server = net.createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    let read = ''
    let nth = 0
    socket.on('data', (bytes) => {
      read += bytes.toString('latin1')
      for (let whole = /^(.*?\r\n\r\n)/s.exec(read)?.[1]; whole !== undefined; whole = /^(.*?\r\n\r\n)/s.exec(read)?.[1]) {
        const size = whole.length + Number(/content-length: (\d+)/.exec(whole)?.[1] ?? 0)
        if (read.length < size) return
        const request = read.slice(0, size)
        read = read.slice(size)
        requests.push(request)
        serve(request, socket, (nth += 1))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  const link = httpLink({ timeoutMs: 300, ...options })('credit', `http://127.0.0.1:${port}/graphql?a=b`)
  opened.push(link, { close: () => { server.close(); for (const socket of sockets) socket.destroy() } })
  return { link, requests, connections: () => connections }
}

/** A fetch that says who it is, so that its reply can say so too. */
function fetchOf(name: string, fields: readonly string[] = ['Query.creditRecords']): SubgraphFetch {
  const context = { caller: publicCaller, bundleSequence: 1, operation: { hash: 'h', singleSubject: false, fields }, issuedAt: 1, expiresAt: 2 }
  const seal = { context, token: async () => 'a.b.c', inProcess: () => { throw new Error('over HTTP') } } as RequestSeal
  return { query: '{ creditRecords { nodes { title } } }', operationName: 'Credit__1', variables: { name }, requestId: '5d3c1a52-0000-4000-8000-0000000000aa', seal }
}
const nameIn = (request: string): string => /"variables":\{"name":"(\w+)"\}/.exec(request)?.[1] ?? 'nobody'
const http = (text: string, head = ''): string => `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${head}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
const answer = (request: string): string => http(JSON.stringify({ data: { name: nameIn(request) } }))
const data = (name: string): object => ({ status: 200, data: { name } })
const failure = (code: string): object => expect.objectContaining({ message: 'the subgraph did not answer', code })

describe('the link over HTTP', () => {
  it('sends query, name, variables, seal and request id, on connections that it keeps', async () => {
    const { link, requests, connections } = await subgraph((request, socket) => socket.write(answer(request)))
    for (const name of ['a', 'b', 'c', 'd', 'e']) expect(await link.ask(fetchOf(name))).toEqual(data(name))
    const [head = '', body = ''] = requests[0]?.split('\r\n\r\n') ?? []
    expect(head).toMatch(/^POST \/graphql\?a=b HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\n/)
    expect(head).toContain('x-citygraph-seal: a.b.c\r\nx-request-id: 5d3c1a52-0000-4000-8000-0000000000aa\r\n')
    expect(JSON.parse(body)).toEqual({ query: fetchOf('a').query, operationName: 'Credit__1', variables: { name: 'a' } })
    expect(connections()).toBeLessThan(3)
  })

  it('gives each of many fetches its own reply, however they come back', async () => {
    const { link, connections } = await subgraph((request, socket) => void setTimeout(() => {
      const text = answer(request)
      const cut = Math.floor(Math.random() * text.length)
      socket.write(text.slice(0, cut))
      setImmediate(() => socket.write(text.slice(cut)))
    }, Math.random() * 5), { maxSockets: 8, timeoutMs: 5_000 })
    const names = Array.from({ length: 200 }, (_, index) => `n${index}`)
    expect(await Promise.all(names.map((name) => link.ask(fetchOf(name))))).toEqual(names.map(data))
    expect(connections()).toBe(8)
  })

  it('never gives a reply that came too late to the next fetch', async () => {
    const { link, connections } = await subgraph((request, socket) => void setTimeout(() => socket.write(answer(request)), nameIn(request) === 'slow' ? 350 : 0), { maxSockets: 1 })
    expect(await link.ask(fetchOf('first'))).toEqual(data('first'))
    const slow = link.ask(fetchOf('slow'))
    await expect(slow).rejects.toEqual(failure('TIMEOUT'))
    for (const name of ['a', 'b']) {
      expect(await link.ask(fetchOf(name))).toEqual(data(name))
      await pause(60)
    }
    expect(connections()).toBe(2)
  })

  it.each([
    ['two replies at once', (request: string) => `${answer(request)}${http('{"data":{"name":"forged"}}')}`],
    ['more than its length says', (request: string) => `${answer(request)} `],
    ['a reply nobody asked for', (request: string) => answer(request)],
  ])('does not ask again on a connection that said %s', async (what, text) => {
    const { link, connections } = await subgraph((request, socket) => {
      socket.write(text(request))
      if (what.includes('nobody')) setTimeout(() => socket.write(http('{"data":{"name":"forged"}}')), 20)
    })
    for (const name of ['a', 'b']) {
      expect(await link.ask(fetchOf(name))).toEqual(data(name))
      await pause(60)
    }
    expect(connections()).toBe(2)
  })

  it.each([['a reading fetch is sent again', ['Query.creditRecords'], true], ['an act is not', ['Mutation.suspendCaller'], false]] as const)('on a kept connection that had just closed, %s', async (_, fields, again) => {
    const { link, requests } = await subgraph((request, socket, nth) => (nth === 1 ? socket.write(answer(request)) : socket.destroy()), { maxSockets: 1 })
    await link.ask(fetchOf('a'))
    const second = link.ask(fetchOf('b', fields))
    if (again) expect(await second).toEqual(data('b'))
    else await expect(second).rejects.toEqual(expect.objectContaining({ message: 'the subgraph did not answer' }))
    expect(requests.map(nameIn)).toEqual(again ? ['a', 'b', 'b'] : ['a', 'b'])
  })

  it.each<[string, Serve, string, number?]>([
    ['a first answer broken off', (_request: string, socket: net.Socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{'), 'UND_ERR_SOCKET'],
    ['nothing at all', (_request: string, socket: net.Socket) => void socket.end(), 'UND_ERR_SOCKET', 2],
    ['no HTTP', (_request: string, socket: net.Socket) => void socket.write('SSH-2.0-x\r\n\r\n'), 'NETWORK'],
    ['more than it may', (_request: string, socket: net.Socket) => void socket.write(http('x'.repeat(2_001))), 'TOO_LARGE'],
    ['no JSON', (_request: string, socket: net.Socket) => void socket.write(http('<html>')), 'NOT_JSON'],
    ['a list', (_request: string, socket: net.Socket) => void socket.write(http('[1]')), 'NOT_AN_OBJECT'],
    ['nothing in time', () => undefined, 'TIMEOUT'],
  ])('fails when a subgraph says %s; only a connection that was closed without a word is believed to have been stale', async (_, serve, code, asked = 1) => {
    const { link, requests } = await subgraph(serve, { maxReplyBytes: 2_000 })
    await expect(link.ask(fetchOf('a'))).rejects.toEqual(failure(code))
    expect(requests).toHaveLength(asked)
  })

  it('lets a fetch wait for a connection, no longer than a fetch may take, and ends with those under way', async () => {
    const { link, requests } = await subgraph(() => undefined, { maxSockets: 1, timeoutMs: 200 })
    const [first, second] = [link.ask(fetchOf('a')), link.ask(fetchOf('b'))]
    await expect(Promise.allSettled([first, second])).resolves.toMatchObject([{ reason: { code: 'TIMEOUT' } }, { reason: { code: 'TIMEOUT' } }])
    expect(requests.map(nameIn)[0]).toBe('a')
    const third = link.ask(fetchOf('c'))
    await pause(20)
    link.close()
    await expect(third).rejects.toEqual(failure('CLOSED'))
  })

  it('names neither address nor port where nobody listens', async () => {
    const link = httpLink()('credit', 'http://127.0.0.1:1/graphql')
    const error: unknown = await link.ask(fetchOf('a')).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ECONNREFUSED', message: 'the subgraph did not answer' })
    expect(JSON.stringify(error)).not.toContain('127.0.0.1')
    expect(await link.ready()).toBe(false)
  })
})
