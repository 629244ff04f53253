// What callers may ask of the register: applies, edits, decides and revokes by the rules of the bundle in force (approvals.yaml). Who
// the caller is comes from the sealed context alone. Refuses with a code of its own for each reason; what is refused stands in the
// log as an act that failed.

import { canonicalJson } from '../audit/canonical-json.ts'
import type { GrantRegister, Refused, Registered, ReviewOutcome, Take } from '../audit/grant-register.ts'
import type { Clock } from '../core/clock.ts'
import { shanghaiDay, startOfShanghaiDay } from '../core/clock.ts'
import { CitygraphError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import { defaultMode, grantText, inspectApplication, lastDay, readApplication, readNote, withQuota } from '../policy-engine/application.ts'
import type { Application } from '../policy-engine/application.ts'
import { takesOf } from '../policy-engine/approvals.ts'
import type { ApprovalRules } from '../policy-engine/approvals.ts'
import type { Caller } from '../policy-engine/decision.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'
import { fieldAt } from '../policy-engine/grants.ts'
import { endOfWorkingDay } from '../policy-engine/working-days.ts'
import type { Classification, FieldClassification } from '../schema/classification.ts'
import { fieldOnPath } from './denied-path.ts'
import { fewAtOnce } from './few-at-once.ts'

type Numbered = { readonly id: string; readonly version: number }

export type GrantOffice = {
  /** Each gives the application's id, `revoke` the grant's. Throw the codes of docs/errors.md. */
  draft(paths: unknown, purpose: string | undefined, by: Caller): Promise<string>
  apply(input: unknown, by: Caller): Promise<string>
  edit(of: Numbered, input: unknown, by: Caller): Promise<string>
  approve(of: Numbered, by: Caller): Promise<string>
  reject(of: Numbered, by: Caller): Promise<string>
  withdraw(id: string, by: Caller): Promise<string>
  revoke(grant: string, by: Caller): Promise<string>
  breakGlass(input: unknown, by: Caller): Promise<string>
  confirm(id: string, by: Caller): Promise<string>
  review(of: { readonly grant: string; readonly outcome: ReviewOutcome; readonly note: unknown }, by: Caller): Promise<string>
}

const HOUR_MS = 3_600_000
/** Why the register refuses. */
export const refusalCodes: Readonly<Record<Refused, ErrorCode>> = {
  UNKNOWN: 'APPLICATION_UNKNOWN',
  NOT_ENTITLED: 'APPROVER_NOT_ENTITLED',
  APPLICANT: 'APPROVER_IS_APPLICANT',
  STALE: 'APPLICATION_CHANGED',
  CLOSED: 'APPLICATION_CLOSED',
  SAME_PERSON: 'APPROVER_IS_SAME_PERSON',
  REPEATED: 'APPROVAL_REPEATED',
}

export function grantOffice(parts: { readonly register: GrantRegister; readonly engine: Pick<PolicyEngine, 'bundle'>; readonly classification: Classification; readonly clock: Clock }): GrantOffice {
  const { register, engine, classification, clock } = parts

  const rules = (): ApprovalRules => {
    const { approvals } = engine.bundle()
    if (approvals === undefined) throw new CitygraphError('FORBIDDEN')
    return approvals
  }
  /** Of an officer who may give any approval; whoever may give none is not told which applications there are. */
  const takes = (by: Caller): readonly Take[] => {
    const may = takesOf(by, rules())
    if (may.length === 0) throw new CitygraphError('APPROVER_NOT_ENTITLED')
    return may
  }
  const limited = fewAtOnce()
  /** What is filed says of how many people, so that this is approved as well. */
  const filled = (it: Application): Application => withQuota(it, { classification, quotas: engine.bundle().quotas })
  const inspected = (it: Application, { org }: Caller) => inspectApplication(it, org, { bundle: engine.bundle(), classification, at: clock.now() })

  const known = async (id: string): Promise<Registered> => {
    const it = await register.find(id)
    if (it === undefined) throw new CitygraphError('APPLICATION_UNKNOWN')
    return it
  }

  const make = (it: Registered, at: Date): { text: string; endsAt: Date } => {
    const application = filled(readApplication(JSON.parse(it.content)))
    const { demands } = inspectApplication(application, it.org, { bundle: engine.bundle(), classification, at })
    // Rules that became stricter since, or a field that has another owner now: what was approved is not enough any more.
    const approved = new Set(it.approvals.map(({ role, org }) => `${role} ${org}`))
    if (demands.some(({ role, org }) => !approved.has(`${role} ${org}`))) throw new CitygraphError('APPLICATION_CHANGED')
    const text = grantText(application, { org: it.org, id: `G_${it.id}`, at, approvals: it.approvals, classification })
    return { text, endsAt: new Date(startOfShanghaiDay(lastDay(application, at)).getTime() + 24 * HOUR_MS) }
  }

  const emergency = (it: Registered, at: Date): { text: string; endsAt: Date; reviewDue: string } => {
    const application = filled(readApplication(JSON.parse(it.content)))
    const expiresAt = new Date(at.getTime() + rules().emergency.hours * HOUR_MS)
    const text = grantText(application, { org: it.org, id: `G_${it.id}`, at, approvals: [{ role: 'DUTY', org: it.org, sub: it.by, at }, ...it.approvals], classification, expiresAt })
    return { text, endsAt: expiresAt, reviewDue: shanghaiDay(new Date(endOfWorkingDay(at, 1, engine.bundle().workingDays).getTime() - 1)) }
  }

  return {
    async draft(paths, purpose, by) {
      const fields = fieldsOf(paths, classification)
      const bundle = engine.bundle()
      const own = [...bundle.purposes.values()].find(({ code, organisations }) => organisations.includes(by.org) && (purpose === undefined || code === purpose))
      if (own === undefined) throw new CitygraphError('APPLICATION_INVALID', { argument: 'purpose' })
      const it = filled(readApplication({
        purpose: own.code, scenario: own.titleZh, legalBasis: own.legalBasis, days: 365,
        fields: fields.map((field) => ({ field: `${field.type}.${field.field}`, mode: defaultMode(field, classification) })),
      }))
      const { demands } = inspectApplication(it, by.org, { bundle, classification, at: clock.now(), without: ['agreementRef', 'piaRef'] })
      return limited(by, () => register.file({ kind: 'GRANT', status: 'DRAFT', by, content: canonicalJson(it), demands }))
    },
    async apply(input, by) {
      const it = filled(readApplication(input))
      const { demands } = inspected(it, by)
      return limited(by, () => register.file({ kind: 'GRANT', status: 'PENDING', by, content: canonicalJson(it), demands }))
    },
    async edit({ id, version }, input, by) {
      const it = filled(readApplication(input))
      const { demands } = inspected(it, by)
      return done(id, await limited(by, () => register.edit({ id, version, by, content: canonicalJson(it), demands })))
    },
    async approve({ id, version }, by) {
      return done(id, await register.approve({ id, version, by, takes: takes(by) }, make))
    },
    async reject({ id, version }, by) {
      return done(id, await register.reject({ id, version, by, takes: takes(by) }))
    },
    async withdraw(id, by) {
      return done(id, await limited(by, () => register.withdraw(id, by)))
    },
    async revoke(grant, by) {
      const it = await register.find(grant.slice(2))
      const given = takesOf(by, rules())
      const owners = it === undefined ? [] : readApplication(JSON.parse(it.content)).fields.map(({ field }) => fieldAt(field, classification)?.owner)
      const may = given.some(({ role, org }) => role !== 'OWNER' || owners.includes(org))
      if (it === undefined || !(may || (it.org === by.org && by.kind !== 'public'))) throw new CitygraphError('GRANT_UNKNOWN')
      const outcome = await register.revoke(grant, by)
      if (outcome === 'DONE') return grant
      throw new CitygraphError(outcome === 'UNKNOWN' ? 'GRANT_UNKNOWN' : 'GRANT_ENDED')
    },
    async review({ grant, outcome, note }, by) {
      const given = takesOf(by, rules())
      const reviews = given.some(({ role }) => role === 'REVIEW')
      // Once it is late the city may, where it may decide in an owner's place as well.
      if (!reviews && !given.some(({ role, org }) => role === 'OWNER' && org === '*')) throw new CitygraphError('APPROVER_NOT_ENTITLED')
      const done = await register.review({ grant, outcome, note: readNote(note), late: !reviews, by })
      if (done === 'DONE') return grant
      throw new CitygraphError(done === 'UNKNOWN' ? 'GRANT_UNKNOWN' : refusalCodes[done])
    },
    async breakGlass(input, by) {
      const { emergency: term } = rules()
      if (by.kind !== 'department' || !by.roles.includes(term.role)) throw new CitygraphError('APPROVER_NOT_ENTITLED')
      const it = filled(readApplication({ ...(typeof input === 'object' ? input : {}), days: 1 }))
      // What a grant could never give an emergency does not give either.
      inspectApplication(it, by.org, { bundle: engine.bundle(), classification, at: clock.now(), without: ['agreementRef', 'piaRef'] })
      const due = new Date(clock.now().getTime() + term.confirmWithinMinutes * 60_000).toISOString()
      return register.file({ kind: 'EMERGENCY', status: 'PENDING', by, content: canonicalJson(it), demands: [{ role: 'SECOND', org: by.org, due }] })
    },
    async confirm(id, by) {
      const it = await known(id)
      if (it.kind !== 'EMERGENCY') throw new CitygraphError('APPLICATION_UNKNOWN')
      const takes = by.kind === 'department' && by.roles.includes(rules().emergency.role) ? [{ role: 'SECOND', org: by.org }] : []
      return done(id, await register.approve({ id, version: it.version, by, takes }, emergency))
    },
  }
}

function done(id: string, outcome: 'DONE' | 'APPROVED' | 'COMPLETE' | Refused): string {
  if (outcome === 'DONE' || outcome === 'APPROVED' || outcome === 'COMPLETE') return id
  throw new CitygraphError(refusalCodes[outcome])
}

/** Paths of `extensions.sharing.decisions`, or `Type.field`. */
function fieldsOf(paths: unknown, classification: Classification): readonly FieldClassification[] {
  const given: readonly unknown[] = Array.isArray(paths) ? paths : []
  const fields = given.slice(0, 100).map((path) => (typeof path === 'string' ? fieldAt(path, classification) ?? fieldOnPath(path, classification) : undefined))
  const found = [...new Set(fields)].flatMap((field) => (field === undefined ? [] : [field]))
  if (found.length === 0 || fields.includes(undefined)) throw new CitygraphError('APPLICATION_INVALID', { argument: 'fields' })
  return found
}
