// References that come in headers and go into records as they are: case numbers and authorisations (DESIGN 5.2). Refuses what is
// not well formed and what holds a natural key; names the header, never the value.

import { CitygraphError } from './errors.ts'
import { holdsNaturalKey } from './natural-keys.ts'

const REFERENCE = /^[A-Z0-9-]{6,40}$/

/** The header's value, if it is a reference. Throws BAD_USER_INPUT with the header's name as `argument`. */
export function reference(header: string, value: string): string {
  if (!REFERENCE.test(value)) throw new CitygraphError('BAD_USER_INPUT', { argument: header, hint: `The header ${header} is not well formed.` })
  if (holdsNaturalKey(value)) {
    throw new CitygraphError('BAD_USER_INPUT', { argument: header, hint: `The header ${header} looks like a number of a person; give the number of the case or of the authorisation.` })
  }
  return value
}
