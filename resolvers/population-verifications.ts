// Questions about persons that are answered without giving their data (DOMAIN 4.1). A person who is not there, one who may not be
// verified, and an id that is none give one and the same answer.

import { sql, type SQL } from 'drizzle-orm'
import { shanghaiDay } from '../core/clock.ts'
import { checkResidentId, normaliseResidentId } from '../core/resident-id.ts'
import { guardianships, residenceRegistrations, socialInsurances } from '../migrations/population/tables-status.ts'
import { people } from '../migrations/population/tables.ts'
import { subject, today } from './attributes.ts'
import type { DomainBinding } from './binding.ts'
import { calendarDay, matching, plainText, refused, wholeNumber } from './operands.ts'
import { personEntity } from './population.ts'
import type { ReadContext } from './read-context.ts'
import type { Resolver } from './resolver-map.ts'
import { slot, type SlotName, type SlotValue } from './slots.ts'
import { answerOf, mayAsk, pidsOf } from './verify.ts'

/** Root fields of kind VERIFY of the population. */
export function populationVerifications(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  return {
    verifyIdentity: verifyIdentity(binding),
    verifyGuardian: verifyGuardian(binding),
    checkResidence: aboutPerson(binding, 'checkResidence', residentFor(), (args) => ({
      givenDivision: matching(args['division'], /^(\d{2}|\d{4}|\d{6}|\d{9})$/, 'division'),
      givenMonths: wholeNumber(args['minMonths'], 0, 1_200, 'minMonths'),
    })),
    bornBetween: aboutPerson(binding, 'bornBetween', sql`${people.birthDate} BETWEEN ${slot('givenFrom')}::date AND ${slot('givenTo')}::date`, (args) => ({
      givenFrom: calendarDay(args['from'], 'from'),
      givenTo: calendarDay(args['to'], 'to'),
    })),
    checkInsurance: aboutPerson(binding, 'checkInsurance', insuredFor(), (args) => ({
      givenScheme: matching(args['scheme'], /^[A-Z]{3}$/, 'scheme'),
      givenMonths: wholeNumber(args['minMonths'], 0, 1_200, 'minMonths'),
    })),
  }
}

/** A whole identity number, normalised. Throws CitygraphError BAD_USER_INPUT (argument idNo) unless its check character is right. */
export function wholeIdNo(value: unknown, context: ReadContext): string {
  const number = normaliseResidentId(plainText(value, 'idNo'))
  if (checkResidentId(number, shanghaiDay(context.parameters.now)) !== 'OK') throw refused('idNo')
  return number
}

function verifyIdentity(binding: DomainBinding): Resolver {
  return async (_parent, args, context) => {
    if (!mayAsk(context, 'verifyIdentity')) return null
    const values = { givenName: plainText(args['name'], 'name').trim(), givenIdNo: wholeIdNo(args['idNo'], context) }
    const answer = await answerOf(context, binding, { entry: 'verifyIdentity', entity: personEntity, ask: askIdentity, values })
    const [match, named] = answer ?? []
    // Whoever may not be verified was asked about all the same; counting them would tell the caller that they are there.
    if (typeof named === 'string') context.observe.subject(named)
    return matchOf(typeof match === 'boolean' ? [match] : undefined)
  }
}

/** Match and whose number it is; the match is NULL where the row may not be verified. */
function askIdentity(allowed: SQL): SQL {
  const { pid, idNo, name } = people
  return sql`SELECT CASE WHEN ${allowed} THEN ${subject(pid)} END, CASE WHEN ${allowed} THEN coalesce(${name} = ${slot('givenName')}::text, false) END, ${subject(pid)}
    FROM ${people} WHERE ${idNo} = ${slot('givenIdNo')}::text ORDER BY 2 NULLS LAST, ${pid} LIMIT 1`
}

function verifyGuardian(binding: DomainBinding): Resolver {
  const guards = sql`EXISTS (SELECT FROM ${guardianships} WHERE ${guardianships.wardPid} = ${people.pid}
    AND ${guardianships.guardianPid} = ANY(${slot('givenGuardians')}::uuid[]) AND NOT ${guardianships.isDeleted}
    AND (${guardianships.since} IS NULL OR ${guardianships.since} <= ${today()}) AND (${guardianships.until} IS NULL OR ${guardianships.until} > ${today()}))`
  // The question is about two people, and the access record names both: by the current token where there is one.
  const guardian = sql`(SELECT ${subject(people.pid)} FROM ${people} WHERE ${people.pid} = ANY(${slot('givenGuardians')}::uuid[]) AND NOT ${people.isDeleted} ORDER BY ${people.pid} LIMIT 1)`
  return async (_parent, args, context) => {
    if (!mayAsk(context, 'verifyGuardian')) return null
    const values = { keys: pidsOf(context, args['ward']), givenGuardians: pidsOf(context, args['guardian']) }
    const ask = (allowed: SQL): SQL => aboutCurrent(sql`${guards}, ${guardian}`, allowed)
    const answer = await answerOf(context, binding, { entry: 'verifyGuardian', entity: personEntity, ask, values })
    const other = answer?.[1]
    for (const guardian of typeof other === 'string' ? [other] : values.givenGuardians) context.observe.subject(guardian)
    return matchOf(answer)
  }
}

/** A yes-or-no question about `person`; null when there is no answer. */
function aboutPerson(
  binding: DomainBinding,
  entry: string,
  question: SQL,
  read: (args: Readonly<Record<string, unknown>>) => Readonly<Partial<Record<SlotName, SlotValue>>>,
): Resolver {
  return async (_parent, args, context) => {
    if (!mayAsk(context, entry)) return null
    const values = { ...read(args), keys: pidsOf(context, args['person']) }
    const answer = await answerOf(context, binding, { entry, entity: personEntity, ask: (allowed) => aboutCurrent(question, allowed), values, args })
    return typeof answer?.[0] === 'boolean' ? answer[0] : null
  }
}

/** The question about the person of slot `keys`, outdated tokens followed. */
function aboutCurrent(question: SQL, allowed: SQL): SQL {
  return sql`SELECT ${subject(people.pid)}, ${question} FROM ${personEntity.lookup?.from} WHERE ${allowed}`
}

function residentFor(): SQL {
  const { pid, division, continuousMonths, status, isDeleted } = residenceRegistrations
  return sql`EXISTS (SELECT FROM ${residenceRegistrations} WHERE ${pid} = ${people.pid} AND NOT ${isDeleted} AND ${status} = '1'
    AND starts_with(${division}, ${slot('givenDivision')}::text) AND ${continuousMonths} >= ${slot('givenMonths')}::integer)`
}

function insuredFor(): SQL {
  const { pid, scheme, cumulativeMonths, isDeleted } = socialInsurances
  return sql`(SELECT coalesce(sum(${cumulativeMonths}), 0) >= ${slot('givenMonths')}::integer FROM ${socialInsurances}
    WHERE ${pid} = ${people.pid} AND NOT ${isDeleted} AND ${scheme} = ${slot('givenScheme')}::text)`
}

function matchOf(answer: readonly unknown[] | undefined): 'MATCH' | 'MISMATCH' | 'NOT_FOUND' {
  if (answer === undefined) return 'NOT_FOUND'
  return answer[0] === true ? 'MATCH' : 'MISMATCH'
}
