// The issuer of an embedded city: signs tokens of the demonstration callers, knows the linking tokens of its subjects.

import type { Clock } from '../core/clock.ts'
import { createDemonstrationIssuer } from '../gateway/demonstration-issuer.ts'
import type { DemonstrationIssuer } from '../gateway/demonstration-issuer.ts'
import { linkingToken } from '../synthetic-city/linking-token.ts'
import { demonstrationIdNumbers } from '../synthetic-city/scenario.ts'
import type { CityKeys } from './keys.ts'

/** Throws when the city has no issuer of its own (databases of one's own). */
export async function demonstrationIssuer(keys: CityKeys, clock: Clock): Promise<DemonstrationIssuer> {
  const { issuer, link } = keys
  if (issuer === undefined || link === undefined) throw new Error('The demonstration issuer exists only with embedded databases.')
  const pids = Object.fromEntries(Object.entries(demonstrationIdNumbers).map(([name, idNo]) => [name, linkingToken(idNo, link)]))
  return createDemonstrationIssuer({ privateKey: issuer, clock, pids })
}
