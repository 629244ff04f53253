// 治理: who read what, which use is a risk, and whom officers suspend. Not a department: it knows persons by the token of access records,
// and it alone has mutations.

import { bindDomain } from '../resolvers/binding.ts'
import { domainEntities, domainResolvers } from '../resolvers/domain-resolvers.ts'
import { correctionActs, reportedPerson } from '../resolvers/governance-corrections.ts'
import { signalActs } from '../resolvers/governance-signals.ts'
import { stopActs } from '../resolvers/governance-stops.ts'
import { subgraphSdl } from '../schema/load.ts'
import { createSubgraph } from './create-subgraph.ts'
import type { DepartmentParts } from './department.ts'
import { byAuditToken, openingTo, reportedPersons } from './person-names.ts'
import type { Subgraph } from './subgraph.ts'

/**
 * Without an `office` nobody is suspended or restored here, without a `stopOffice` nothing stopped or published, without a
 * `correctionOffice` nothing reported. */
export function governanceSubgraph(parts: DepartmentParts): Subgraph {
  const { office, stopOffice, correctionOffice, ...rest } = parts
  const persons = byAuditToken(parts.auditKey)
  const binding = bindDomain('governance', domainEntities('governance'), parts.classification)
  const reported = reportedPersons(persons, parts.ids)
  const own = domainResolvers('governance', parts.classification)
  const resolvers = {
    ...own,
    Correction: { ...own['Correction'], person: reportedPerson(reported) },
    Mutation: { ...signalActs(binding, office), ...stopActs(binding, stopOffice, parts.classification), ...correctionActs(binding, correctionOffice, { classification: parts.classification, persons: reported }) },
  }
  return createSubgraph({ ...rest, domain: 'governance', sdl: subgraphSdl('governance'), resolvers, persons, ids: openingTo(persons, parts.ids) })
}
