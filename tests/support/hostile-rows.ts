// Rows that no careful department would load, planted as the owner into a loaded city: unknown birthdays and divisions, empty, long,
// emoji and SQL-looking texts, 15-digit numbers, divisions of odd lengths, deleted rows, days in the future and at every border.
// Copies of real rows with some columns spoilt, so that every link of theirs leads somewhere. Deterministic in its seed.

import pg from 'pg'
import type { Domain } from '../../core/domains.ts'
import type { Random } from '../unit/policy-engine/random-policies.ts'
import type { TestDatabase } from './city-database.ts'
import { asOwner } from './raw-city.ts'

/**
 * `key`: unique column and how a new value is made; `links`: columns that may point to planted parents of that name; `from`:
 * the first planted parent whose key is taken (keysFrom). */
type Plan = { readonly domain: Domain; readonly table: string; readonly count: number; readonly key: string; readonly parent?: string; readonly links?: Readonly<Record<string, string>>; readonly unique?: readonly string[]; readonly keep?: readonly string[]; readonly from?: number }

const plans: readonly Plan[] = [
  { domain: 'population', table: 'pop_person', count: 14, key: 'pid', parent: 'person', unique: ['id_no'] },
  { domain: 'population', table: 'pop_household', count: 5, key: 'household_no', parent: 'household', links: { head_pid: 'person' } },
  { domain: 'population', table: 'pop_household_member', count: 14, key: 'member_id', links: { pid: 'person', household_no: 'household' } },
  { domain: 'population', table: 'pop_residence_reg', count: 12, key: 'reg_id', links: { pid: 'person' } },
  { domain: 'population', table: 'pop_social_insurance', count: 10, key: 'insurance_id', links: { pid: 'person' }, keep: ['employer_uscc'] },
  { domain: 'population', table: 'pop_guardianship', count: 8, key: 'guardianship_id', links: { ward_pid: 'person', guardian_pid: 'person' } },
  { domain: 'enterprises', table: 'ent_base', count: 10, key: 'uscc', parent: 'enterprise', links: { legal_rep_pid: 'person' } },
  { domain: 'enterprises', table: 'ent_key_person', count: 10, key: 'key_person_id', links: { uscc: 'enterprise', pid: 'person' } },
  { domain: 'enterprises', table: 'ent_shareholder', count: 10, key: 'shareholder_id', links: { uscc: 'enterprise', holder_pid: 'person', holder_uscc: 'enterprise' } },
  { domain: 'enterprises', table: 'ent_change', count: 8, key: 'change_id', links: { uscc: 'enterprise' } },
  { domain: 'enterprises', table: 'ent_annual_report', count: 10, key: 'report_id', links: { uscc: 'enterprise' }, unique: ['report_year'] },
  { domain: 'credit', table: 'crd_record', count: 24, key: 'record_id', parent: 'record', links: { subject_pid: 'person', subject_uscc: 'enterprise' }, unique: ['record_no'], keep: ['kind', 'authority_uscc'] },
  { domain: 'credit', table: 'crd_admin_penalty', count: 6, key: 'record_id' },
  { domain: 'credit', table: 'crd_admin_licensing', from: 6, count: 5, key: 'record_id' },
  { domain: 'credit', table: 'crd_serious_list', from: 11, count: 5, key: 'record_id' },
  { domain: 'credit', table: 'crd_judgment_debtor', from: 16, count: 6, key: 'record_id' },
  { domain: 'credit', table: 'crd_objection', count: 8, key: 'objection_id', links: { record_id: 'record', subject_pid: 'person', subject_uscc: 'enterprise' } },
  { domain: 'credit', table: 'crd_commitment', count: 8, key: 'commitment_id', links: { subject_uscc: 'enterprise', subject_pid: 'person' } },
  { domain: 'credit', table: 'crd_rating', count: 8, key: 'subject_uscc' },
  { domain: 'licenses', table: 'lic_instance', count: 16, key: 'cert_uid', parent: 'license', links: { holder_pid: 'person', holder_uscc: 'enterprise' }, unique: ['cert_identifier'], keep: ['type_code', 'issuer_uscc'] },
  { domain: 'licenses', table: 'lic_instance_item', count: 14, key: 'item_id', links: { cert_uid: 'license', holder_pid: 'person', holder_uscc: 'enterprise' } },
  { domain: 'licenses', table: 'lic_use_log', count: 8, key: 'log_id', links: { cert_uid: 'license', holder_pid: 'person', holder_uscc: 'enterprise' } },
  { domain: 'transport', table: 'trf_vehicle', count: 14, key: 'vehicle_uid', parent: 'vehicle', links: { owner_pid: 'person', owner_uscc: 'enterprise' } },
  { domain: 'transport', table: 'trf_driver', count: 10, key: 'pid' },
  { domain: 'transport', table: 'trf_driver_qualification', count: 8, key: 'qualification_id', links: { pid: 'person' }, keep: ['employer_uscc'] },
  { domain: 'transport', table: 'trf_violation', count: 12, key: 'violation_id', links: { driver_pid: 'person', vehicle_uid: 'vehicle' } },
  { domain: 'transport', table: 'trf_road_section', count: 5, key: 'section_id', parent: 'section' },
  { domain: 'transport', table: 'trf_flow_5min', count: 8, key: 'flow_id', keep: ['section_id', 'ts'] },
]

