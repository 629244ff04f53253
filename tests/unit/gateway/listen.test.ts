// Where a gateway listens: an embedded city is for this machine, and reachable under the name that its start prints.

import { execFile } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen, THIS_MACHINE } from '../../../gateway/listen.ts'
import type { Listening } from '../../../gateway/listen.ts'

let listening: Listening
beforeAll(async () => {
  const gateway = { handle: (_: unknown, response: { end(text: string): unknown }) => void response.end('here'), drain: (_?: number, notListening?: Promise<void>) => notListening ?? Promise.resolve() }
  listening = await listen(gateway, { port: 0, host: THIS_MACHINE })
})
afterAll(() => listening.stop())

describe('a gateway for this machine', () => {
  it('is found at localhost by fetch and curl', async () => {
    const url = `http://localhost:${listening.port}`
    expect(await (await fetch(url)).text()).toBe('here')
    expect((await promisify(execFile)('curl', ['-s', '--noproxy', '*', url])).stdout).toBe('here')
  })

  it('is not found at any address that other machines know', async () => {
    const others = Object.values(networkInterfaces()).flat().flatMap((it) => (it === undefined || it.internal || it.family !== 'IPv4' ? [] : [it.address]))
    for (const address of others) await expect(fetch(`http://${address}:${listening.port}`)).rejects.toThrow()
  })
})
