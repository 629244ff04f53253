// Files of grants against the register, so that git stays usable: what a folder says that the register does not, and how the register
// is brought there. A new grant comes in only with the approvals that approvals.yaml demands, all of them in its file; one that is
// there already can only be revoked, since a change is another application.

import { parseDocument } from 'yaml'
import { canonicalJson } from '../audit/canonical-json.ts'
import type { GrantRegister } from '../audit/grant-register.ts'
import { startOfShanghaiDay } from '../core/clock.ts'
import { CitygraphError, isCitygraphError } from '../core/errors.ts'
import { inspectApplication, readApplication } from '../policy-engine/application.ts'
import type { Application, Inspected } from '../policy-engine/application.ts'
import type { Bundle } from '../policy-engine/bundle.ts'
import type { BundleFile } from '../policy-engine/bundle-files.ts'
import { APPROVED, endsAt, grantOfText, readGrants } from '../policy-engine/grants.ts'
import type { Grant } from '../policy-engine/grants.ts'
import { isYamlList } from '../policy-engine/yaml-source.ts'
import type { Classification } from '../schema/classification.ts'
import { refusalCodes } from './grant-office.ts'

export type HeldText = { readonly id: string; readonly content: string; readonly revoked: boolean }
type New = { readonly kind: 'NEW'; readonly file: string; readonly grant: Grant; readonly text: string; readonly application: Application; readonly inspected: Inspected }
/** What a file would change, or why it cannot. */
export type Change =
  | New
  | { readonly kind: 'REVOKE'; readonly file: string; readonly id: string }
  | { readonly kind: 'SAME'; readonly file: string; readonly id: string }
  | { readonly kind: 'REFUSED'; readonly file: string; readonly because: string }

/** Whoever runs the command stands behind it with the credentials of governance's own log. */
const IMPORTER = { org: 'CITYGRAPH', sub: 'policy-import' } as const

/** One change a file; files hold one grant each. */
export function changesOf(files: readonly BundleFile[], held: readonly HeldText[], rules: { readonly bundle: Bundle; readonly classification: Classification; readonly at: Date }): readonly Change[] {
  return files.map(({ name: file, text }): Change => {
    // What becomes of a list under one id of the register nobody could say.
    if (isYamlList({ name: file, text })) return { kind: 'REFUSED', file, because: 'a file holds one grant, not a list' }
    const { grants, problems } = readGrants({ name: `${APPROVED}${file}`, text }, { ...rules.bundle, classification: rules.classification })
    const [grant, second] = grants
    if (grant === undefined || second !== undefined) return { kind: 'REFUSED', file, because: problems[0]?.message ?? 'a file holds one grant' }
    const known = held.find(({ id }) => id === grant.id) ?? held.find((one) => sameButId(one, grant))
    if (known !== undefined) return againstKnown(file, grant, known)
    if (grant.status === 'REVOKED') return { kind: 'REFUSED', file, because: 'it is revoked, and the register never held it' }
    if (rules.bundle.grants.has(grant.id)) return { kind: 'SAME', file, id: grant.id }
    if (endsAt(grant) <= rules.at.getTime()) return { kind: 'REFUSED', file, because: 'it is over' }
    return newGrant(file, text, grant, rules)
  })
}

function againstKnown(file: string, grant: Grant, known: HeldText): Change {
  if (!sameButId(known, grant)) return { kind: 'REFUSED', file, because: 'it differs from what was approved; apply anew' }
  if (known.revoked) return grant.status === 'REVOKED' ? { kind: 'SAME', file, id: known.id } : { kind: 'REFUSED', file, because: 'the register has revoked it' }
  return grant.status === 'REVOKED' ? { kind: 'REVOKE', file, id: known.id } : { kind: 'SAME', file, id: known.id }
}

/** Whatever its status. */
function sameButId({ id, content }: HeldText, grant: Grant): boolean {
  const other = grantOfText({ name: `${APPROVED}${id}`, text: content })
  return other !== undefined && meaning(other) === meaning(grant)
}

function meaning({ id: _id, file: _file, line: _line, column: _column, status: _status, ...rest }: Grant): string {
  return canonicalJson(JSON.parse(JSON.stringify(rest)))
}

function newGrant(file: string, text: string, grant: Grant, rules: { readonly bundle: Bundle; readonly classification: Classification; readonly at: Date }): Change {
  try {
    const application = applicationOf(grant)
    const inspected = inspectApplication(application, grant.org, rules)
    const lacking = inspected.demands.filter((demand, index, all) => {
      const before = all.slice(0, index).filter(({ role }) => role === demand.role).length
      return grant.approvals.filter(({ role }) => role === demand.role).length <= before
    })
    if (lacking.length > 0) return { kind: 'REFUSED', file, because: `it lacks the approval of ${lacking.map(({ role, org }) => `${role} ${org}`).join(', ')}` }
    return { kind: 'NEW', file, grant, text, application, inspected }
  } catch (error) {
    if (!isCitygraphError(error)) throw error
    return { kind: 'REFUSED', file, because: `${error.message}${error.facts.argument === undefined ? '' : ` (${error.facts.argument})`}` }
  }
}

function applicationOf(grant: Grant): Application {
  const days = Math.round((startOfShanghaiDay(grant.validTo).getTime() - startOfShanghaiDay(grant.validFrom).getTime()) / 86_400_000) + 1
  return readApplication({
    purpose: grant.purpose, scenario: grant.scenario, legalBasis: grant.legalBasis, days: Math.min(days, 365),
    fields: grant.fields.flatMap(({ mode, fields }) => fields.map((field) => ({ field, mode }))),
    division: grant.rowScope?.division, singleSubjectOnly: grant.singleSubjectOnly, minors: grant.minorsApproved, bulk: grant.bulkApproved, perDay: grant.perDay,
    agreementRef: grant.agreementRef, piaRef: grant.piaRef,
  })
}

/** Brings one change into the register; every step is an act like any other, recorded. Throws what the register throws. */
export async function applyChange(change: Change, register: GrantRegister): Promise<void> {
  switch (change.kind) {
    case 'SAME':
    case 'REFUSED':
      return
    case 'REVOKE':
      await register.revoke(change.id, IMPORTER)
      return
    case 'NEW': {
      const { grant, application, inspected } = change
      const id = await register.file({ kind: 'GRANT', status: 'PENDING', by: IMPORTER, org: grant.org, content: canonicalJson(application), demands: inspected.demands })
      const given = [...grant.approvals]
      for (const { role, org } of inspected.demands) {
        const [approval] = given.splice(given.findIndex((one) => one.role === role), 1)
        if (approval === undefined) return
        const outcome = await register.approve({ id, version: 1, by: { org, sub: approval.person }, takes: [{ role, org }] }, () => ({ text: withId(change, `G_${id}`), endsAt: new Date(endsAt(grant)) }))
        if (outcome !== 'APPROVED' && outcome !== 'COMPLETE') throw new CitygraphError(refusalCodes[outcome])
      }
    }
  }
}

/** The file's own text under the register's id. */
function withId({ text, grant }: New, id: string): string {
  const document = parseDocument(text)
  document.set('id', id)
  document.commentBefore = ` was ${grant.id}`
  return document.toString()
}
