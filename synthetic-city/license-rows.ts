// What the licenses database holds about a block: licences of people and organisations, their items (each with its own level and
// mask) and their use. Identifiers are valid by GB/T 36904; their serials never hold an identity number.

import { licenseIdentifier } from '../core/organisation-codes.ts'
import { licenseItems, licenses, licenseUseGrants, licenseUses } from '../migrations/licenses/tables.ts'
import { matterCodes } from './authorities.ts'
import type { Block } from './city.ts'
import { addDays, addYears, CITY_DAY, CITY_INSTANT } from './days.ts'
import { licenseKinds, type Item, type LicenseKind } from './license-kinds.ts'
import type { Enterprise } from './enterprises.ts'
import type { Person } from './people.ts'
import { drivingDates, isDriver } from './transport-rows.ts'
import type { Random } from './random.ts'
import type { Put } from './rows.ts'

/** The holder columns of every table of licences. */
export type HolderColumns = Pick<typeof licenses.$inferInsert, 'holderKind' | 'holderPid' | 'holderUscc' | 'minorUntil' | 'division'>
export type Holder = { readonly columns: HolderColumns; readonly name: string }

export function personHolder({ pid, minorUntil, name, residence }: Person): Holder {
  return { columns: { holderKind: '1', holderPid: pid, holderUscc: null, minorUntil, division: residence.division.slice(0, 6) }, name }
}

export function enterpriseHolder({ uscc, name, district }: Pick<Enterprise, 'uscc' | 'name' | 'district'>): Holder {
  return { columns: { holderKind: '2', holderPid: null, holderUscc: uscc, minorUntil: '-infinity', division: district }, name }
}

/** All rows of a block. */
export function licenseRows(block: Block, put: Put): void {
  const random = block.stream('licenses')
  const serial = block.rowIds()
  const issue = issuer(random, { itemId: block.rowIds(), logId: block.rowIds() }, put)
  const next = (issuedOn: string): string => `${issuedOn.slice(0, 4)}${String(serial()).padStart(12, '0')}`
  const give = (kind: LicenseKind, holder: Holder, certNo: string, issuedOn: string, items: readonly Item[]): void =>
    issue({ kind, holder, certNo, issuedOn, items, serial: next(issuedOn), certUid: random.uuid() })

  for (const person of block.people) {
    const holder = personHolder(person)
    const past = (years: number): string => addDays(CITY_DAY, -random.int(10, years * 365))
    if (isDriver(person)) give(licenseKinds.driving, holder, person.idNo, drivingDates(person).issuedOn, licenseKinds.driving.items(person))
    if (person.residence !== person.hukou && person.age >= 16 && random.chance(0.6)) give(licenseKinds.residence, holder, person.idNo, past(2), licenseKinds.residence.items(person))
    if (person.age < 14 && random.chance(0.5)) give(licenseKinds.birth, holder, `T31${person.idNo.slice(6, 12)}${random.int(100, 999)}`, person.birth, licenseKinds.birth.items(person))
    if (random.chance(0.01)) give(licenseKinds.disability, holder, person.idNo, past(8), licenseKinds.disability.items(person))
  }
  for (const enterprise of block.enterprises) {
    const holder = enterpriseHolder(enterprise)
    give(licenseKinds.business, holder, enterprise.uscc, enterprise.establishedOn, licenseKinds.business.items(enterprise))
    if (enterprise.trade.word === '餐饮' || enterprise.trade.word === '超市') {
      give(licenseKinds.food, holder, `JY1310199${random.int(1_000_000, 9_999_999)}`, addDays(CITY_DAY, -random.int(10, 2200)), licenseKinds.food.items(enterprise))
    }
  }
}

export type Issue = {
  readonly kind: LicenseKind
  readonly holder: Holder
  readonly certNo: string
  readonly certUid: string
  readonly issuedOn: string
  /** 16 characters: the year and a number. */
  readonly serial: string
  readonly items: readonly Item[]
  readonly status?: 'REVOKED' | 'LOST'
}

export type LicenseRowIds = { readonly itemId: () => number; readonly logId: () => number }

/** Puts a licence with its items, now and then with a use grant and logged uses. */
export function issuer(random: Random, { itemId, logId }: LicenseRowIds, put: Put): (issue: Issue) => void {
  return ({ kind, holder, certNo, certUid, issuedOn, serial, items, status }) => {
    const { typeCode, issuer: authority } = kind
    const validTo = kind.years === null ? null : addYears(issuedOn, kind.years)
    put(licenses, {
      certUid,
      identifier: licenseIdentifier({ typeCode, issuerCode: authority.uscc, serial, version: '001' }),
      typeCode,
      certNo,
      ...holder.columns,
      holderName: holder.name,
      issuerName: authority.name,
      issuerUscc: authority.uscc,
      issuedOn,
      validFrom: issuedOn,
      validTo,
      status: status ?? (validTo !== null && validTo < CITY_DAY ? 'EXPIRED' : random.chance(0.01) ? 'LOST' : 'VALID'),
      version: 1,
      contentHash: digest(random),
      file: `ofd/${certUid}.ofd`,
    })
    for (const { key, label, value, level, mask } of items) {
      put(licenseItems, { itemId: itemId(), certUid, ...holder.columns, key, label, value, itemLevel: level, maskKind: mask })
    }
    const uses = random.chance(0.2) ? random.int(1, 3) : 0
    for (let use = 0; use < uses; use++) put(licenseUses, useRow(random, logId(), certUid, holder))
    if (random.chance(0.005)) put(licenseUseGrants, grantRow(random, certUid, holder))
  }
}

function useRow(random: Random, logId: number, certUid: string, { columns }: Holder): typeof licenseUses.$inferInsert {
  const usedAt = new Date(Date.parse(CITY_INSTANT) - random.int(1, 300 * 86_400) * 1000)
  return {
    logId,
    certUid,
    ...columns,
    department: random.pick(['AMR', 'APPR', 'PSB', 'HRSS', 'EDU']),
    operator: `op-${random.int(1, 400)}`,
    matterCode: random.pick(matterCodes),
    caseNo: `CASE-${random.int(100_000, 999_999)}`,
    usedAt,
    result: random.chance(0.95) ? 'OK' : 'REFUSED',
  }
}

function grantRow(random: Random, certUid: string, { columns }: Holder): typeof licenseUseGrants.$inferInsert {
  const grantedAt = new Date(Date.parse(CITY_INSTANT) - random.int(1, 600) * 1000)
  return {
    authCodeHash: digest(random),
    certUid,
    ...columns,
    department: 'APPR',
    matterCode: random.pick(matterCodes),
    caseNo: `CASE-${random.int(100_000, 999_999)}`,
    grantedAt,
    expiresAt: new Date(grantedAt.getTime() + 300_000),
    maxUses: 1,
    usedCount: 0,
    revokedAt: null,
  }
}

/** 64 hexadecimal digits that stand for the SM3 of a file (there is none) or the hash of a code (nobody knows it). */
function digest(random: Random): string {
  return `${random.uuid()}${random.uuid()}`.replaceAll('-', '')
}
