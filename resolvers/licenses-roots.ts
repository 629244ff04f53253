// Root fields of licenses. verifyLicense answers whether a licence is in force, by its identifier or by number and kind.

import { sql, type SQL } from 'drizzle-orm'
import { checkLicenseIdentifier } from '../core/organisation-codes.ts'
import { licenses } from '../migrations/licenses/tables.ts'
import { subject, today } from './attributes.ts'
import type { DomainBinding } from './binding.ts'
import { written } from './formats.ts'
import { licenseEntity } from './licenses.ts'
import { matching, plainText, refused } from './operands.ts'
import type { Arguments, Resolver } from './resolver-map.ts'
import { manyRows, oneByKey } from './roots.ts'
import { slot } from './slots.ts'
import { answerOf, mayAsk } from './verify.ts'

/** Resolvers of the root fields of licenses, by name. */
export function licensesRoots(binding: DomainBinding): Readonly<Record<string, Resolver>> {
  return {
    license: oneByKey(binding, 'license', 'License'),
    licenses: manyRows(binding, 'licenses', { type: 'License' }),
    licenseTypes: manyRows(binding, 'licenseTypes', { type: 'LicenseType' }),
    verifyLicense: verifyLicense(binding),
  }
}

function verifyLicense(binding: DomainBinding): Resolver {
  return async (_parent, args, context) => {
    if (!mayAsk(context, 'verifyLicense')) return null
    const answer = await answerOf(context, binding, { entry: 'verifyLicense', entity: licenseEntity, ask: askLicense, values: named(args) })
    const [status, validTo] = answer ?? []
    return { status: typeof status === 'string' ? status : 'NOT_FOUND', validTo: typeof validTo === 'string' ? validTo : null }
  }
}

/** Throws CitygraphError BAD_USER_INPUT unless the licence is named in exactly one way, or its identifier's check character is wrong. */
function named(args: Arguments): { readonly givenIdentifier: string | null; readonly givenCertNo: string | null; readonly givenTypeCode: string | null } {
  const [identifier, certNo, typeCode] = [args['identifier'] ?? null, args['certNo'] ?? null, args['typeCode'] ?? null]
  if (identifier !== null) {
    if (certNo !== null || typeCode !== null) throw refused('identifier')
    const whole = plainText(identifier, 'identifier').trim()
    if (checkLicenseIdentifier(whole) !== 'OK') throw refused('identifier')
    return { givenIdentifier: whole, givenCertNo: null, givenTypeCode: null }
  }
  return { givenIdentifier: null, givenCertNo: plainText(certNo, 'certNo').trim().toUpperCase(), givenTypeCode: matching(typeCode, /^[A-Z0-9]{21}$/, 'typeCode') }
}

/** The newest licence of that name; past its last day it is expired whatever its row says. */
function askLicense(allowed: SQL): SQL {
  const { holderPid, status, validTo, identifier, certNo, typeCode, issuedOn, certUid } = licenses
  return sql`SELECT ${subject(holderPid)}, CASE WHEN ${status} = 'VALID' AND ${validTo} < ${today()} THEN 'EXPIRED' ELSE ${status} END, ${written(sql`${validTo}`, 'day')}
    FROM ${licenses} WHERE (${identifier} = ${slot('givenIdentifier')}::text OR (${certNo} = ${slot('givenCertNo')}::text AND ${typeCode} = ${slot('givenTypeCode')}::text)) AND ${allowed}
    ORDER BY ${issuedOn} DESC, ${certUid} LIMIT 1`
}
