// An engine on a directory of policies, and callers and occasions for the fixture bundle.

import type { Caller, Occasion } from '../../../policy-engine/decision.ts'
import { createPolicyEngine } from '../../../policy-engine/engine.ts'
import type { PolicyEngine, PolicyEngineOptions } from '../../../policy-engine/engine.ts'
import { cityGraph, movableClock } from './bundle-directory.ts'

export const base = { sub: 'someone', roles: [], assurance: 2, zone: 'intranet' } as const
export const dist: Caller = { ...base, kind: 'department', org: 'DIST', division: '310101' }
export const edu: Caller = { ...base, kind: 'department', org: 'EDU' }
export const psb: Caller = { ...base, kind: 'department', org: 'PSB' }
export const citizen: Caller = { ...base, kind: 'subject', org: 'CITIZEN', pid: 'p-1' }
export const anyone: Caller = { ...base, kind: 'public', org: 'PUBLIC' }
export const bank: Caller = { ...base, kind: 'partner', org: 'BANK-A' }
export const plainly: Occasion = { singleSubject: true }
export const admission: Occasion = { singleSubject: true, purpose: 'EDU-0701', caseNo: 'CASE-0001' }

export async function engineOn(directory: string, options: Partial<PolicyEngineOptions> = {}): Promise<PolicyEngine> {
  return createPolicyEngine({ directory, classification: cityGraph(), clock: movableClock(), ...options })
}
