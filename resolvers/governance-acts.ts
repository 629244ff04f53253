// All acts of governance, each by its office; and what a process needs to do them. Without an office the acts that need it answer that
// governance is not available.

import type { Classification } from '../schema/classification.ts'
import type { DomainBinding } from './binding.ts'
import { correctionActs } from './governance-corrections.ts'
import type { CorrectionOffice, ReportedPersons } from './governance-corrections.ts'
import { grantActs } from './governance-grants.ts'
import type { GrantOffice } from './governance-grants.ts'
import { keyActs } from './governance-keys.ts'
import type { KeyOffice } from './governance-keys.ts'
import { openActs } from './governance-open.ts'
import type { OpenQueryOffice } from './governance-open.ts'
import { signalActs } from './governance-signals.ts'
import type { IsOrganisation, Office } from './governance-signals.ts'
import { stopActs } from './governance-stops.ts'
import type { StopOffice } from './governance-stops.ts'
import type { Resolver } from './resolver-map.ts'

export type Offices = {
  /** Suspends and restores callers. */
  readonly office?: Office
  readonly stopOffice?: StopOffice
  readonly grants?: GrantOffice
  readonly correctionOffice?: CorrectionOffice
  readonly openOffice?: OpenQueryOffice
  readonly keys?: KeyOffice
}

/** Resolvers of Mutation, by name. */
export function governanceActs(binding: DomainBinding, { office, stopOffice, grants, correctionOffice, openOffice, keys }: Offices, parts: { readonly classification: Classification; readonly persons: ReportedPersons; readonly isOrganisation: IsOrganisation }): Readonly<Record<string, Resolver>> {
  return {
    ...signalActs(binding, office, parts.isOrganisation),
    ...stopActs(binding, stopOffice, parts),
    ...grantActs(binding, grants),
    ...correctionActs(binding, correctionOffice, parts),
    ...openActs(binding, openOffice),
    ...keyActs(binding, keys),
  }
}
