// How often one caller, or one address without a valid token, may ask. Behind an interface, since copies of the gateway must
// share their counts outside memory (DESIGN 9); this one counts for one process.

import { RateLimiterMemory } from 'rate-limiter-flexible'
import { CitygraphError } from '../core/errors.ts'

/** `take` throws CitygraphError RATE_LIMITED when the key has used up its share. */
export type RateLimiter = { take(key: string): Promise<void> }

/** `requests` in every window of `seconds`, for each key. */
export function memoryRateLimiter(limit: { readonly requests: number; readonly seconds: number }): RateLimiter {
  const limiter = new RateLimiterMemory({ points: limit.requests, duration: limit.seconds })
  return {
    async take(key) {
      try {
        await limiter.consume(key)
      } catch (cause) {
        throw new CitygraphError('RATE_LIMITED', {}, { cause })
      }
    },
  }
}
