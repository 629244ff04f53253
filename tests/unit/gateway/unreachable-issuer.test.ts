// Tokens whose issuer's keys cannot be had: nothing is known against them.

import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { frozenClock } from '../../../core/clock.ts'
import { createAuthenticate } from '../../../gateway/authenticate.ts'
import type { Authenticate } from '../../../gateway/authenticate.ts'

const clock = frozenClock('2026-03-01T10:00:00+08:00')
const issuer = 'https://issuer.example'
const { privateKey, publicKey } = await generateKeyPair('EdDSA')
const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'EdDSA' }

async function bearer(kid: string): Promise<string> {
  const claims = { iss: issuer, aud: 'citygraph', sub: 'officer', exp: Math.floor(clock.now().getTime() / 1000) + 600, org: 'AMR', kind: 'department' }
  return `Bearer ${await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid, typ: 'at+jwt' }).sign(privateKey)}`
}

let server: Server | undefined
afterEach(() => void server?.close())

/** An authenticate whose issuer answers so. */
async function issuedBy(status: number, body: string): Promise<Authenticate> {
  const listening = createServer((_, response) => void response.writeHead(status, { 'content-type': 'application/json' }).end(body))
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const address = listening.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return createAuthenticate({ issuers: [{ issuer, audience: 'citygraph', jwksUrl: `http://127.0.0.1:${port}/keys` }], clock })
}

describe('an issuer that does not give its keys', () => {
  it('is no fault of the token', async () => {
    const away = createAuthenticate({ issuers: [{ issuer, audience: 'citygraph', jwksUrl: 'http://127.0.0.1:9/keys' }], clock })
    await expect(away(await bearer('k1'))).rejects.toMatchObject({ code: 'INTERNAL' })
    await expect((await issuedBy(502, 'bad gateway'))(await bearer('k1'))).rejects.toMatchObject({ code: 'INTERNAL' })
    server?.close()
    await expect((await issuedBy(200, 'no keys'))(await bearer('k1'))).rejects.toMatchObject({ code: 'INTERNAL' })
  })

  it('is another case than a key that it does not have', async () => {
    const authenticate = await issuedBy(200, JSON.stringify({ keys: [jwk] }))
    expect((await authenticate(await bearer('k1'))).sub).toBe('officer')
    await expect(authenticate(await bearer('k2'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(authenticate('Bearer a.b.c')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})
