// An issuer as an operator configures one: its keys at an address, tokens of whatever claims a test wants.

import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export type ConfiguredIssuer = {
  /** For CITYGRAPH_ISSUERS. */
  readonly setting: string
  readonly token: (subject: string, claims: Readonly<Record<string, unknown>>) => Promise<string>
  readonly close: () => Promise<void>
}

const NAMES = { issuer: 'https://issuer.example', audience: 'citygraph' }

export async function configuredIssuer(): Promise<ConfiguredIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'issuer-1', alg: 'ES256', use: 'sig' }
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] })))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    setting: JSON.stringify([{ ...NAMES, jwksUrl: `http://127.0.0.1:${port}/keys` }]),
    token: (subject, claims) => new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'issuer-1', typ: 'at+jwt' })
      .setIssuer(NAMES.issuer).setAudience(NAMES.audience).setSubject(subject).setIssuedAt().setExpirationTime('30 minutes').sign(privateKey),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
