// What the plain subgraphs read: DataLoader over prepared statements, made anew for every request as its documentation says.

import DataLoader from 'dataloader'
import { byColumn } from '../hand/department-pools.ts'
import type { Departments, Row } from '../hand/department-pools.ts'

type Many = DataLoader<string, readonly Row[]>

export type Loaders = {
  readonly departments: Departments
  readonly people: DataLoader<string, Row | undefined>
  readonly enterprises: DataLoader<string, Row | undefined>
  readonly shareholders: Many
  /** One for each number of records that is asked for. */
  readonly records: (first: number) => Many
  readonly summaries: Many
  readonly ratings: Many
  readonly licenses: Many
  readonly vehicles: Many
}

export const personColumns = `pid AS id, id_type, id_no, full_name, former_name, gender_code, ethnic_code, to_char(birth_date, 'YYYY-MM-DD') AS birth_date,
  extract(year FROM age(date '2026-03-01', birth_date))::integer AS age, hukou_division, hukou_address, residence_division, residence_address,
  marital_code, education_code, mobile, photo_ref, vital_status, to_char(death_date, 'YYYY-MM-DD') AS death_date`

export const enterpriseColumns = `uscc, ent_name, ent_type_code, industry_code, trim_scale(reg_capital * 10000)::text AS capital, to_char(established_on, 'YYYY-MM-DD') AS established_on,
  legal_rep_name, legal_rep_pid, (floor(lat * 100) / 100 + 0.005)::text || ',' || (floor(lng * 100) / 100 + 0.005)::text AS place`

export function loadersOf(departments: Departments): Loaders {
  const { population, enterprises, credit, licenses, transport } = departments
  const many = (read: (keys: readonly string[]) => Promise<readonly Row[]>): Many =>
    new DataLoader(async (keys) => {
      const rows = byColumn(await read(keys), 'key')
      return keys.map((key) => rows.get(key) ?? [])
    })
  const one = (column: string, read: (keys: readonly string[]) => Promise<readonly Row[]>): DataLoader<string, Row | undefined> =>
    new DataLoader(async (keys) => {
      const rows = new Map((await read(keys)).map((row) => [row[column], row]))
      return keys.map((key) => rows.get(key))
    })
  const records = new Map<number, Many>()
  return {
    departments,
    people: one('id', (keys) => population('people', `SELECT ${personColumns} FROM pop_person WHERE pid = ANY($1::uuid[]) AND NOT is_deleted`, [keys])),
    enterprises: one('uscc', (keys) => enterprises('enterprises', `SELECT ${enterpriseColumns} FROM ent_base WHERE uscc = ANY($1::text[]) AND NOT is_deleted`, [keys])),
    shareholders: many((keys) => enterprises('shareholders', 'SELECT uscc AS key, holder_name, trim_scale(ratio)::text AS ratio FROM ent_shareholder WHERE uscc = ANY($1::text[]) AND NOT is_deleted ORDER BY shareholder_id', [keys])),
    records: (first) => {
      const made = records.get(first) ?? many((keys) => credit('records', latest, [keys, first]))
      records.set(first, made)
      return made
    },
    summaries: many((keys) => credit('summaries', `SELECT subject_uscc AS key, count(*)::integer AS records, (count(*) FILTER (WHERE kind = 'ADMIN_PENALTY'))::integer AS penalties FROM crd_record WHERE subject_uscc = ANY($1::text[]) AND NOT is_deleted GROUP BY subject_uscc`, [keys])),
    ratings: many((keys) => credit('ratings', 'SELECT subject_uscc AS key, grade, trim_scale(score)::text AS score FROM crd_rating WHERE subject_uscc = ANY($1::text[]) AND NOT is_deleted', [keys])),
    licenses: many((keys) => licenses('licenses', 'SELECT holder_uscc AS key, status_code, cert_no FROM lic_instance WHERE holder_uscc = ANY($1::text[]) AND NOT is_deleted ORDER BY cert_uid', [keys])),
    vehicles: many((keys) => transport('vehicles', 'SELECT owner_uscc AS key, plate_no, status_code FROM trf_vehicle WHERE owner_uscc = ANY($1::text[]) AND NOT is_deleted ORDER BY vehicle_uid', [keys])),
  }
}

const latest = `SELECT its.key, record.record_no, record.decided_on FROM unnest($1::text[]) AS its(key) CROSS JOIN LATERAL (
  SELECT record_no, to_char(decided_on, 'YYYY-MM-DD') AS decided_on FROM crd_record WHERE subject_uscc = its.key AND NOT is_deleted
  ORDER BY crd_record.decided_on DESC, record_id LIMIT $2::bigint) AS record ORDER BY its.key, record.decided_on DESC`
