// One policy text → the parsed form, past the validator (so that what it would refuse can be compiled too), and environments.

import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { parsePolicyJson } from '../../../policy-engine/cedar-json.ts'
import type { PolicyBody } from '../../../policy-engine/cedar-json.ts'
import type { Caller, Occasion } from '../../../policy-engine/decision.ts'
import { attributesOf, factsOfField } from '../../../policy-engine/environment.ts'
import type { Action, Environment } from '../../../policy-engine/environment.ts'
import { smallGraph } from './small-graph.ts'

export const frozenNow = Date.parse('2026-03-01T10:00:00+08:00')

export function readPolicy(text: string): PolicyBody {
  const answer = cedar.policyToJson(text)
  if (answer.type === 'failure') throw new Error(`${text}: ${answer.errors.map((error) => error.message).join('; ')}`)
  return parsePolicyJson(answer.json)
}

export const someone: Caller = { kind: 'department', org: 'A', sub: 'c1', roles: ['lead'], assurance: 2, zone: 'intranet', division: '310101', pid: 'pid-1' }

export function environment(caller: Caller = someone, occasion: Occasion = { purpose: 'A-0001', caseNo: 'CASE-0001', singleSubject: true }, action: Action = 'read', coordinate = 'Thing.name'): Environment {
  const [type = '', name = ''] = coordinate.split('.')
  const field = smallGraph.field(type, name)
  if (field === undefined) throw new Error(coordinate)
  return {
    situation: { caller, occasion, purposeOrganisations: ['A', 'B'], minorsApproved: false, now: frozenNow },
    action, field: factsOfField(field), rowType: type, attributes: attributesOf(smallGraph.type(type)),
  }
}
