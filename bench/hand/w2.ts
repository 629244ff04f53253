// W2 by hand: one enterprise across five departments, everything that does not wait for another answer at once.

import type { Row } from './department-pools.ts'
import type { Handler } from './handler.ts'

const USCC = '91310199MA1K0T2A0A'

const enterprise = `SELECT uscc, ent_name, legal_rep_name, legal_rep_pid, floor(lat * 100) / 100 + 0.005 AS lat, floor(lng * 100) / 100 + 0.005 AS lng
  FROM ent_base WHERE uscc = $1 AND NOT is_deleted`
const shareholders = 'SELECT holder_name, trim_scale(ratio)::text AS ratio FROM ent_shareholder WHERE uscc = $1 AND NOT is_deleted ORDER BY shareholder_id LIMIT 20'
const person = `SELECT full_name, id_no, to_char(birth_date, 'YYYY-MM-DD') AS birth_date, mobile FROM pop_person WHERE pid = $1 AND NOT is_deleted`
const maskedPerson = `SELECT full_name, mask.id_no(id_no, true, true) AS id_no, mask.birth_date(birth_date, date '2026-03-01') AS birth_date, NULL AS mobile
  FROM pop_person WHERE pid = $1 AND NOT is_deleted AND minor_until <= date '2026-03-01'`
const inForce = ` AND subject_kind = '2' AND status NOT IN ('已修复', '已撤销')
  AND (repaired_on IS NULL OR repaired_on > date '2026-03-01') AND (lifted_on IS NULL OR lifted_on > date '2026-03-01')
  AND (event_ended_on IS NULL OR event_ended_on + interval '5 years' >= date '2026-03-01')`
const records = (condition: string): string => `SELECT record_no, to_char(decided_on, 'YYYY-MM-DD') AS decided_on FROM crd_record
  WHERE subject_uscc = $1 AND NOT is_deleted${condition} ORDER BY crd_record.decided_on DESC, record_id LIMIT 20`
const summary = (condition: string): string => `SELECT count(*)::integer AS records, (count(*) FILTER (WHERE kind = 'ADMIN_PENALTY'))::integer AS penalties
  FROM crd_record WHERE subject_uscc = $1 AND NOT is_deleted${condition}`
const rating = 'SELECT grade, trim_scale(score)::text AS score FROM crd_rating WHERE subject_uscc = $1 AND NOT is_deleted'
const licenses = 'SELECT status_code, cert_no FROM lic_instance WHERE holder_uscc = $1 AND NOT is_deleted ORDER BY cert_uid LIMIT 20'
const vehicles = 'SELECT plate_no, status_code FROM trf_vehicle WHERE owner_uscc = $1 AND NOT is_deleted ORDER BY vehicle_uid LIMIT 20'
const station = `SELECT station_name FROM trf_metro_station WHERE NOT is_deleted AND lat IS NOT NULL AND lng IS NOT NULL
  ORDER BY ((lat - $1) * 111195) ^ 2 + ((lng - $2) * 111195 * cos(radians($1::float8))::numeric) ^ 2, station_code LIMIT 1`

/** Masked: as amr-officer is answered, who may not see vehicles, telephones and scores. */
export const w2: Handler = async ({ departments, masked }) => {
  const { enterprises, population, credit, licenses: issued, transport } = departments
  const condition = masked ? inForce : ''
  const [found, holders, decided, counts, ratings, held, cars] = await Promise.all([
    enterprises('enterprise', enterprise, [USCC]).then(async ([row]) => {
      if (row === undefined) throw new RangeError('no such enterprise')
      const [people, stations] = await Promise.all([
        population('person', masked ? maskedPerson : person, [row['legal_rep_pid']]),
        transport('station', station, [row['lat'], row['lng']]),
      ])
      return { row, representative: people[0], nearest: stations[0] }
    }),
    enterprises('shareholders', shareholders, [USCC]),
    credit('records', records(condition), [USCC]),
    credit('summary', summary(condition), [USCC]),
    credit('rating', rating, [USCC]),
    issued('licenses', licenses, [USCC]),
    masked ? undefined : transport('vehicles', vehicles, [USCC]),
  ])
  const { row, representative, nearest } = found
  return {
    enterprise: {
      name: row['ent_name'],
      legalRepName: row['legal_rep_name'],
      legalRepresentative: representative === undefined ? null : { id: row['legal_rep_pid'], name: representative['full_name'], idNo: representative['id_no'], birthDate: representative['birth_date'], mobile: representative['mobile'] },
      shareholders: { nodes: holders.map((holder) => ({ holderName: holder['holder_name'], ratio: holder['ratio'] })) },
      creditRecords: { nodes: decided.map((record) => ({ recordNo: record['record_no'], decidedOn: record['decided_on'] })) },
      creditSummary: counted(counts[0]),
      creditRating: ratings[0] === undefined ? null : { grade: ratings[0]['grade'], score: masked ? null : ratings[0]['score'] },
      licenses: { nodes: held.map((license) => ({ status: license['status_code'], certNo: license['cert_no'] })) },
      vehicles: cars === undefined ? null : { nodes: cars.map((car) => ({ plateNo: car['plate_no'], status: car['status_code'] })) },
      nearestMetroStation: nearest === undefined ? null : { name: nearest['station_name'] },
    },
  }
}

function counted(row: Row | undefined): unknown {
  return { recordCount: row?.['records'], penaltyCount: row?.['penalties'] }
}
