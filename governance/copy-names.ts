// Names and delays as the bundle in force has them, copied to where a person's history is read. Purposes that officers removed stay
// with the delay they had last; organisations keep their names.

import { withClient, type DepartmentPool } from '../migrations/pool.ts'
import type { Bundle } from '../policy-engine/bundle.ts'

/** Brings both tables up to date. Repeating it changes nothing. */
export async function copyNames(facts: DepartmentPool, { organisations, purposes }: Pick<Bundle, 'organisations' | 'purposes'>): Promise<void> {
  const organisationRows = [...organisations.values()].map(({ code, name, nameZh }) => ({ code, name, name_zh: nameZh }))
  const purposeRows = [...purposes.values()].map(({ code, title, titleZh, legalBasis, delayedDisclosure }) =>
    ({ code, title, title_zh: titleZh, legal_basis: legalBasis, delay_days: delayedDisclosure ?? 0 }))
  await withClient(facts, async (client) => {
    await client.query(
      `INSERT INTO organisation (code, name, name_zh) SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (code text, name text, name_zh text) ORDER BY code
       ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_zh = excluded.name_zh`,
      [JSON.stringify(organisationRows)],
    )
    await client.query(
      `INSERT INTO purpose (code, title, title_zh, legal_basis, delay_days)
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (code text, title text, title_zh text, legal_basis text, delay_days integer) ORDER BY code
       ON CONFLICT (code) DO UPDATE SET title = excluded.title, title_zh = excluded.title_zh, legal_basis = excluded.legal_basis, delay_days = excluded.delay_days`,
      [JSON.stringify(purposeRows)],
    )
  })
}
