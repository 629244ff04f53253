// 电子证照: GraphQL types over the licences (DOMAIN 4.4). An item of a licence says its own level and mask.

import { sql } from 'drizzle-orm'
import { licenseItems, licenseTypes, licenseUses, licenses } from '../migrations/licenses/tables.ts'
import { division, minor, organisation, subject, today } from './attributes.ts'
import { column, entity, stub, type Entity } from './entity.ts'

const domain = 'licenses'

const licenseType = entity({
  domain,
  type: 'LicenseType',
  table: licenseTypes,
  key: { field: 'typeCode', column: licenseTypes.typeCode },
  attributes: { organisation: organisation(licenseTypes.holderKind) },
  relations: { issuer: { kind: 'enterprise', uscc: sql`${licenseTypes.issuerUscc}` } },
})

const license = entity({
  domain,
  type: 'License',
  table: licenses,
  key: { field: 'id', column: licenses.certUid, publicId: true },
  subject: licenses.holderPid,
  attributes: {
    organisation: organisation(licenses.holderKind),
    minor: minor(licenses.minorUntil),
    subject: subject(licenses.holderPid),
    division: division(licenses.division),
  },
  relations: {
    type: { kind: 'one', type: 'LicenseType', by: licenseTypes.typeCode, key: sql`${licenses.typeCode}` },
    holder: { kind: 'person', pid: sql`${licenses.holderPid}` },
    holderEnterprise: { kind: 'enterprise', uscc: sql`${licenses.holderUscc}` },
    items: { kind: 'many', type: 'LicenseItem', by: licenseItems.certUid },
    useLogs: { kind: 'many', type: 'LicenseUse', by: licenseUses.certUid, order: [{ field: 'usedAt', direction: 'DESC' }] },
  },
})

const licenseItem = entity({
  domain,
  type: 'LicenseItem',
  table: licenseItems,
  subject: licenseItems.holderPid,
  attributes: {
    // Never below L3, whatever the row says (DOMAIN 4.4).
    itemLevel: sql`greatest(${licenseItems.itemLevel}, 3)::bigint`,
    organisation: organisation(licenseItems.holderKind),
    minor: minor(licenseItems.minorUntil),
    subject: subject(licenseItems.holderPid),
    division: division(licenseItems.division),
  },
  fields: { value: column(licenseItems.value, { masked: sql`mask.by_kind(${licenseItems.maskKind}, ${licenseItems.value}, false, false, ${today()})` }) },
})

const licenseUse = entity({
  domain,
  type: 'LicenseUse',
  table: licenseUses,
  subject: licenseUses.holderPid,
  attributes: {
    organisation: organisation(licenseUses.holderKind),
    minor: minor(licenseUses.minorUntil),
    subject: subject(licenseUses.holderPid),
    division: division(licenseUses.division),
  },
})

/** For verifyLicense. */
export const licenseEntity: Entity = license

export const licensesEntities: readonly Entity[] = [
  licenseType,
  license,
  licenseItem,
  licenseUse,
  stub(domain, 'Enterprise', { licenses: { kind: 'many', type: 'License', by: licenses.holderUscc } }),
  stub(domain, 'Person', { licenses: { kind: 'many', type: 'License', by: licenses.holderPid } }),
]
