// The id under which a demonstration caller's organisation knows a person.

import type { CityKeys } from '../cli/keys.ts'
import { demonstrationCallers } from '../gateway/demonstration-callers.ts'
import { createPublicIds } from '../resolvers/ids.ts'

/** `person`: a linking token. Throws RangeError on a caller that nobody knows. */
export function personFor({ ids }: Pick<CityKeys, 'ids'>, caller: string, person: string): string {
  const org = demonstrationCallers.find(({ name }) => name === caller)?.org
  if (org === undefined) throw new RangeError('no such caller')
  return createPublicIds(ids).encipher(org, 'Person', person)
}
