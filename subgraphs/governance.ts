// 治理: who read what, which use is a risk, what is granted, stopped, withdrawn and corrected. Not a department: it knows persons by the
// token of access records, and it alone has mutations.

import { bindDomain } from '../resolvers/binding.ts'
import { domainEntities, domainResolvers } from '../resolvers/domain-resolvers.ts'
import { governanceActs } from '../resolvers/governance-acts.ts'
import { noticedRequests, reportedOrganisation, reportedPerson } from '../resolvers/governance-corrections.ts'
import { subgraphSdl } from '../schema/load.ts'
import { createSubgraph } from './create-subgraph.ts'
import type { DepartmentParts } from './department.ts'
import { byAuditToken, openingTo, reportedPersons } from './person-names.ts'
import type { Subgraph } from './subgraph.ts'

/** Acts whose office is not given are not done here. */
export function governanceSubgraph(parts: DepartmentParts): Subgraph {
  const { classification, engine, ids, auditKey } = parts
  const persons = byAuditToken(auditKey)
  const reported = reportedPersons(persons, ids)
  const own = domainResolvers('governance', classification)
  const resolvers = {
    ...own,
    Correction: { ...own['Correction'], person: reportedPerson(reported), uscc: reportedOrganisation(reported) },
    CorrectionNotice: { ...own['CorrectionNotice'], requestIds: noticedRequests(), uscc: reportedOrganisation(reported) },
    Mutation: governanceActs(bindDomain('governance', domainEntities('governance'), classification), parts, { classification, persons: reported, isOrganisation: (code) => engine.organisation(code) !== undefined }),
  }
  return createSubgraph({ ...parts, domain: 'governance', sdl: subgraphSdl('governance'), resolvers, persons, ids: openingTo(persons, ids) })
}
