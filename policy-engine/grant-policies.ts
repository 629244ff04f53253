// Grants → Cedar policies. Grants of one shape differ only in names and dates, so one sample of each shape is parsed and
// validated by Cedar with placeholders in them, and the placeholders are replaced in the parsed form: two thousand grants then
// cost no more than a dozen. The text officers see is the same template with the real names.

import type { Classification } from '../schema/classification.ts'

import type { PolicyBody } from './cedar-json.ts'
import type { PolicyChecker } from './cedar-validate.ts'
import type { Policy } from './policy.ts'
import { normaliseDivision } from './policy-values.ts'
import type { Problem } from './problem.ts'
import { endsAt, fieldAt, startsAt } from './grants.ts'
import type { Grant, GrantFields } from './grants.ts'
import type { Purpose } from './purposes.ts'

type Parts = { readonly id: string; readonly because: string; readonly org: string; readonly purpose: string; readonly coordinates: readonly string[]; readonly from: number; readonly to: number; readonly division: string }
type Shape = { readonly actions: readonly string[]; readonly rowType: string; readonly conditions: readonly string[]; readonly hasMinor: boolean; readonly scoped: boolean }

const sampleFrom = Date.parse('2001-01-01T00:00:00+08:00')
const sampleTo = Date.parse('2001-01-02T00:00:00+08:00')
const sample: Parts = { id: '\u00a7id', because: '\u00a7because', org: '\u00a7org', purpose: '\u00a7purpose', coordinates: ['\u00a7coordinates'], from: sampleFrom, to: sampleTo, division: '310199' }

/** The policies of a grant; a REVOKED one has none. Problems should not occur: what grants.ts accepts fits the template. */
export function grantPolicies(grant: Grant, purpose: Purpose | undefined, classification: Classification, checker: PolicyChecker): { readonly policies: readonly Policy[]; readonly problems: readonly Problem[] } {
  const policies: Policy[] = []
  const problems: Problem[] = []
  if (grant.status === 'REVOKED') return { policies, problems }
  const { file, line, column } = grant
  for (const { shape, coordinates } of shapesOf(grant, purpose, classification)) {
    const parts: Parts = {
      id: `grant/${grant.id}/${policies.length + 1}`, because: `${grant.legalBasis} (${grant.scenario})`, org: grant.org, purpose: grant.purpose,
      coordinates, from: startsAt(grant), to: endsAt(grant), division: normaliseDivision(grant.rowScope?.division ?? ''),
    }
    const [checked] = checker.check([policyText(shape, sample)])
    if (checked === undefined || 'faults' in checked) {
      problems.push({ file, line, column, message: `the grant does not give a valid policy: ${checked?.faults.map((fault) => fault.message).join('; ') ?? ''}` })
      continue
    }
    policies.push({ ...fill(checked.body, parts), id: parts.id, because: parts.because, text: policyText(shape, parts), file, line, column, grant: grant.id })
  }
  return { policies, problems }
}

/** The templates that `grantPolicies` will have checked: checking those of all grants at once costs one validation instead of many. */
export function grantTemplates(grant: Grant, purpose: Purpose | undefined, classification: Classification): readonly string[] {
  return grant.status === 'REVOKED' ? [] : shapesOf(grant, purpose, classification).map(({ shape }) => policyText(shape, sample))
}

type Shaped = { readonly shape: Shape; readonly coordinates: readonly string[] }

function shapesOf(grant: Grant, purpose: Purpose | undefined, classification: Classification): readonly Shaped[] {
  return [
    ...grant.fields.flatMap((group) => [...byShape(group, classification)].map(([key, coordinates]) => ({ shape: shapeOf(grant, purpose, group, key, classification), coordinates }))),
    ...rowShapes(grant, purpose, classification),
  ]
}

