// Random callers and occasions for the differential tests: the demonstration callers of DESIGN 5.3 as they are and twisted (kind,
// organisation, division, assurance, zone, roles, whose pid), purposes of their own and of others, with and without case number.

import type { Caller, Occasion } from '../../policy-engine/decision.ts'
import { demonstrationCallers } from '../../gateway/demonstration-callers.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { demonstrationIdNumbers } from '../../synthetic-city/scenario.ts'
import type { Random } from '../unit/policy-engine/random-policies.ts'
import type { Asking } from './cedar-judge.ts'
import { LINK_KEY } from './loaded-city.ts'

const purposes = ['PSB-0001', 'AMR-0001', 'AMR-0002', 'CREDIT-0001', 'BDC-0001', 'TPB-0001', 'TRANS-0001', 'APPR-0102', 'DIST-0601', 'EDU-0701', 'TRANS-0802', 'BANK-0602']
const departments = ['PSB', 'TPB', 'CAB', 'HRSS', 'AMR', 'CREDIT', 'BDC', 'TRANS', 'EDU', 'APPR', 'DIST', 'STAT']
const divisions = ['31', '310000', '3101', '310100', '310101', '310115', '310101002', '310101000', '310110', '99', '31010']

/** Callers and the purposes that are theirs. */
const callers: readonly { readonly caller: Caller; readonly purposes: readonly string[] }[] = [
  ...demonstrationCallers.map(({ name, kind, org, roles, division, assurance, zone, purposes: own }) => {
    const idNo = Object.entries(demonstrationIdNumbers).find(([known]) => known === name)?.[1]
    const caller: Caller = {
      kind, org, sub: name, roles, assurance, zone,
      ...(division === undefined ? {} : { division }), ...(idNo === undefined ? {} : { pid: linkingToken(idNo, LINK_KEY) }),
    }
    return { caller, purposes: own }
  }),
  { caller: { kind: 'public', org: 'PUBLIC', sub: 'public', roles: [], assurance: 1, zone: 'mainland' }, purposes: [] },
]

/** A caller at the instant; `pids`: whose subjects may be. */
export function randomAsking(r: Random, now: number, pids: readonly string[]): Asking {
  const { caller, purposes: own } = r.pick(callers)
  const occasion: Occasion = {
    singleSubject: r.chance(0.6),
    ...purposeOf(r, own),
    ...(r.chance(0.6) ? { caseNo: 'SH-2026-0001' } : {}),
    ...(r.chance(0.35) ? { authorizationRef: 'AUTH-2026-1' } : {}),
  }
  return { caller: r.chance(0.5) ? caller : twisted(caller, r, pids), occasion, now }
}

/** A caller of the organisation with the purpose and whatever a grant may ask for, mostly. */
export function grantedAsking(r: Random, org: string, purpose: string, now: number): Asking {
  const found = callers.find(({ caller }) => caller.org === org)?.caller ?? { kind: 'department', sub: 'clerk', roles: [], assurance: 2, zone: 'intranet', org }
  return {
    caller: found,
    occasion: { purpose, singleSubject: r.chance(0.85), ...(r.chance(0.85) ? { caseNo: 'SH-2026-0001' } : {}), ...(r.chance(0.7) ? { authorizationRef: 'AUTH-2026-1' } : {}) },
    now,
  }
}

/** A citizen with strong authentication. */
export function citizenAsking(pid: string, now: number): Asking {
  return { caller: { kind: 'subject', org: 'CITIZEN', sub: 'citizen', roles: [], assurance: 3, zone: 'mainland', pid }, occasion: { singleSubject: true }, now }
}

/** The owner of a field with every right: own purpose, case number, one person. */
export function ownerAsking(owner: string, now: number): Asking {
  const found = callers.find(({ caller }) => caller.org === owner)
  return {
    caller: { ...(found?.caller ?? { kind: 'department', sub: 'owner', roles: [], assurance: 2, zone: 'intranet' }), org: owner },
    occasion: { singleSubject: true, caseNo: 'SH-2026-0001', ...(found?.purposes[0] === undefined ? {} : { purpose: found.purposes[0] }) },
    now,
  }
}

function purposeOf(r: Random, own: readonly string[]): { readonly purpose?: string } {
  if (own.length > 0 && r.chance(0.75)) return { purpose: r.pick(own) }
  return r.chance(0.35) ? { purpose: r.pick(purposes) } : {}
}

function twisted(caller: Caller, r: Random, pids: readonly string[]): Caller {
  const { division, pid, ...rest } = caller
  const given = r.chance(0.3) ? r.pick(divisions) : division
  const whose = caller.kind === 'subject' ? (r.chance(0.9) ? r.pick(pids) : undefined) : r.chance(0.1) ? r.pick(pids) : undefined
  return {
    ...rest,
    ...(given === undefined ? {} : { division: given }),
    ...(whose === undefined ? {} : { pid: whose }),
    org: caller.kind === 'department' && r.chance(0.4) ? r.pick(departments) : r.chance(0.03) ? r.pick(['NOBODY', 'PSB', 'BANK-A']) : caller.org,
    assurance: r.pick([1, 2, 3]),
    zone: r.chance(0.12) ? 'abroad' : caller.zone,
    roles: r.chance(0.2) ? ['auditor', 'x'] : caller.roles,
  }
}
