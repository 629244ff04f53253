// The callers of DESIGN 5.3, synthetic like everything in the embedded city: who they are, for which purposes they ask, and what
// each may try. Subjects' linking tokens come from whoever loaded the city.

import type { CallerKind } from '../policy-engine/decision.ts'

export type DemonstrationCaller = {
  readonly name: string
  readonly kind: Exclude<CallerKind, 'public'>
  readonly org: string
  readonly roles: readonly string[]
  readonly division?: string
  readonly assurance: 1 | 2 | 3
  readonly zone: 'intranet' | 'mainland'
  /** Registered purposes the caller has; the first is the usual one. */
  readonly purposes: readonly string[]
  /** One sentence for `citygraph token --list` and the console. */
  readonly tries: string
}

const official = { kind: 'department', roles: ['official'], assurance: 2, zone: 'intranet' } as const
const partner = { kind: 'partner', roles: ['application'], assurance: 2, zone: 'mainland' } as const
const citizen = { kind: 'subject', org: 'CITIZEN', roles: [], assurance: 3, zone: 'mainland', purposes: [] } as const

export const demonstrationCallers: readonly DemonstrationCaller[] = [
  { ...official, name: 'psb-officer', org: 'PSB', purposes: ['PSB-0001'], tries: 'Owner of population: people in clear with purpose PSB-0001, identity numbers with a case number too.' },
  { ...official, name: 'amr-officer', org: 'AMR', purposes: ['AMR-0002', 'AMR-0001'], tries: 'Owner of enterprises; with AMR-0001 and a case number verifies who may start a business.' },
  { ...official, name: 'credit-officer', org: 'CREDIT', purposes: ['CREDIT-0001'], tries: 'Owner of credit: repaired and five-year-old records too.' },
  { ...official, name: 'bdc-officer', org: 'BDC', purposes: ['BDC-0001'], tries: 'Owner of licences: licences and their items.' },
  { ...official, name: 'tpb-officer', org: 'TPB', purposes: ['TPB-0001'], tries: 'Owner of vehicles, drivers and violations.' },
  { ...official, name: 'trans-officer', org: 'TRANS', purposes: ['TRANS-0001', 'TRANS-0802'], tries: 'Owner of transit and qualifications; with TRANS-0802 admits taxi drivers.' },
  { ...official, name: 'appr-clerk', org: 'APPR', purposes: ['APPR-0102'], tries: 'Credit check before a permit: grades clear, facts masked, scores denied.' },
  { ...official, name: 'huangpu-investment', org: 'DIST', division: '310101', purposes: ['DIST-0601'], tries: 'Enterprises of district 310101 with rating and masked figures; others like every department.' },
  { ...official, name: 'edu-clerk', org: 'EDU', purposes: ['EDU-0701'], tries: 'School enrolment of one child with a case number: answers instead of documents.' },
  { ...partner, name: 'bank-a', org: 'BANK-A', purposes: ['BANK-0602'], tries: 'Ratings of enterprises; undisclosed figures as bands, and only with x-authorization-ref.' },
  { ...partner, name: 'nav-b', org: 'NAV-B', purposes: ['NAV-0801'], tries: 'A partner without a grant: public data, and a word where applying is possible (draftApplication).' },
  { ...citizen, name: 'zhang-wei', tries: 'Own data by { me }, legal representative of an enterprise.' },
  { ...citizen, name: 'ayiguli', tries: 'Own data and licences by { me }.' },
  { ...official, name: 'security-officer', org: 'BDC', roles: ['policy-officer'], assurance: 3, purposes: ['BDC-0001'], tries: 'Edits policies; reads like every official of the data centre.' },
  { ...official, name: 'second-officer', org: 'BDC', roles: ['policy-officer'], assurance: 3, purposes: ['BDC-0001'], tries: 'The second pair of eyes for policies.' },
  { ...official, name: 'amr-data-owner', org: 'AMR', roles: ['official', 'data-owner', 'data-approver'], purposes: ['AMR-0002'], tries: 'Stops, withdraws and submits fields of market regulation.' },
  { ...official, name: 'amr-second-owner', org: 'AMR', roles: ['official', 'data-owner', 'data-approver'], purposes: ['AMR-0002'], tries: 'The second pair of hands: resumes what the first one stopped, publishes what the first one submitted.' },
  { ...official, name: 'psb-owner', org: 'PSB', roles: ['data-owner'], purposes: ['PSB-0001'], tries: 'Approves applications for data of the population register.' },
  { ...official, name: 'credit-owner', org: 'CREDIT', roles: ['data-owner'], purposes: ['CREDIT-0001'], tries: 'Approves applications for credit data.' },
  { ...official, name: 'relief-officer', org: 'CAB', roles: ['duty-officer'], purposes: ['CAB-0901'], tries: 'On duty for disaster relief: asks for access in an emergency (breakGlass).' },
  { ...official, name: 'relief-second', org: 'CAB', roles: ['duty-officer'], purposes: ['CAB-0901'], tries: 'The second officer on the spot: confirms access in an emergency.' },
  { kind: 'operator', name: 'auditor', org: 'OPS', roles: ['auditor'], assurance: 3, zone: 'intranet', purposes: [], tries: 'Sees who asked for what, never a value.' },
]
