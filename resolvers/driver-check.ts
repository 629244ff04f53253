// checkDriver: may this person drive a taxi, a hailed car, a coach or a lorry (网络预约出租汽车经营服务管理暂行办法 14)? Answers PASS
// or FAIL with reason codes; the driver's data stay where they are. Nobody's driving licence and one that may not be verified are
// both NO_LICENSE.

import { sql, type SQL } from 'drizzle-orm'
import { driverQualifications, drivers } from '../migrations/transport/tables.ts'
import { subject, today } from './attributes.ts'
import type { DomainBinding } from './binding.ts'
import { own } from './entity.ts'
import { plainText, refused } from './operands.ts'
import type { Resolver } from './resolver-map.ts'
import { slot } from './slots.ts'
import { driverEntity } from './transport.ts'
import { answerOf, mayAsk, pidsOf } from './verify.ts'

/** Classes of licence (GA/T 16.5) that a category asks for, as a pattern. */
const classesFor: Readonly<Record<string, string>> = {
  TAXI: 'A1|A2|A3|B1|B2|C1|C2',
  RIDE_HAILING: 'A1|A2|A3|B1|B2|C1|C2',
  COACH: 'A1|A3|B1',
  FREIGHT: 'A2|B2',
}

/** Resolver of checkDriver. Throws CitygraphError BAD_USER_INPUT for an unknown category; null where it may not be asked. */
export function checkDriver(binding: DomainBinding): Resolver {
  return async (_parent, args, context) => {
    if (!mayAsk(context, 'checkDriver')) return null
    const givenClasses = own(classesFor, plainText(args['category'], 'category'))
    if (givenClasses === undefined) throw refused('category')
    const values = { keys: pidsOf(context, args['person']), givenClasses }
    const answer = await answerOf(context, binding, { entry: 'checkDriver', entity: driverEntity, ask: askDriver, values })
    const [licensed, experienced, clean, trusted] = answer ?? [false, true, true, true]
    const reasons = [
      ...(licensed === true ? [] : ['NO_LICENSE']),
      ...(experienced === true ? [] : ['TOO_FEW_YEARS']),
      ...(clean === true ? [] : ['FULL_POINTS_CYCLE']),
      ...(trusted === true ? [] : ['BACKGROUND']),
    ]
    return { result: reasons.length === 0 ? 'PASS' : 'FAIL', reasons }
  }
}

/** Four answers, never NULL: in force for the class; three years; no cycle of 12 points in the last three; background passed. */
function askDriver(allowed: SQL): SQL {
  const { pid, classes, firstIssuedOn, validTo, fullPointsCycles, status } = drivers
  const { backgroundPassed, isDeleted, pid: qualified } = driverQualifications
  return sql`SELECT ${subject(pid)},
      coalesce(${status} = 'A' AND ${classes} ~ ${slot('givenClasses')}::text, false) AND (${validTo} IS NULL OR ${validTo} >= ${today()}),
      coalesce(${firstIssuedOn} + interval '3 years' <= ${today()}, false),
      coalesce(${fullPointsCycles} = 0, false),
      coalesce((SELECT bool_and(coalesce(${backgroundPassed}, false)) FROM ${driverQualifications} WHERE ${qualified} = ${pid} AND NOT ${isDeleted}), false)
    FROM ${drivers} WHERE ${pid} = ANY(${slot('keys')}::uuid[]) AND ${allowed}`
}
