// How many reports of wrong data are open for each field (DOMAIN S10: they show on the catalogue's item). Numbers alone: who reported whom
// stays with `corrections`. Nobody but the process of governance may ask.

import { withClient, type DepartmentPool } from '../migrations/pool.ts'

const OPEN = 'SELECT field, count(*)::integer AS open FROM correction WHERE outcome IS NULL GROUP BY field ORDER BY field'

/** By coordinate `Type.field`; fields without an open report are absent. `database`: governance's. */
export async function openReports(database: DepartmentPool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await withClient(database, (client) => client.query<{ field: string; open: number }>(OPEN))
  return new Map(rows.map(({ field, open }) => [field, open]))
}
