// W4 by hand: a page of people with one SELECT, as it is or with the masks of policy-bundles.ts' masking bundle.

import type { Row } from './department-pools.ts'
import type { Handler } from './handler.ts'

const age = `extract(year FROM age(date '2026-03-01', birth_date))::integer`
const band = `CASE WHEN ${age} >= 90 THEN '90+' ELSE (${age} / 10 * 10)::text || '-' || (${age} / 10 * 10 + 9)::text END`

const page = `SELECT pid, id_type, id_no, full_name, former_name, gender_code, ethnic_code, to_char(birth_date, 'YYYY-MM-DD') AS birth_date, ${age} AS age, ${band} AS age_band,
  hukou_division, hukou_address, residence_division, residence_address, marital_code, education_code, mobile, photo_ref, vital_status, to_char(death_date, 'YYYY-MM-DD') AS death_date
  FROM pop_person WHERE NOT is_deleted ORDER BY pid LIMIT $1::bigint`

/** What is clear by level 3 is clear for grown people only; an age is not told where the birth date is masked. */
const grown = (value: string): string => `CASE WHEN under18_until <= date '2026-03-01' THEN ${value} END`
const address = (value: string, division: string): string => `CASE WHEN ${value} IS NOT NULL THEN mask.address(coalesce(${division}, '')) END`

const maskedPage = `SELECT pid, id_type, mask.id_no(id_no, true, true) AS id_no, mask.name(full_name) AS full_name, mask.name(former_name) AS former_name, gender_code,
  ${grown('ethnic_code')} AS ethnic_code, mask.birth_date(birth_date, date '2026-03-01') AS birth_date, NULL AS age, NULL AS age_band, hukou_division,
  ${address('hukou_address', 'hukou_division')} AS hukou_address, mask.division(residence_division) AS residence_division, ${address('residence_address', 'residence_division')} AS residence_address,
  ${grown('marital_code')} AS marital_code, education_code, mask.mobile(mobile) AS mobile, NULL AS photo_ref, vital_status, mask.birth_date(death_date, date '2026-03-01') AS death_date
  FROM pop_person WHERE NOT is_deleted AND minor_until <= date '2026-03-01' ORDER BY pid LIMIT $1::bigint`

export const w4: Handler = async ({ departments, masked }, variables) => {
  const rows = await departments.population('people', masked ? maskedPage : page, [variables['first']])
  return { people: { nodes: rows.map(personOf) } }
}

function personOf(row: Row): unknown {
  return {
    id: row['pid'],
    idType: row['id_type'],
    idNo: row['id_no'],
    name: row['full_name'],
    formerName: row['former_name'],
    gender: row['gender_code'],
    ethnicity: row['ethnic_code'],
    birthDate: row['birth_date'],
    age: row['age'],
    ageBand: row['age_band'],
    hukouDivision: row['hukou_division'],
    hukouAddress: row['hukou_address'],
    residenceDivision: row['residence_division'],
    residenceAddress: row['residence_address'],
    maritalStatus: row['marital_code'],
    education: row['education_code'],
    mobile: row['mobile'],
    photo: row['photo_ref'],
    vitalStatus: row['vital_status'],
    deathDate: row['death_date'],
  }
}
