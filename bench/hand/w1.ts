// W1 by hand: three statements by index, the second and third at once, joined by two maps.

import type { Handler } from './handler.ts'
import { byColumn } from './department-pools.ts'

const enterprises = `SELECT uscc, ent_name, ent_type_code, industry_code, trim_scale(reg_capital * 10000)::text AS capital,
  to_char(established_on, 'YYYY-MM-DD') AS established_on, legal_rep_pid
  FROM ent_base WHERE NOT is_deleted ORDER BY uscc LIMIT $1::bigint`

const people = `SELECT pid, full_name, gender_code, to_char(birth_date, 'YYYY-MM-DD') AS birth_date, hukou_division
  FROM pop_person WHERE pid = ANY($1::uuid[]) AND NOT is_deleted`

const latest = (condition: string): string => `SELECT its.uscc, record.record_no, record.decided_on
  FROM unnest($1::text[]) WITH ORDINALITY AS its(uscc, n) CROSS JOIN LATERAL (
    SELECT record_no, to_char(decided_on, 'YYYY-MM-DD') AS decided_on FROM crd_record
    WHERE subject_uscc = its.uscc AND NOT is_deleted${condition} ORDER BY crd_record.decided_on DESC, record_id LIMIT 3) AS record
  ORDER BY its.n, record.decided_on DESC`

/** Records in force about organisations, which is what everybody may see. */
const inForce = ` AND subject_kind = '2' AND status NOT IN ('已修复', '已撤销')
      AND (repaired_on IS NULL OR repaired_on > date '2026-03-01') AND (lifted_on IS NULL OR lifted_on > date '2026-03-01')
      AND (event_ended_on IS NULL OR event_ended_on + interval '5 years' >= date '2026-03-01')`

const everything = latest('')
const visible = latest(inForce)

/** Masked: as bank-a is answered, who may not know legal representatives. */
export const w1: Handler = async ({ departments, masked, combined }, variables) => {
  const found = await departments.enterprises('enterprises', enterprises, [variables['first']])
  const [representatives, records] = await Promise.all([
    masked ? [] : departments.population('people', people, [found.flatMap(({ legal_rep_pid: pid }) => (pid === null || pid === undefined ? [] : [pid]))]),
    departments.credit('latest', masked ? visible : everything, [found.map(({ uscc }) => uscc)]),
  ])
  const byPid = new Map(representatives.map((row) => [row['pid'], row]))
  const byEnterprise = byColumn(records, 'uscc')
  return {
    enterprises: {
      nodes: found.map((row) => {
        const person = byPid.get(row['legal_rep_pid'] ?? '')
        return {
          uscc: row['uscc'],
          name: row['ent_name'],
          type: row['ent_type_code'],
          industry: row['industry_code'],
          registeredCapital: row['capital'],
          establishedOn: row['established_on'],
          legalRepresentative: person === undefined ? null : { name: person['full_name'], gender: person['gender_code'], birthDate: combined ? person['birth_date']?.slice(0, 4) : person['birth_date'], hukouDivision: person['hukou_division'] },
          creditRecords: { nodes: (byEnterprise.get(row['uscc'] ?? '') ?? []).map((record) => ({ recordNo: record['record_no'], decidedOn: record['decided_on'] })) },
        }
      }),
    },
  }
}