/** Keys that are taken from planted parents, once each. */
const keysFrom: Readonly<Record<string, string>> = {
  crd_admin_penalty: 'record', crd_admin_licensing: 'record', crd_serious_list: 'record', crd_judgment_debtor: 'record', crd_rating: 'enterprise', trf_driver: 'person',
}

const texts = [
  '', ' ', "'; DROP TABLE pop_person; --", '" OR 1=1 --', '😀😀', '👨‍👩‍👧 家', '%', '_\\', '${jndi:x}', '张*', '欧阳', '阿依古丽·买买提', 'null', '<b>x</b>', '310199850307011', '310199198503070112',
  '31019919850307011', '当事人张伟（身份证号310199198503070112，电话15400001234）驾驶沪A·12345未按规定停车', '=1+1', '__proto__', '\u202e反',
]
const divisions = [null, null, '', '31', '3101', '31010', '310101', '310115', '310101002', '3101010', '31010100', '99', 'x10101', '３１']
const days = [null, '2026-03-01', '2026-02-28', '2026-03-02', '2021-03-01', '2021-02-28', '2020-02-29', '2031-07-07', '1936-12-31', '1937-01-01', '1900-01-01']
const untils = [null, null, '-infinity', 'infinity', '2026-03-01', '2026-03-02', '2026-05-01', '2031-01-01', '2012-02-29']
const numerics = ['0', '-1.50', '99999.99', '100000', '60', '89.99', '1']

type Column = { readonly name: string; readonly type: string; readonly nullable: boolean; readonly length: number | null; readonly precision: number | null; readonly scale: number | null }

/** Plants the rows. `statuses` of records and kinds of holders are spoilt as well; values stay within their columns' types. */
export async function plantHostileRows(databases: Readonly<Record<Domain, TestDatabase>>, r: Random): Promise<number> {
  const parents = new Map<string, readonly unknown[]>()
  let planted = 0
  for (const plan of plans) {
    await asOwner(databases[plan.domain], async (client) => {
      const columns = await columnsOf(client, plan.table)
      const models = await client.query<Record<string, unknown>>(`SELECT * FROM ${plan.table} ORDER BY ${plan.key} LIMIT 200`)
      const keys: unknown[] = []
      for (let turn = 0; turn < plan.count; turn += 1) {
        const row = spoilt(models.rows.length === 0 ? {} : r.pick(models.rows), columns, plan, turn, r)
        const own = parents.get(keysFrom[plan.table] ?? '')
        row[plan.key] = own === undefined ? newKey(row[plan.key], plan, turn) : own[turn + (plan.from ?? 0)]
        if (row[plan.key] === undefined) continue
        for (const [link, parent] of Object.entries(plan.links ?? {})) if (row[link] === undefined || (row[link] !== null && r.chance(0.6))) row[link] = r.pick(parents.get(parent) ?? [])
        for (const name of plan.unique ?? []) row[name] = uniqueText(name, turn)
        const names = Object.keys(row).filter((name) => row[name] !== undefined)
        await client.query(`INSERT INTO ${plan.table} (${names.map(pg.escapeIdentifier).join(', ')}) VALUES (${names.map((_, at) => `$${at + 1}`).join(', ')})`, names.map((name) => row[name]))
        keys.push(row[plan.key])
        planted += 1
      }
      if (plan.parent !== undefined) parents.set(plan.parent, keys)
    })
  }
  const [older, newer] = parents.get('person') ?? []
  await asOwner(databases.population, (client) => client.query(`INSERT INTO pop_pid_alias (old_pid, new_pid, since) VALUES ('0bad0000-0000-4000-8000-00000000a11a', $1, '2026-01-01'), ($2, $1, '2026-01-01')`, [newer, older]))
  return planted
}

