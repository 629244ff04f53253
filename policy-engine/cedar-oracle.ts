// Cedar's own answer on one concrete row: the independent judge of officers' tests and of the differential tests. Never on the
// path of a request (it re-reads all policies at each call). A forbid that errs denies, as in our compiler; Cedar would skip it.

import { createHash } from 'node:crypto'
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import type { CedarValueJson, EntityJson, StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs'
import { callerDivision } from './environment.ts'
import type { Environment } from './environment.ts'
import type { Row } from './evaluate.ts'
import { divisionAncestors, isEntity, isInstant, isSet } from './policy-values.ts'
import type { Known } from './policy-values.ts'

export type OraclePolicy = { readonly id: string; readonly text: string; readonly effect: 'permit' | 'forbid' }
export type CedarOracle = {
  /** Whether the policies allow the action on this row. Throws Error if Cedar cannot read the request (a fault of the test). */
  allows(environment: Environment, row: Row): boolean
}

export function createCedarOracle(policies: readonly OraclePolicy[]): CedarOracle {
  const staticPolicies = Object.fromEntries(policies.map((policy, index) => [`p${index}`, policy.text]))
  const named = policies.flatMap((policy) => [...policy.text.matchAll(/\bDivision::"([^"\\]*)"/g)].map((found) => found[1] ?? ''))
  const forbids = new Set(policies.flatMap((policy, index) => (policy.effect === 'forbid' ? [`p${index}`] : [])))
  const preparsedPolicySetId = createHash('sha256').update(JSON.stringify(staticPolicies)).digest('hex')
  const parsed = cedar.preparsePolicySet(preparsedPolicySetId, { staticPolicies })
  if (parsed.type === 'failure') throw new Error(`Cedar cannot read the policies: ${parsed.errors.map((error) => error.message).join('; ')}`)
  return {
    allows: (environment, row) => {
      const answer = cedar.statefulIsAuthorized({ ...cedarRequest(environment, row, named), preparsedPolicySetId })
      if (answer.type === 'failure') throw new Error(`Cedar cannot read the request: ${answer.errors.map((error) => error.message).join('; ')}`)
      const { decision, diagnostics } = answer.response
      return decision === 'allow' && !diagnostics.errors.some((error) => forbids.has(error.policyId))
    },
  }
}

/** The request and its entities in Cedar's JSON form. The row is `<type>::"row"`; `named` are divisions that policies name. */
function cedarRequest(environment: Environment, row: Row, named: readonly string[] = []): Omit<StatefulAuthorizationCall, 'preparsedPolicySetId'> {
  const { situation, action, field, rowType, attributes } = environment
  const { caller, occasion } = situation
  const attrs: Record<string, CedarValueJson> = {}
  const divisions = new Set<string>(named)
  for (const [name, value] of Object.entries(row)) {
    const type = attributes.get(name)?.type
    if (type === undefined) continue
    if (type === 'Division') divisions.add(String(value))
    attrs[name] = type === 'Division' ? entity('Division', String(value)) : type === 'datetime' ? instant(Number(value)) : typeof value === 'object' ? [...value] : value
  }
  const division = callerDivision(caller)
  if (division !== undefined) divisions.add(division)
  const callerAttrs: Record<string, CedarValueJson> = {
    org: entity('Organisation', caller.org), organisation: caller.org, kind: caller.kind, assurance: caller.assurance, zone: caller.zone,
    ...(division === undefined ? {} : { division: entity('Division', division) }),
    ...(caller.pid === undefined ? {} : { pid: caller.pid }),
  }
  const { purpose, caseNo, authorizationRef, singleSubject } = occasion
  const entities: EntityJson[] = [
    { uid: { type: 'Caller', id: caller.sub }, attrs: callerAttrs, parents: [{ type: 'Organisation', id: caller.org }, ...caller.roles.map((id) => ({ type: 'Role', id }))] },
    { uid: { type: rowType, id: 'row' }, attrs, parents: [] },
    ...[...divisions].map((id) => ({ uid: { type: 'Division', id }, attrs: {}, parents: divisionAncestors(id).map((above) => ({ type: 'Division', id: above })) })),
    ...(purpose === undefined ? [] : [{ uid: { type: 'Purpose', id: purpose }, attrs: {}, parents: situation.purposeOrganisations.map((id) => ({ type: 'Organisation', id })) }]),
  ]
  return {
    principal: { type: 'Caller', id: caller.sub },
    action: { type: 'Action', id: action },
    resource: { type: rowType, id: 'row' },
    context: {
      field: Object.fromEntries(Object.entries(field).map(([name, value]) => [name, json(value)])),
      singleSubject,
      minorsApproved: situation.minorsApproved,
      now: instant(situation.now),
      ...(purpose === undefined ? {} : { purpose: entity('Purpose', purpose) }),
      ...(caseNo === undefined ? {} : { caseNo }),
      ...(authorizationRef === undefined ? {} : { authorizationRef }),
    },
    entities,
  }
}

function json(value: Known): CedarValueJson {
  if (typeof value !== 'object') return value
  if (isSet(value)) return value.map(json)
  if (isEntity(value)) return entity(value.type, value.id)
  return isInstant(value) ? instant(value.epochMs) : null
}

function entity(type: string, id: string): CedarValueJson {
  return { __entity: { type, id } }
}

function instant(epochMs: number): CedarValueJson {
  return { __extn: { fn: 'datetime', arg: new Date(epochMs).toISOString() } }
}
