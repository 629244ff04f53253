// What a gateway says of the tokens that it gives: their public key, where they are had. Nothing where there are none.

import type { IncomingMessage } from 'node:http'
import type { JSONWebKeySet, JWK } from 'jose'
import { memoryRateLimiter } from '../rate-limit.ts'
import type { OpenAccess } from './open-access.ts'
import { metadata } from './serve-token.ts'
import type { TokenParts } from './serve-token.ts'

export type Authority = {
  /** Undefined: none are given. */
  readonly parts: TokenParts | undefined
  /** The public keys of all tokens that are given here. */
  jwks(): Promise<JSONWebKeySet>
  /** Undefined where there is nothing to say, or nobody knows under which address. */
  metadata(request: Pick<IncomingMessage, 'headers'>): Readonly<Record<string, unknown>> | undefined
}

/** A token is good for ten minutes: more of them is a program that asks for one each time. */
const issuedRate = { requests: 60, seconds: 60 }

/** `issuer`: the configured address. `further`: public keys of another issuer of this gateway. */
export function authority({ access, issuer, further, ...rest }: Omit<TokenParts, 'access' | 'tokens' | 'issued'> & { readonly access: OpenAccess | undefined; readonly issuer: string | undefined; readonly further: readonly JWK[] }): Authority {
  const tokens = access?.tokens
  const parts = access === undefined || tokens === undefined ? undefined : { ...rest, access, tokens, issued: memoryRateLimiter(issuedRate) }
  return {
    parts,
    jwks: async () => ({ keys: [...further, ...(tokens === undefined ? [] : [await tokens.jwk()])] }),
    metadata: ({ headers: { host } }) => {
      // A name that was not configured is believed only so far as it is shown to whoever sent it.
      const address = issuer ?? (host !== undefined && HOST.test(host) ? `http://${host}` : undefined)
      return parts === undefined || address === undefined ? undefined : metadata(address)
    },
  }
}

const HOST = /^(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/
