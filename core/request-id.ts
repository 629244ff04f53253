// Request ids travel from the client through every record of a request.

import { randomUUID } from 'node:crypto'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The client's request id (`x-request-id`) in lower case if it is a UUID, else a new one. A UUID without any letter is not random and may spell a number: replaced too. */
export function requestIdOf(given: unknown): string {
  const id = typeof given === 'string' ? given.toLowerCase() : ''
  return UUID.test(id) && /[a-f]/.test(id) ? id : randomUUID()
}
