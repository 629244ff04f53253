// Cedar's own answer (isAuthorized) on one concrete row, under the whole bundle as it stands in its files and the schema generated
// from the graph: the judge of the differential tests. Builds its requests from PLAN's policy model and from the YAML files; of the
// engine it takes the grants' Cedar texts and the schema, and nothing that decides.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import type { CedarValueJson, EntityJson } from '@cedar-policy/cedar-wasm/nodejs'
import { parse } from 'yaml'
import type { Caller, Occasion } from '../../policy-engine/decision.ts'
import { readBundle } from '../../policy-engine/bundle.ts'
import { createPolicyChecker } from '../../policy-engine/cedar-validate.ts'
import type { Classification } from '../../schema/classification.ts'
import type { Attributes } from './row-attributes.ts'

/** Who asks for what occasion, at which instant (epoch ms). */
export type Asking = { readonly caller: Caller; readonly occasion: Occasion; readonly now: number }
export type JudgedAction = 'read' | 'readMasked' | 'filter' | 'verify' | 'see'

export type Judge = {
  /** Does the bundle allow the action on this row of `type`? `field` undefined: the type itself (`see`). Throws Error if Cedar refuses the request. */
  allows(asking: Asking, action: JudgedAction, type: string, field: string | undefined, row: Attributes): boolean
  /** Questions put to Cedar so far; the rest was remembered. */
  asked(): number
}

type Registered = { readonly kinds: ReadonlyMap<string, string>; readonly purposes: ReadonlyMap<string, readonly string[]>; readonly forMinors: readonly ForMinors[] }
type ForMinors = { readonly org: string; readonly purpose: string; readonly from: number; readonly to: number }

let judges = 0

/** The judge over the bundle of a directory. Throws Error if Cedar cannot read it. */
export async function createJudge(directory: string, classification: Classification): Promise<Judge> {
  const checker = createPolicyChecker(classification)
  const { bundle, problems } = await readBundle(directory, classification, checker)
  if (bundle === undefined) throw new Error(JSON.stringify(problems))
  const files = readdirSync(directory).filter((name) => name.endsWith('.cedar')).map((name) => readFileSync(join(directory, name), 'utf8'))
  const grants = bundle.policies.filter((policy) => policy.grant !== undefined).map((policy) => policy.text)
  const schema = `schema ${++judges}`
  succeed(cedar.preparseSchema(schema, checker.schema))
  return judgeOf([...files, ...grants], { schema, classification, registered: readRegistered(directory) })
}

/** Judges over some policies each, under the organisations and purposes of a directory; for tests that put one policy at a time to Cedar. */
export function judgesOver(directory: string, classification: Classification): (texts: readonly string[]) => Judge {
  const schema = `schema ${++judges}`
  succeed(cedar.preparseSchema(schema, createPolicyChecker(classification).schema))
  const registered = readRegistered(directory)
  return (texts) => judgeOf(texts, { schema, classification, registered })
}

