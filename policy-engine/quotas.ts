// quotas.yaml: of how many different people an organisation may read data of each bulk class (DOMAIN 2.6) without bulk approval. All
// classes must stand in it: a class without a limit would be one that nobody counts.

import { z } from 'zod'
import type { BundleFile } from './bundle-files.ts'
import { bulkClasses } from './decision.ts'
import type { BulkClass, Quotas } from './decision.ts'
import type { Problem } from './problem.ts'
import { readYaml } from './yaml-source.ts'

const people = z.int().min(0).max(1_000_000_000)
const quota = z.strictObject({ day: people, month: people })
const quotas = z.strictObject({ A: quota, B: quota, C: quota } satisfies Record<BulkClass, typeof quota>)

/** Nobody's data: in place of what could not be read. */
const nothing: Quotas = { A: { day: 0, month: 0 }, B: { day: 0, month: 0 }, C: { day: 0, month: 0 } }

export function readQuotas(file: BundleFile | undefined): { readonly quotas: Quotas; readonly problems: readonly Problem[] } {
  if (file === undefined) return { quotas: nothing, problems: [{ file: 'quotas.yaml', line: 1, column: 1, message: 'this file is missing' }] }
  const source = readYaml(file, quotas)
  const { value } = source
  if (value === undefined) return { quotas: nothing, problems: source.problems }
  const problems = bulkClasses.flatMap((name) => (value[name].month < value[name].day ? [source.at([name, 'month'], `the limit of 30 days is below that of 24 hours`)] : []))
  return { quotas: value, problems }
}
