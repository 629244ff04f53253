// grants/*.yaml: approved applications (DOMAIN 2.5). A file holds one grant or a list of them. Refuses what the approval could
// not have meant: unknown fields, fields that are not shared at all, unregistered purposes, dates out of order or beyond twelve
// months, and L4 in clear, minors or bulk without two different approvers.

import { z } from 'zod'
import { isCalendarDay, startOfShanghaiDay } from '../core/clock.ts'
import { personOf } from '../core/person.ts'
import type { Classification, FieldClassification } from '../schema/classification.ts'
import type { BundleFile } from './bundle-files.ts'
import type { Organisation } from './organisations.ts'
import { isDivisionCode, normaliseDivision } from './policy-values.ts'
import type { Problem } from './problem.ts'
import type { Purpose } from './purposes.ts'
import { isYamlList, readYaml } from './yaml-source.ts'
import type { Path } from './yaml-source.ts'

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day is YYYY-MM-DD').refine(isCalendarDay, 'there is no such day')
const grantFields = z.strictObject({
  fields: z.array(z.string()).min(1),
  mode: z.enum(['CLEAR', 'MASKED', 'VERIFY']),
  needsAuthorization: z.boolean().optional(),
})
/** Most people of a grant's quota. */
export const MOST_PER_DAY = 1_000_000
const grantShape = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'a grant id is letters, digits, hyphens and underscores'),
  org: z.string(),
  purpose: z.string(),
  scenario: z.string().min(1),
  legalBasis: z.string().min(1),
  fields: z.array(grantFields).min(1),
  rowScope: z.strictObject({ division: z.string() }).optional(),
  singleSubjectOnly: z.boolean().optional(),
  minorsApproved: z.boolean().optional(),
  bulkApproved: z.boolean().optional(),
  /** Of how many different people it opens data in the last 24 hours; left out: no such limit of its own. */
  perDay: z.int().min(1).max(MOST_PER_DAY).optional(),
  validFrom: day,
  validTo: day,
  /** Of emergency access: over at this instant, before the day is. */
  expiresAt: z.iso.datetime().optional(),
  approvals: z.array(z.strictObject({ role: z.string().min(1), person: z.string().min(1), at: z.string().min(1) })).min(1),
  agreementRef: z.string().optional(),
  piaRef: z.string().optional(),
  status: z.enum(['ACTIVE', 'REVOKED']),
})
export type Grant = Readonly<z.infer<typeof grantShape>> & { readonly file: string; readonly line: number; readonly column: number }
export type GrantFields = z.infer<typeof grantFields>

/** What grants are checked against. */
export type GrantContext = {
  readonly classification: Classification
  readonly organisations: ReadonlyMap<string, Organisation>
  readonly purposes: ReadonlyMap<string, Purpose>
}

/** Ids that the register gives, with an underscore so that the UUID in them is known as one; a file of such an id would outlive a revocation there (docs/grants.md). */
const REGISTERED = /^G_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** The folder, which is on no disk, of the register's grants in a bundle. */
export const APPROVED = 'approved/'

/** A text of the register as a grant, whether or not it fits what it would be checked against; undefined where it is none at all. */
export function grantOfText(file: BundleFile): Grant | undefined {
  const { value } = readYaml(file, grantShape)
  return value === undefined ? undefined : { ...value, file: file.name, line: 1, column: 1 }
}

type Complain = (path: Path, message: string) => void

/** All grants of one file, or the problems. */
export function readGrants(file: BundleFile, context: GrantContext): { readonly grants: readonly Grant[]; readonly problems: readonly Problem[] } {
  const source = isYamlList(file) ? readYaml(file, z.array(grantShape)) : readYaml(file, grantShape)
  const problems = [...source.problems]
  const value: unknown = source.value
  const listed = source.value === undefined ? [] : Array.isArray(source.value) ? source.value : [source.value]
  const grants = listed.map((grant, index) => {
    const base: Path = Array.isArray(value) ? [index] : []
    if (!file.name.startsWith(APPROVED) && REGISTERED.test(grant.id)) problems.push(source.at([...base, 'id'], 'ids like this are the register\'s: citygraph policy import brings its grants in'))
    checkGrant(grant, context, (path, message) => problems.push(source.at([...base, ...path], message)))
    const { line, column } = source.at(base, '')
    return { ...grant, file: file.name, line, column }
  })
  return { grants: problems.length > 0 ? [] : grants, problems }
}

