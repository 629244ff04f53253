// An application for a grant: what is asked for, what it needs (approvals.ts), and the grant that it becomes. Refuses what no approval
// could give, so that whoever approves decides about something that will work; what it refuses is told by the argument's name alone.

import { stringify } from 'yaml'
import { z } from 'zod'
import { shanghaiDay } from '../core/clock.ts'
import { CitygraphError } from '../core/errors.ts'
import { holdsNaturalKey } from '../core/natural-keys.ts'
import type { Classification, FieldClassification } from '../schema/classification.ts'
import { demandsOf, routeOf } from './approvals.ts'
import type { Demand } from './approvals.ts'
import type { Bundle } from './bundle.ts'
import { bulkClasses } from './decision.ts'
import type { Quotas } from './decision.ts'
import { fieldAt, MOST_PER_DAY, readGrants } from './grants.ts'

const DAY_MS = 86_400_000
/** Nothing unseen, no number of a person: officers read these and a log may. */
const words = (most: number) => z.string().trim().min(1).max(most).refine((text) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(text) && !holdsNaturalKey(text))
const reference = z.string().regex(/^[A-Z0-9][A-Z0-9-]{3,39}$/).refine((text) => !holdsNaturalKey(text))
const shape = z.strictObject({
  purpose: z.string().max(40),
  scenario: words(500),
  legalBasis: words(300),
  fields: z.array(z.strictObject({ field: z.string().max(200), mode: z.enum(['CLEAR', 'MASKED', 'VERIFY']) })).min(1).max(100),
  division: z.string().regex(/^\d{2,12}$/).optional(),
  days: z.int().min(1).max(365),
  singleSubjectOnly: z.boolean().optional(),
  minors: z.boolean().optional(),
  bulk: z.boolean().optional(),
  perDay: z.int().min(1).max(MOST_PER_DAY).optional(),
  agreementRef: reference.optional(),
  piaRef: reference.optional(),
})
export type Application = Readonly<z.infer<typeof shape>>
export type Approved = { readonly role: string; readonly org: string; readonly sub: string; readonly at: Date }

/** Reads what a caller or the register gave; null members count as absent. Throws APPLICATION_INVALID with the argument. */
export function readApplication(given: unknown): Application {
  const present: unknown = typeof given === 'object' && given !== null ? Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined)) : given
  const read = shape.safeParse(present)
  if (read.success) return read.data
  const [name] = read.error.issues[0]?.path ?? []
  throw invalid(typeof name === 'string' ? name : 'input')
}

/**
 * With a quota, where data of people are asked for and nobody said how many: the day of the strictest bulk class asked for, C where none
 * has one; for a bulk grant, which no class holds back, its 30 days.
 */
export function withQuota(it: Application, { classification, quotas }: { readonly classification: Classification; readonly quotas: Quotas }): Application {
  const fields = it.fields.flatMap(({ field }) => fieldAt(field, classification) ?? [])
  if (it.perDay !== undefined || !fields.some(({ personal, bulkClass }) => personal || bulkClass !== 'NONE')) return it
  const limits = bulkClasses.filter((name) => name === 'C' || fields.some(({ bulkClass }) => bulkClass === name)).map((name) => (it.bulk === true ? quotas[name].month : quotas[name].day))
  return { ...it, perDay: Math.max(1, Math.min(MOST_PER_DAY, ...limits)) }
}

/** What an officer writes of a review. Throws BAD_USER_INPUT: for what an application's words may not hold either. */
export function readNote(given: unknown): string {
  const read = words(500).safeParse(given)
  if (!read.success) throw new CitygraphError('BAD_USER_INPUT', { argument: 'note' })
  return read.data
}

export type Inspected = { readonly owners: readonly string[]; readonly routes: readonly string[]; readonly demands: readonly Demand[]; readonly fields: readonly { readonly field: string; readonly mode: string; readonly owner: string; readonly level: string }[] }

/** What a draft or an emergency may leave open. */
type Reference = 'agreementRef' | 'piaRef'

