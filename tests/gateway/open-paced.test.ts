// A reader who takes nothing for too long is let go; one who is merely slow is not.

import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { pacedWriter, ReaderGone } from '../../gateway/open/paced-writer.ts'
import type { Coding } from '../../gateway/open/content-coding.ts'

type Served = { readonly port: number; readonly outcome: Promise<unknown>; readonly close: () => void }

/** Writes 40 MB, one megabyte that cannot be compressed at a time. */
function serving(coding: Coding | undefined, patienceMs: number): Promise<Served> {
  return new Promise((resolve) => {
    let settle: (outcome: unknown) => void = () => undefined
    const outcome = new Promise<unknown>((done) => (settle = done))
    const server = http.createServer((_request, response) => {
      response.writeHead(200, coding === undefined ? {} : { 'content-encoding': coding })
      const writer = pacedWriter(response, coding, patienceMs)
      const work = async (): Promise<string> => {
        for (let part = 0; part < 40; part += 1) await writer.write(Array.from({ length: 50_000 }, () => Math.random().toString(36).padEnd(20, '0').slice(0, 20)).join(''))
        await writer.end()
        return 'WHOLE'
      }
      work().then(settle, (error: unknown) => {
        writer.cut()
        settle(error)
      })
    }).listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ port: typeof address === 'object' && address !== null ? address.port : 0, outcome, close: () => { server.closeAllConnections(); server.close() } })
    })
  })
}

function reading(port: number): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => http.get({ port, host: '127.0.0.1', agent: false }, resolve).on('error', reject))
}

describe.each([undefined, 'gzip', 'br'] as const)('a reader of %s', (coding) => {
  it('who takes nothing is let go, and sees that the answer is not whole', async () => {
    const { port, outcome, close } = await serving(coding, 400)
    const response = await reading(port)
    response.pause()
    expect(await outcome).toBeInstanceOf(ReaderGone)
    const cut = new Promise((resolve) => response.on('close', () => resolve(response.complete)).on('error', () => undefined))
    response.resume()
    expect(await cut).toBe(false)
    close()
  })

  it('who goes away ends the writing', async () => {
    const { port, outcome, close } = await serving(coding, 60_000)
    const response = await reading(port)
    response.on('error', () => undefined).destroy()
    expect(await outcome).toBeInstanceOf(ReaderGone)
    close()
  })

  it('who is slow gets all of it', async () => {
    const { port, outcome, close } = await serving(coding, 2_000)
    const response = await reading(port)
    let bytes = 0
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length
      await pause(1)
    }
    expect(await outcome).toBe('WHOLE')
    expect(response.complete).toBe(true)
    expect(bytes).toBeGreaterThan(10_000_000)
    close()
  })
})
