// Root fields of credit.

import type { DomainBinding } from './binding.ts'
import { checkOfficerEligibility, creditCheck } from './credit-checks.ts'
import type { Resolver } from './resolver-map.ts'
import { manyRows } from './roots.ts'

/** Resolvers of the root fields of credit, by name. */
export function creditRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  return {
    creditRecords: manyRows(binding, 'creditRecords', { type: 'CreditRecord', order: [{ field: 'decidedOn', direction: 'DESC' }] }),
    creditCheck: creditCheck(binding),
    checkOfficerEligibility: checkOfficerEligibility(binding),
  }
}
