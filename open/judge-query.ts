// Whether an open query may be published: it names what is registered, its level is one its audience may have, and whoever belongs to
// the audience is given something by it. Asks the policies in force; decides nothing about any request.

import { CitygraphError } from '../core/errors.ts'
import type { Bundle } from '../policy-engine/bundle.ts'
import type { AccessPlan, Caller, Occasion } from '../policy-engine/decision.ts'
import { withOperationRules } from '../policy-engine/operation-rules.ts'
import type { Problem } from '../policy-engine/problem.ts'
import type { Classification, Level } from '../schema/classification.ts'
import type { Audience, Column, OpenQuery } from './open-query.ts'

export type Judging = {
  readonly bundle: () => Pick<Bundle, 'organisations' | 'purposes'>
  readonly plan: (caller: Caller, occasion: Occasion) => AccessPlan
  readonly classification: Classification
}

const highestFor: Readonly<Record<Audience, Level>> = { public: 1, key: 2, grant: 4 }

/**
 * What speaks against publishing it, or against serving what was published; nothing where it may be. `file` is told in problems. That
 * nobody sees anything counts against serving to the public alone: grants begin and end by the day, and each request is decided anyway.
 */
export function judgeQuery(query: OpenQuery, judging: Judging, file: string, to: 'PUBLISH' | 'SERVE' = 'PUBLISH'): readonly Problem[] {
  const { organisations, purposes } = judging.bundle()
  const problems: Problem[] = []
  const say = (message: string): void => void problems.push({ file, line: 1, column: 1, message })
  if (organisations.get(query.owner)?.kind !== 'department') say(`the owner ${query.owner} is no registered department`)
  if (query.purpose !== undefined && !purposes.has(query.purpose)) say(`the purpose ${query.purpose} is not registered`)
  const highest = highestFor[query.audience]
  if (query.level > highest) say(`its level is L${query.level}, and the audience ${query.audience} may have no more than L${highest}`)
  if (problems.length === 0 && (to === 'PUBLISH' || query.audience === 'public') && !callersOf(query, judging).some((caller) => sees(query, caller, judging))) say(`the audience ${query.audience} would see nothing by it`)
  return problems
}

/** Who stands for the audience: the public; a key of every organisation that may have one; a key of every organisation of the purpose. */
export function callersOf({ audience, purpose }: OpenQuery, { bundle }: Pick<Judging, 'bundle'>): readonly Caller[] {
  if (audience === 'public') return [{ kind: 'public', org: 'PUBLIC', sub: 'anonymous', roles: [], assurance: 1, zone: 'mainland' }]
  const { organisations, purposes } = bundle()
  const registered = purpose === undefined ? undefined : purposes.get(purpose)?.organisations
  return [...organisations.values()].flatMap(({ code, kind }): Caller[] =>
    (kind === 'partner' || kind === 'department') && (registered === undefined || registered.includes(code)) ? [{ kind, org: code, sub: 'open-query', roles: [], assurance: 2, zone: 'mainland' }] : [])
}

/** Whether any value is not DENIED to the caller, with a case and an authorisation where those are asked for. */
function sees(query: OpenQuery, caller: Caller, { plan, classification }: Judging): boolean {
  try {
    const occasion = { singleSubject: query.rows.kind === 'ONE', caseNo: 'CHECK-0001', authorizationRef: 'CHECK-0001', ...(query.purpose === undefined ? {} : { purpose: query.purpose }) }
    const decided = withOperationRules(plan(caller, occasion), query.fields, classification)
    return query.data.some((column) => served(column, decided, classification))
  } catch (error) {
    if (error instanceof CitygraphError) return false
    throw error
  }
}

function served(column: Column, plan: AccessPlan, classification: Classification): boolean {
  const [type = '', field = ''] = column.coordinate.split('.')
  const found = classification.field(type, field)
  if (found?.entry?.kind === 'VERIFY') return plan.verify(field).condition.kind !== 'never'
  if (classification.type(type)?.answer === true) return true
  if (found !== undefined && (plan.field(type, field).decision === 'DENIED' || (classification.type(found.returns.named) !== undefined && plan.rows(found.returns.named).kind === 'never'))) return false
  // A key alone is nothing that was asked for.
  return column.columns.length === 0 ? found !== undefined : column.columns.some((below) => served(below, plan, classification))
}
