// A key that was sent where it does not belong. Addresses are written down by servers, proxies and browsers; /graphql takes no keys.

import type { IncomingMessage } from 'node:http'
import { CitygraphError } from '../core/errors.ts'
import { holdsKey } from '../open/api-key.ts'

/** Throws BAD_USER_INPUT without repeating anything. */
export function refuseKeyInAddress({ url = '' }: Pick<IncomingMessage, 'url'>): void {
  if (holdsKey(url)) throw new CitygraphError('BAD_USER_INPUT', { hint: 'A key is sent in the header authorization or x-api-key, never in an address. This one may have been written down: rotate it.' })
}

/** Whether the header that is for keys alone holds one. */
export function sendsKey({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const given = headers['x-api-key']
  return typeof given === 'string' && holdsKey(given)
}
