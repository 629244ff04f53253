// approvals.yaml: what an application for a grant needs before it is one (DOMAIN 2.5). Fails closed: what fits no row cannot be applied
// for, and a bundle without the file has no rows.

import { z } from 'zod'
import type { FieldClassification } from '../schema/classification.ts'
import type { BundleFile } from './bundle-files.ts'
import type { Organisation } from './organisations.ts'
import type { Problem } from './problem.ts'
import { endOfWorkingDay } from './working-days.ts'
import type { WorkingDays } from './working-days.ts'
import { readYaml } from './yaml-source.ts'

export const approverRoles = ['REVIEW', 'OWNER', 'CITY'] as const
export type ApproverRole = (typeof approverRoles)[number]

const term = z.int().min(1).max(60)
const office = z.strictObject({ org: z.string(), role: z.string().min(1) })
const route = z.strictObject({
  name: z.string().min(1).max(60),
  by: z.enum(['department', 'partner']),
  level: z.array(z.enum(['L1', 'L2', 'L3', 'L4'])).min(1).optional(),
  mode: z.array(z.enum(['CLEAR', 'MASKED', 'VERIFY'])).min(1).optional(),
  sharing: z.array(z.enum(['UNCONDITIONAL', 'CONDITIONAL'])).min(1).optional(),
  opening: z.array(z.enum(['UNCONDITIONAL', 'CONDITIONAL'])).min(1).optional(),
  minors: z.literal(true).optional(),
  bulk: z.literal(true).optional(),
  agreement: z.literal(true).optional(),
  pia: z.literal(true).optional(),
  approvals: z.strictObject({ REVIEW: term.optional(), OWNER: term.optional(), CITY: term.optional() }),
})
const shape = z.strictObject({
  roles: z.strictObject({ REVIEW: office, OWNER: z.strictObject({ role: z.string().min(1) }), CITY: office }),
  routes: z.array(route).min(1),
  cityAfterDeadline: z.boolean(),
  emergency: z.strictObject({ role: z.string().min(1), confirmWithinMinutes: z.int().min(1).max(240), hours: z.int().min(1).max(4) }),
})
export type Route = Readonly<z.infer<typeof route>>
export type ApprovalRules = Readonly<z.infer<typeof shape>>

/** One thing that is asked for. */
export type Asked = { readonly field: FieldClassification; readonly mode: 'CLEAR' | 'MASKED' | 'VERIFY' }
/** An approval that is needed, until an instant. */
export type Demand = { readonly role: ApproverRole | 'SECOND'; readonly org: string; readonly due: string }

/** Reads the file; problems come with file, line and column. L4 in clear, minors and bulk need the owner and the city whatever it says. */
export function readApprovals(file: BundleFile | undefined, organisations: ReadonlyMap<string, Organisation>): { readonly approvals: ApprovalRules | undefined; readonly problems: readonly Problem[] } {
  if (file === undefined) return { approvals: undefined, problems: [] }
  const source = readYaml(file, shape)
  const { value } = source
  if (value === undefined) return { approvals: undefined, problems: source.problems }
  const problems: Problem[] = []
  for (const role of ['REVIEW', 'CITY'] as const) {
    if (organisations.get(value.roles[role].org)?.kind !== 'department') problems.push(source.at(['roles', role, 'org'], `${value.roles[role].org} is no department in organisations.yaml`))
  }
  for (const [index, { approvals }] of value.routes.entries()) {
    if (Object.keys(approvals).length === 0) problems.push(source.at(['routes', index, 'approvals'], 'an application needs somebody who looks at it'))
  }
  return { approvals: problems.length > 0 ? undefined : value, problems }
}

/** The row that fits what is asked for. */
export function routeOf({ field, mode }: Asked, of: { readonly kind: 'department' | 'partner'; readonly minors: boolean; readonly bulk: boolean }, rules: ApprovalRules): Route | undefined {
  const level = `L${field.level}` as const
  const within = <T extends string>(list: readonly T[] | undefined, value: string): boolean => list === undefined || list.some((one) => one === value)
  return rules.routes.find((one) => one.by === of.kind && within(one.level, level) && within(one.mode, mode) && within(one.sharing, field.sharing) && within(one.opening, field.opening)
    && (one.minors === undefined || of.minors) && (one.bulk === undefined || of.bulk))
}

/** The approvals that rows ask for; `owners`: of the fields that each row fits. The longest term of each counts. */
export function demandsOf(routes: readonly { readonly route: Route; readonly owner: string; readonly strict: boolean }[], rules: ApprovalRules, at: Date, days: WorkingDays): readonly Demand[] {
  const terms = new Map<string, { role: ApproverRole; org: string; term: number }>()
  const need = (role: ApproverRole, org: string, days: number): void => {
    const known = terms.get(`${role} ${org}`)
    if (known === undefined || known.term < days) terms.set(`${role} ${org}`, { role, org, term: days })
  }
  for (const { route: { approvals }, owner, strict } of routes) {
    const owned = approvals.OWNER ?? (strict ? LONGEST_TERM : undefined)
    const city = approvals.CITY ?? (strict ? LONGEST_TERM : undefined)
    if (approvals.REVIEW !== undefined) need('REVIEW', rules.roles.REVIEW.org, approvals.REVIEW)
    if (owned !== undefined) need('OWNER', owner, owned)
    if (city !== undefined) need('CITY', rules.roles.CITY.org, city)
  }
  return [...terms.values()].map(({ role, org, term: count }) => ({ role, org, due: endOfWorkingDay(at, count, days).toISOString() }))
}

const LONGEST_TERM = 10

/** The demands that somebody's organisation and roles let him fill; org `*` stands for every owner whose term is over. */
export function takesOf(caller: { readonly kind: string; readonly org: string; readonly roles: readonly string[] }, rules: ApprovalRules): readonly { readonly role: string; readonly org: string }[] {
  if (caller.kind !== 'department') return []
  const { REVIEW, OWNER, CITY } = rules.roles
  const holds = (role: string): boolean => caller.roles.includes(role)
  const isCity = caller.org === CITY.org && holds(CITY.role)
  return [
    ...(caller.org === REVIEW.org && holds(REVIEW.role) ? [{ role: 'REVIEW', org: REVIEW.org }] : []),
    ...(holds(OWNER.role) ? [{ role: 'OWNER', org: caller.org }] : []),
    ...(isCity ? [{ role: 'CITY', org: CITY.org }] : []),
    ...(isCity && rules.cityAfterDeadline ? [{ role: 'OWNER', org: '*' }] : []),
  ]
}