function checkGrant(grant: z.infer<typeof grantShape>, context: GrantContext, complain: Complain): void {
  const organisation = context.organisations.get(grant.org)
  const purpose = context.purposes.get(grant.purpose)
  if (organisation === undefined) complain(['org'], `organisation ${grant.org} is not in organisations.yaml`)
  if (purpose === undefined) complain(['purpose'], `purpose ${grant.purpose} is not in purposes.yaml`)
  else if (!purpose.organisations.includes(grant.org)) complain(['purpose'], `purpose ${grant.purpose} is not registered for ${grant.org}`)
  if (grant.validTo < grant.validFrom) complain(['validTo'], 'validTo is before validFrom')
  else if (grant.validTo > monthsLater(grant.validFrom, 12)) complain(['validTo'], 'a grant is valid for at most twelve months')
  if (grant.rowScope !== undefined && !isDivisionCode(normaliseDivision(grant.rowScope.division))) complain(['rowScope', 'division'], 'a division is a GB/T 2260 code of 2, 4, 6, 9 or 12 digits')
  const approvers = new Set(grant.approvals.map(({ person }) => personOf(person)))
  if (approvers.size < grant.approvals.length) complain(['approvals'], 'one person may not approve twice')
  const fourEyes = approvers.size >= 2
  if (!fourEyes && grant.minorsApproved === true) complain(['minorsApproved'], 'minorsApproved needs the approval of two different people')
  if (!fourEyes && grant.bulkApproved === true) complain(['bulkApproved'], 'bulkApproved needs the approval of two different people')
  for (const [group, { fields, mode }] of grant.fields.entries()) {
    for (const [place, coordinate] of fields.entries()) {
      const fault = fieldFault(coordinate, mode, fourEyes, organisation, context.classification)
      if (fault !== undefined) complain(['fields', group, 'fields', place], fault)
    }
  }
}

function fieldFault(coordinate: string, mode: GrantFields['mode'], fourEyes: boolean, organisation: Organisation | undefined, classification: Classification): string | undefined {
  const field = fieldAt(coordinate, classification)
  if (field === undefined) return `${coordinate} is not a classified field of the graph`
  const verifies = field.entry?.kind === 'VERIFY'
  if (mode === 'VERIFY' && !verifies) return `${coordinate} is not a verification; mode VERIFY takes entries such as Query.verifyIdentity`
  if (mode !== 'VERIFY' && verifies) return `${coordinate} is a verification; its mode is VERIFY`
  if (organisation?.kind === 'department' && field.sharing === 'NONE') return `${coordinate} is not shared (sharing NONE); a grant cannot lift that`
  if (organisation?.kind === 'partner' && mode !== 'VERIFY' && field.opening === 'NONE') return `${coordinate} is not opened (opening NONE); a grant cannot lift that`
  if (mode === 'CLEAR' && field.level === 4 && !fourEyes) return `${coordinate} is L4; in clear it needs the approval of two different people`
  return undefined
}

/** The field a coordinate `Type.field` names. */
export function fieldAt(coordinate: string, classification: Classification): FieldClassification | undefined {
  const [type, field, ...rest] = coordinate.split('.')
  return type === undefined || field === undefined || rest.length > 0 ? undefined : classification.field(type, field)
}

/** `status: ACTIVE` and the instant lies between validFrom 00:00 and validTo 24:00, Asia/Shanghai. */
export function inForce(grant: Grant, now: number): boolean {
  return grant.status === 'ACTIVE' && now >= startsAt(grant) && now < endsAt(grant)
}

/** Epoch ms at which the grant begins. */
export function startsAt(grant: Grant): number {
  return startOfShanghaiDay(grant.validFrom).getTime()
}

/** Epoch ms at which the grant has ended: 24:00 Shanghai of validTo, or the earlier expiresAt. Whole seconds, as policies say them. */
export function endsAt(grant: Grant): number {
  const end = startOfShanghaiDay(grant.validTo).getTime() + 86_400_000
  return grant.expiresAt === undefined ? end : Math.min(end, Math.floor(Date.parse(grant.expiresAt) / 1_000) * 1_000)
}

function monthsLater(from: string, months: number): string {
  const at = new Date(`${from}T00:00:00Z`)
  at.setUTCMonth(at.getUTCMonth() + months)
  return at.toISOString().slice(0, 10)
}
