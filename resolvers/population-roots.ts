// Root fields of the population.

import { sql } from 'drizzle-orm'
import { people } from '../migrations/population/tables.ts'
import type { DomainBinding } from './binding.ts'
import { populationVerifications, wholeIdNo } from './population-verifications.ts'
import type { Resolver } from './resolver-map.ts'
import { byNaturalKey, manyRows, oneByKey, ownRow } from './roots.ts'

/** Resolvers of the root fields of population, by name. */
export function populationRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  return {
    person: oneByKey(binding, 'person', 'Person'),
    people: manyRows(binding, 'people', { type: 'Person' }),
    resolvePerson: byNaturalKey(binding, 'resolvePerson', 'Person', {
      column: { name: 'idNo', value: sql`${people.idNo}`, kind: 'text' },
      read: (args, context) => wholeIdNo(args['idNo'], context),
    }),
    me: ownRow(binding, 'me', 'Person'),
    ...populationVerifications(binding),
  }
}