/** What an application of `org` needs; `without`: references that need not be there yet. Throws APPLICATION_INVALID where no approval could make it a grant. */
export function inspectApplication(it: Application, org: string, { bundle, classification, at, without = [] }: { readonly bundle: Bundle; readonly classification: Classification; readonly at: Date; readonly without?: readonly Reference[] }): Inspected {
  const kind = bundle.organisations.get(org)?.kind
  const rules = bundle.approvals
  if ((kind !== 'department' && kind !== 'partner') || rules === undefined) throw new CitygraphError('FORBIDDEN')
  if (bundle.purposes.get(it.purpose)?.organisations.includes(org) !== true) throw invalid('purpose')
  const minors = it.minors === true
  const bulk = it.bulk === true
  if (new Set(it.fields.map(({ field }) => field)).size < it.fields.length) throw invalid('fields')
  const asked = it.fields.map(({ field: coordinate, mode }) => {
    const field = fieldAt(coordinate, classification)
    const route = field === undefined || field.owner === org || field.domain === 'governance' || (kind === 'partner' && !opens(field, mode)) ? undefined : routeOf({ field, mode }, { kind, minors, bulk }, rules)
    if (field === undefined || route === undefined) throw invalid('fields')
    if (route.agreement === true && it.agreementRef === undefined && !without.includes('agreementRef')) throw invalid('agreementRef')
    if (route.pia === true && it.piaRef === undefined && !without.includes('piaRef')) throw invalid('piaRef')
    return { field, mode, route, owner: field.owner, strict: minors || bulk || (field.level === 4 && mode === 'CLEAR') }
  })
  // The same judge as for files.
  const { problems } = readGrants({ name: TRIAL, text: grantText(it, { org, id: 'trial', at, approvals: TWO, classification }) }, { ...bundle, classification })
  if (problems.length > 0) throw invalid('fields')
  return {
    owners: [...new Set(asked.map(({ owner }) => owner))].sort(),
    routes: [...new Set(asked.map(({ route }) => route.name))],
    demands: demandsOf(asked, rules, at, bundle.workingDays),
    fields: asked.map(({ field, mode, owner }) => ({ field: `${field.type}.${field.field}`, mode, owner, level: `L${field.level}` })),
  }
}

/** Partners: L2 in clear unless personal, L3 masked (DOMAIN 2.4). */
function opens({ level, personal, opening }: FieldClassification, mode: string): boolean {
  return mode === 'VERIFY' || (opening !== 'NONE' && level <= 3 && (mode === 'MASKED' || (level <= 2 && !personal)))
}

/** The mode in which a field is asked for where nobody says: masked; answers and edges have no masked form. */
export function defaultMode(field: FieldClassification, classification: Classification): 'CLEAR' | 'MASKED' | 'VERIFY' {
  if (field.entry !== undefined) return field.entry.kind === 'VERIFY' ? 'VERIFY' : 'CLEAR'
  return classification.type(field.returns.named) === undefined ? 'MASKED' : 'CLEAR'
}

const TRIAL = 'approved/trial.yaml'
const TWO: readonly Approved[] = ['first', 'second'].map((sub) => ({ role: 'REVIEW', org: 'BDC', sub, at: new Date(0) }))

export type GrantMaking = {
  readonly org: string
  readonly id: string
  readonly at: Date
  readonly approvals: readonly Approved[]
  readonly classification: Classification
  /** Of an emergency: when it is over. */
  readonly expiresAt?: Date
}

/** The grant as a file of policies/grants: from the day of its last approval, for the days asked for. */
export function grantText(it: Application, { org, id, at, approvals, classification, expiresAt }: GrantMaking): string {
  const groups = new Map<string, { mode: string; needsAuthorization?: true; fields: string[] }>()
  for (const { field, mode } of it.fields) {
    const needsAuthorization = needsConsent(fieldAt(field, classification), mode)
    const key = `${mode} ${needsAuthorization}`
    const group = groups.get(key) ?? { mode, ...(needsAuthorization ? { needsAuthorization: true as const } : {}), fields: [] }
    group.fields.push(field)
    groups.set(key, group)
  }
  return stringify({
    id,
    org,
    purpose: it.purpose,
    scenario: it.scenario,
    legalBasis: it.legalBasis,
    fields: [...groups.values()],
    ...(it.division === undefined ? {} : { rowScope: { division: it.division } }),
    ...(it.singleSubjectOnly === true ? { singleSubjectOnly: true } : {}),
    ...(it.minors === true ? { minorsApproved: true } : {}),
    ...(it.bulk === true ? { bulkApproved: true } : {}),
    ...(it.perDay === undefined ? {} : { perDay: it.perDay }),
    validFrom: shanghaiDay(at),
    validTo: expiresAt === undefined ? lastDay(it, at) : shanghaiDay(expiresAt),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
    approvals: approvals.map((one) => ({ role: one.role, person: one.sub, at: shanghaiDay(one.at) })),
    ...(it.agreementRef === undefined ? {} : { agreementRef: it.agreementRef }),
    ...(it.piaRef === undefined ? {} : { piaRef: it.piaRef }),
    status: 'ACTIVE',
  }, { lineWidth: 0 })
}

/** The last day of a grant that was approved at an instant; it ends with that day, Shanghai. */
export function lastDay({ days }: Pick<Application, 'days'>, at: Date): string {
  return shanghaiDay(new Date(at.getTime() + (days - 1) * DAY_MS))
}

/** A person's own data at L3 go to a partner only with the person's consent (policies/limits.cedar asks the same). */
function needsConsent(field: FieldClassification | undefined, mode: string): boolean {
  return mode === 'MASKED' && field?.personal === true && field.opening === 'CONDITIONAL' && field.level >= 3
}

function invalid(argument: string): CitygraphError {
  return new CitygraphError('APPLICATION_INVALID', { argument })
}
