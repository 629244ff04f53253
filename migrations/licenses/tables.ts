// 电子证照: kinds of licence, licences, their items and their use (DOMAIN 4.4). Items and uses carry the holder's columns again, so
// that a row decides by itself. `minor_until` is `-infinity` where the holder is an organisation.

import { bigint, index, pgTable, smallint, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { code, day, minorUntil, systemColumns, title } from '../columns.ts'

/** Who holds the licence: `holderKind` 1 natural person, 2 organisation; `division` is the holder's district. */
function holderColumns() {
  return {
    holderKind: code('holder_kind', 1).notNull(),
    holderPid: uuid('holder_pid'),
    holderUscc: code('holder_uscc', 18),
    minorUntil: minorUntil(),
    division: code('division', 6),
  }
}

/** 证照类型: 18 characters of the defining body's code and a number of three digits. */
export const licenseTypes = pgTable('lic_catalog', {
  typeCode: code('type_code', 21).primaryKey(),
  name: title('type_name', 100),
  holderKind: code('holder_kind', 1),
  issuerUscc: code('issuer_uscc', 18),
  validityRule: title('validity_rule', 100),
  trustLevel: code('trust_level', 1),
  version: smallint('version'),
  ...systemColumns(),
})

/** 电子证照. `certNo` may be shaped like an identity number. */
export const licenses = pgTable(
  'lic_instance',
  {
    certUid: uuid('cert_uid').primaryKey(),
    /** GB/T 36904. */
    identifier: code('cert_identifier', 160).notNull(),
    typeCode: code('type_code', 21).notNull(),
    certNo: code('cert_no', 64),
    ...holderColumns(),
    holderName: title('holder_name', 200),
    issuerName: title('issuer_name', 100),
    issuerUscc: code('issuer_uscc', 18),
    issuedOn: day('issued_on').notNull(),
    validFrom: day('valid_from'),
    /** NULL is long-term. */
    validTo: day('valid_to'),
    /** VALID, EXPIRED, REVOKED, LOST. */
    status: code('status_code', 10),
    version: smallint('version'),
    /** SM3 of the file, hexadecimal. */
    contentHash: code('content_hash', 64),
    file: code('ofd_ref', 120),
    ...systemColumns(),
  },
  (t) => [
    uniqueIndex('lic_instance_identifier').on(t.identifier),
    index('lic_instance_cert_no').on(t.certNo, t.typeCode),
    index('lic_instance_person').on(t.holderPid, t.certUid),
    index('lic_instance_organisation').on(t.holderUscc, t.certUid),
    index('lic_instance_issued').on(t.issuedOn, t.certUid),
    index('lic_instance_valid_to').on(t.validTo, t.certUid),
    index('lic_instance_type').on(t.typeCode, t.certUid),
  ],
)

/** 照面信息项. The row says its own level (1–4, served as 3 at least) and the kind of its mask (`mask.by_kind`). */
export const licenseItems = pgTable(
  'lic_instance_item',
  {
    itemId: bigint('item_id', { mode: 'number' }).primaryKey(),
    certUid: uuid('cert_uid').notNull(),
    ...holderColumns(),
    key: code('item_key', 40).notNull(),
    label: title('item_label', 60),
    value: text('item_value'),
    itemLevel: smallint('item_level').notNull(),
    maskKind: code('mask_kind', 20).notNull(),
    ...systemColumns(),
  },
  (t) => [index('lic_instance_item_license').on(t.certUid, t.itemId)],
)

/** 用证授权. Only the hash of the code is kept; in no schema. */
export const licenseUseGrants = pgTable(
  'lic_use_grant',
  {
    authCodeHash: code('auth_code_hash', 64).primaryKey(),
    certUid: uuid('cert_uid').notNull(),
    ...holderColumns(),
    department: code('user_dept', 30),
    matterCode: code('matter_code', 31),
    caseNo: code('case_no', 40),
    grantedAt: timestamp('granted_at', { withTimezone: true }).notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
    maxUses: smallint('max_uses').notNull(),
    usedCount: smallint('used_count').notNull(),
    revokedAt: timestamp('revoked_at', { withTimezone: true }),
    ...systemColumns(),
  },
  (t) => [index('lic_use_grant_license').on(t.certUid)],
)

/** 用证日志. */
export const licenseUses = pgTable(
  'lic_use_log',
  {
    logId: bigint('log_id', { mode: 'number' }).primaryKey(),
    certUid: uuid('cert_uid').notNull(),
    ...holderColumns(),
    department: code('dept', 30),
    operator: code('operator_token', 40),
    matterCode: code('matter_code', 31),
    caseNo: code('case_no', 40),
    usedAt: timestamp('used_at', { withTimezone: true }).notNull(),
    result: code('result', 10),
    ...systemColumns(),
  },
  (t) => [index('lic_use_log_license').on(t.certUid, t.usedAt.desc().nullsFirst(), t.logId)],
)