function spoilt(model: Readonly<Record<string, unknown>>, columns: readonly Column[], plan: Plan, turn: number, r: Random): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const { name, type, nullable, length, precision, scale } of columns) {
    const kept = model[name]
    row[name] = kept
    if (name === plan.key || name === 'updated_at' || plan.keep?.includes(name) === true) continue
    if (name === 'is_deleted') row[name] = r.chance(0.12)
    else if (name === 'minor_until' || name === 'under18_until') row[name] = r.pick(untils)
    else if (name === 'division' || name.endsWith('_division')) row[name] = cut(divisions[(turn + name.length) % divisions.length] ?? null, length)
    else if (name in (plan.links ?? {})) row[name] = kept
    else if (/^(subject|holder|owner)_kind$/.test(name)) row[name] = r.pick(['1', '2', '2', '9', ''])
    else if (name === 'status' && plan.table === 'crd_record') row[name] = r.pick(['公示中', '公示中', '公示中', '已修复', '已撤销', ''])
    else if (name === 'mask_kind') row[name] = r.pick(['NAME', 'ID_NO', 'TEXT_SCRUB', 'REDACT', ''])
    else if (name === 'own_names') row[name] = r.pick([[], ['张伟'], ['😀', '张伟']])
    else if (nullable && r.chance(0.2)) row[name] = null
    else if (r.chance(0.45)) row[name] = worse(type, { kept, nullable, length, precision, scale }, r)
  }
  return row
}

function worse(type: string, { kept, nullable, length, precision, scale }: { kept: unknown; nullable: boolean; length: number | null; precision: number | null; scale: number | null }, r: Random): unknown {
  switch (type) {
    case 'text':
    case 'character varying': return cut(r.pick(texts), length)
    case 'date': return r.pick(days.filter((value) => nullable || value !== null))
    case 'boolean': return r.chance(0.5)
    case 'smallint': return r.pick([0, 1, 3, 4, 12, 100])
    case 'integer': return r.pick([0, -1, 12, 1000])
    case 'numeric': return r.pick(numerics.filter((value) => Math.abs(Number(value)) < 10 ** ((precision ?? 20) - (scale ?? 0))))
    default: return kept
  }
}

function cut(value: string | null, length: number | null): string | null {
  return value === null || length === null ? value : [...value].slice(0, length).join('')
}

function newKey(model: unknown, { key, table }: Plan, turn: number): unknown {
  if (typeof model === 'number' || key === 'objection_id') return 900_000_000 + turn
  if (key === 'uscc') return `91310199HOSTILE${String(turn).padStart(2, '0')}A`
  if (typeof model === 'string' && model.length === 36) return `${'0bad'.padEnd(8, '0')}-${table.length.toString(16).padStart(4, '0')}-4000-8000-${String(turn).padStart(12, '0')}`
  return `HOSTILE-${turn}`
}

function uniqueText(name: string, turn: number): string {
  if (name === 'report_year') return String(1900 + turn)
  if (name === 'id_no') return ['310199850307', '31019919850307', '１１', 'x', '31019920000229'][turn % 5] + String(turn).padStart(3, '0')
  return `${turn}'; --`
}

async function columnsOf(client: pg.Client, table: string): Promise<readonly Column[]> {
  const { rows } = await client.query<Column>(
    `SELECT column_name AS name, data_type AS type, is_nullable = 'YES' AS nullable, character_maximum_length AS length, numeric_precision AS precision, numeric_scale AS scale
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position`,
    [table],
  )
  return rows
}
