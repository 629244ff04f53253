// Questions about credit that are answered without giving records (上海市社会信用条例 17; 公司法 178). Only records in force count,
// whoever asks; a record that may not be verified counts as one that is not there.

import { sql } from 'drizzle-orm'
import { checkUscc } from '../core/organisation-codes.ts'
import { creditCommitments } from '../migrations/credit/tables-standing.ts'
import { creditRecords } from '../migrations/credit/tables.ts'
import type { DomainBinding } from './binding.ts'
import { creditCommitmentEntity, creditRecordEntity, inForce, judgmentDebtor } from './credit.ts'
import { matching, plainText, refused } from './operands.ts'
import { predicate } from './predicates.ts'
import type { Arguments, Resolver } from './resolver-map.ts'
import type { ReadContext } from './read-context.ts'
import { slot } from './slots.ts'
import { answerOf, mayAsk, pidsOf } from './verify.ts'

/** creditCheck: records of the matter, and those that close every door (serious list, judgment debtor). */
export function creditCheck(binding: DomainBinding): Resolver {
  return async (_parent, args, context) => {
    if (!mayAsk(context, 'creditCheck')) return null
    const values = { ...subjectOf(args, context), givenMatter: matching(args['matterCode'], /^[A-Za-z0-9-]{1,31}$/, 'matterCode') }
    const answer = await answerOf(context, binding, { entry: 'creditCheck', entity: creditRecordEntity, ask: (allowed) => askRecords(context, allowed), values })
    const [recordCount, listed, debtor, broken] = answer ?? []
    const reasons = [
      ...(listed === true ? ['SERIOUS_LIST'] : []),
      ...(debtor === true ? ['JUDGMENT_DEBTOR'] : []),
      ...(broken === true ? ['BROKEN_COMMITMENT'] : []),
    ]
    const blocked = listed === true || debtor === true
    return { blocked, commitmentAllowed: reasons.length === 0, recordCount: typeof recordCount === 'number' ? recordCount : 0, reasons }
  }
}

/** checkOfficerEligibility: a judgment debtor may not be director, supervisor or officer. Null for what is no id at all. */
export function checkOfficerEligibility(binding: DomainBinding): Resolver {
  return async (_parent, args, context) => {
    if (!mayAsk(context, 'checkOfficerEligibility')) return null
    const keys = pidsOf(context, args['person'])
    const answer = await answerOf(context, binding, {
      entry: 'checkOfficerEligibility',
      entity: judgmentDebtor,
      ask: (allowed) =>
        sql`SELECT min(${creditRecords.subjectPid}::text), count(*) > 0 FROM ${judgmentDebtor.from}
          WHERE ${creditRecords.subjectPid} = ANY(${slot('keys')}::uuid[]) AND ${inForce} AND ${allowed}`,
      values: { keys },
    })
    if (keys.length === 0) return null
    return answer?.[0] === true ? { result: 'NOT_ELIGIBLE', reasons: ['JUDGMENT_DEBTOR'] } : { result: 'ELIGIBLE', reasons: [] }
  }
}

/** Exactly one subject. Throws CitygraphError BAD_USER_INPUT otherwise, or for a code whose check character is wrong. */
function subjectOf(args: Arguments, context: ReadContext): { readonly givenUscc: string | null; readonly keys: readonly string[] } {
  const { uscc, person } = args
  const [byCode, byPerson] = [uscc !== undefined && uscc !== null, person !== undefined && person !== null]
  if (byCode === byPerson) throw refused('uscc')
  if (byPerson) return { givenUscc: null, keys: pidsOf(context, person) }
  const code = plainText(uscc, 'uscc').trim().toUpperCase()
  if (checkUscc(code) !== 'OK') throw refused('uscc')
  return { givenUscc: code, keys: [] }
}

function askRecords(context: ReadContext, allowed: ReturnType<typeof predicate>): ReturnType<typeof predicate> {
  const { condition } = context.plan.verify('creditCheck')
  const { subjectUscc, subjectPid, kind, matterCode } = creditRecords
  // A commitment knows no term; the scope of the question holds for it as for the records.
  const commitment = sql`${creditCommitmentEntity.alive} AND ${predicate(condition, { ...creditCommitmentEntity.attributes, inForce: sql`true` })}`
  const broken = sql`EXISTS (SELECT FROM ${creditCommitments} WHERE (${creditCommitments.subjectUscc} = ${slot('givenUscc')}::text OR ${creditCommitments.subjectPid} = ANY(${slot('keys')}::uuid[]))
    AND ${creditCommitments.matterCode} = ${slot('givenMatter')}::text AND ${creditCommitments.breachOn} IS NOT NULL AND ${commitment})`
  // Whoever stands beside an organisation's code in a record was not asked about.
  return sql`SELECT min(${subjectPid}::text) FILTER (WHERE ${subjectPid} = ANY(${slot('keys')}::uuid[])), count(*)::integer, coalesce(bool_or(${kind} = 'SERIOUS_LIST'), false), coalesce(bool_or(${kind} = 'JUDGMENT_DEBTOR'), false), ${broken}
    FROM ${creditRecords} WHERE (${subjectUscc} = ${slot('givenUscc')}::text OR ${subjectPid} = ANY(${slot('keys')}::uuid[])) AND ${kind} <> 'ADMIN_LICENSING'
    AND (${matterCode} = ${slot('givenMatter')}::text OR ${kind} IN ('SERIOUS_LIST', 'JUDGMENT_DEBTOR')) AND ${inForce} AND ${allowed}`
}
