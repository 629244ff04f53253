// W3 by hand: one person by the primary key.

import type { Handler } from './handler.ts'

const columns = `id_type, full_name, gender_code, ethnic_code, to_char(birth_date, 'YYYY-MM-DD') AS birth_date,
  extract(year FROM age(date '2026-03-01', birth_date))::integer AS age, hukou_division, hukou_address, residence_division, vital_status`

const person = `SELECT ${columns} FROM pop_person WHERE pid = $1 AND NOT is_deleted`

/** An owner sees grown people as they are, so that masks change nothing. */
export const w3: Handler = async ({ departments }, variables) => {
  const [row] = await departments.population('person', person, [variables['id']])
  if (row === undefined) return { person: null }
  return {
    person: {
      idType: row['id_type'],
      name: row['full_name'],
      gender: row['gender_code'],
      ethnicity: row['ethnic_code'],
      birthDate: row['birth_date'],
      age: row['age'],
      hukouDivision: row['hukou_division'],
      hukouAddress: row['hukou_address'],
      residenceDivision: row['residence_division'],
      vitalStatus: row['vital_status'],
    },
  }
}