function judgeOf(texts: readonly string[], { schema, classification, registered }: { schema: string; classification: Classification; registered: Registered }): Judge {
  const policies = `policies ${++judges}`
  const named = texts.flatMap((one) => [...one.matchAll(/\bDivision::"([^"\\]*)"/g)].map((found) => found[1] ?? ''))
  succeed(cedar.preparsePolicySet(policies, { staticPolicies: texts.join('\n') }))
  const known = new Map<string, boolean>()
  let asked = 0
  return {
    allows: (asking, action, type, field, row) => {
      const key = JSON.stringify([asking, action, type, field, row])
      const found = known.get(key)
      if (found !== undefined) return found
      const request = requestOf(asking, { action, type, field, row, named }, classification, registered)
      const answer = request === undefined ? false : ask(policies, schema, request)
      asked += request === undefined ? 0 : 1
      known.set(key, answer)
      return answer
    },
    asked: () => asked,
  }
}

function ask(preparsedPolicySetId: string, preparsedSchemaName: string, request: NonNullable<ReturnType<typeof requestOf>>): boolean {
  const answer = cedar.statefulIsAuthorized({ ...request, preparsedPolicySetId, preparsedSchemaName, validateRequest: true })
  succeed(answer)
  if (answer.type === 'failure') return false
  const { decision, diagnostics } = answer.response
  // Strictly validated policies do not err; should one, then neither answer would be a judgement.
  if (diagnostics.errors.length > 0) throw new Error(`a policy erred: ${JSON.stringify(diagnostics.errors)}`)
  return decision === 'allow'
}

type Question = { readonly action: JudgedAction; readonly type: string; readonly field: string | undefined; readonly row: Attributes; readonly named: readonly string[] }

/** Undefined for callers of an organisation that is unknown or of another kind: no policy is theirs. */
function requestOf({ caller, occasion, now }: Asking, { action, type, field, row, named }: Question, classification: Classification, registered: Registered) {
  const kind = registered.kinds.get(caller.org)
  if (kind === undefined || (caller.kind !== 'operator' && kind !== (caller.kind === 'subject' ? 'citizen' : caller.kind))) return undefined
  const found = field === undefined ? undefined : classification.field(type, field)
  const of = found ?? classification.type(type)?.classification
  if (of === undefined) throw new Error(`${type}.${field ?? ''} is not classified`)
  const rowType = found?.entry?.kind === 'VERIFY' ? found.entry.of ?? '' : type
  const declared = new Map(classification.type(rowType)?.rowAttributes.map((attribute) => [attribute.name, attribute.type]))
  // The tree of divisions holds every code; here those that the row, the caller or a policy names.
  const divisions = new Set<string>(named)
  const attribute = (name: string, value: string | number | boolean): CedarValueJson => {
    if (declared.get(name) !== 'Division') return value
    divisions.add(String(value))
    return entity('Division', String(value))
  }
  const attrs = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, attribute(name, value)]))
  const division = caller.division === undefined ? undefined : withoutZeros(caller.division)
  if (division !== undefined) divisions.add(division)
  const { purpose, caseNo, authorizationRef, singleSubject } = occasion
  const entities: EntityJson[] = [
    {
      uid: { type: 'Caller', id: caller.sub },
      attrs: {
        org: entity('Organisation', caller.org), organisation: caller.org, kind: caller.kind, assurance: caller.assurance, zone: caller.zone,
        ...(division === undefined ? {} : { division: entity('Division', division) }), ...(caller.pid === undefined ? {} : { pid: caller.pid }),
      },
      parents: [{ type: 'Organisation', id: caller.org }, ...caller.roles.map((id) => ({ type: 'Role', id }))],
    },
    { uid: { type: rowType, id: 'this' }, attrs, parents: [] },
    ...[...divisions].map((id) => ({ uid: { type: 'Division', id }, attrs: {}, parents: above(id).map((up) => ({ type: 'Division', id: up })) })),
    ...(purpose === undefined ? [] : [{ uid: { type: 'Purpose', id: purpose }, attrs: {}, parents: (registered.purposes.get(purpose) ?? []).map((id) => ({ type: 'Organisation', id })) }]),
  ]
  const domain = found?.domain ?? classification.fields().find((one) => one.type === type)?.domain ?? ''
  return {
    principal: { type: 'Caller', id: caller.sub },
    action: { type: 'Action', id: action },
    resource: { type: rowType, id: 'this' },
    context: {
      field: {
        coordinate: field === undefined ? type : `${type}.${field}`, domain, type, name: field ?? '', level: of.level, category: of.category,
        owner: entity('Organisation', of.owner), sharing: of.sharing, opening: of.opening, personal: of.personal, sensitive: of.sensitive,
        naturalKey: of.naturalKey, bulkClass: of.bulkClass, entry: found?.entry?.kind ?? '',
      },
      singleSubject,
      minorsApproved: registered.forMinors.some((grant) => grant.org === caller.org && grant.purpose === purpose && grant.from <= now && now < grant.to),
      now: { __extn: { fn: 'datetime', arg: new Date(now).toISOString() } },
      ...(purpose === undefined ? {} : { purpose: entity('Purpose', purpose) }),
      ...(caseNo === undefined ? {} : { caseNo }),
      ...(authorizationRef === undefined ? {} : { authorizationRef }),
    },
    entities,
  }
}

function readRegistered(directory: string): Registered {
  const read = (name: string): readonly Readonly<Record<string, unknown>>[] => [parse(readFileSync(join(directory, name), 'utf8'))].flat()
  const grants = readdirSync(directory).includes('grants') ? readdirSync(join(directory, 'grants')).flatMap((name) => read(join('grants', name))) : []
  return {
    kinds: new Map(read('organisations.yaml').map((one) => [String(one['code']), String(one['kind'])])),
    purposes: new Map(read('purposes.yaml').map((one) => [String(one['code']), [one['organisations']].flat().map(String)])),
    forMinors: grants.flatMap((one) => (one['minorsApproved'] === true && one['status'] === 'ACTIVE' ? [forMinors(one)] : [])),
  }
}

/** A grant is in force from the first day until 24:00 of the last one, Shanghai time. */
function forMinors(grant: Readonly<Record<string, unknown>>): ForMinors {
  const start = (of: unknown): number => Date.parse(`${String(of)}T00:00:00+08:00`)
  return { org: String(grant['org']), purpose: String(grant['purpose']), from: start(grant['validFrom']), to: start(grant['validTo']) + 86_400_000 }
}

/** The divisions above a code: its prefixes of 2, 4, 6, 9 and 12 digits. */
function above(code: string): readonly string[] {
  return [2, 4, 6, 9, 12].filter((length) => length < code.length).map((length) => code.slice(0, length)).filter((prefix) => /^[0-9]+$/.test(prefix))
}

/** 310000 → 31, 310101000 → 310101. */
function withoutZeros(code: string): string {
  const shorter = [[12, 9], [9, 6], [6, 4], [4, 2]].find(([length, kept]) => code.length === length && /^0+$/.test(code.slice(kept)))
  return shorter === undefined ? code : withoutZeros(code.slice(0, shorter[1]))
}

function entity(type: string, id: string): CedarValueJson {
  return { __entity: { type, id } }
}

function succeed(answer: { readonly type: string; readonly errors?: readonly { readonly message: string }[] }): void {
  if (answer.type === 'failure') throw new Error(`Cedar refuses: ${(answer.errors ?? []).map((error) => error.message).join('; ')}`)
}