/** A grant shows the rows of the types whose fields it lists (adr/0007), within its scope: one `see` policy a type. */
function rowShapes(grant: Grant, purpose: Purpose | undefined, classification: Classification): readonly Shaped[] {
  const fields = grant.fields.flatMap((group) => group.fields.map((coordinate) => fieldAt(coordinate, classification)))
  const types = new Set(fields.flatMap((field) => (field === undefined || field.type === 'Query' ? [] : [field.type])))
  return [...types].map((type) => ({
    shape: { ...shapeOf(grant, purpose, { mode: 'CLEAR', fields: [] }, type, classification), actions: ['see'] },
    coordinates: [type],
  }))
}

/** Coordinates of a group by row type and by whether L4 in clear asks for more. Keys are `Type` or `Type!`. */
function byShape(group: GrantFields, classification: Classification): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const coordinate of group.fields) {
    const field = fieldAt(coordinate, classification)
    if (field === undefined) continue
    const rowType = field.entry?.kind === 'VERIFY' ? field.entry.of ?? 'Query' : field.type
    const key = group.mode === 'CLEAR' && field.level === 4 ? `${rowType}!` : rowType
    groups.set(key, [...(groups.get(key) ?? []), coordinate])
  }
  return groups
}

function shapeOf(grant: Grant, purpose: Purpose | undefined, group: GrantFields, key: string, classification: Classification): Shape {
  const strict = key.endsWith('!')
  const rowType = strict ? key.slice(0, -1) : key
  const attributes = new Set(classification.type(rowType)?.rowAttributes.map((attribute) => attribute.name))
  const conditions = [
    ...(strict || purpose?.needsCase === true ? ['context has caseNo'] : []),
    ...(strict || (grant.singleSubjectOnly === true && group.mode !== 'VERIFY') ? ['context.singleSubject'] : []),
    ...(group.needsAuthorization === true ? ['context has authorizationRef'] : []),
  ]
  const actions = group.mode === 'CLEAR' ? ['read', 'readMasked'] : group.mode === 'MASKED' ? ['readMasked'] : ['verify']
  return { actions, rowType, conditions, hasMinor: attributes.has('minor') && grant.minorsApproved !== true, scoped: grant.rowScope !== undefined && rowType !== 'Query' }
}

function policyText(shape: Shape, parts: Parts): string {
  const conditions = [
    `context has purpose && context.purpose == Purpose::${quoted(parts.purpose)}`,
    `[${parts.coordinates.map(quoted).join(', ')}].contains(context.field.coordinate)`,
    `context.now >= datetime(${quoted(shanghai(parts.from))})`,
    `context.now < datetime(${quoted(shanghai(parts.to))})`,
    ...shape.conditions,
    ...(shape.hasMinor ? ['(!(resource has minor) || !resource.minor)'] : []),
    ...(shape.scoped ? [`resource has division && resource.division in Division::${quoted(parts.division)}`] : []),
  ]
  return `@id(${quoted(parts.id)})
@because(${quoted(parts.because)})
permit (
  principal in Organisation::${quoted(parts.org)},
  action in [${shape.actions.map((action) => `Action::"${action}"`).join(', ')}],
  resource is ${shape.rowType}
)
when {
  ${conditions.join(' &&\n  ')}
};`
}

/** Cedar string literals take the escapes of JSON that we can meet here; other control characters cannot pass grants.ts's shapes. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/[\u0000-\u001f\u007f]/g, ' ')}"`
}

function shanghai(at: number): string {
  return `${new Date(at + 8 * 3_600_000).toISOString().slice(0, 19)}+0800`
}

/** The sample's parsed form with the real names and dates in place of the placeholders. */
function fill(body: PolicyBody, parts: Parts): PolicyBody {
  const filled = replace(body, parts) as PolicyBody
  return { ...filled, annotations: { id: parts.id, because: parts.because } }
}

function replace(node: unknown, parts: Parts): unknown {
  if (node === sample.org) return parts.org
  if (node === sample.purpose) return parts.purpose
  if (node === sampleFrom) return parts.from
  if (node === sampleTo) return parts.to
  if (Array.isArray(node)) return node.flatMap((item: unknown): readonly unknown[] => (item === sample.coordinates[0] ? parts.coordinates : [replace(item, parts)]))
  if (node instanceof Set || typeof node !== 'object' || node === null) return node === sample.division ? parts.division : node
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, replace(value, parts)]))
}

