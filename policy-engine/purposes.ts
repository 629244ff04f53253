// purposes.yaml: the registered reasons to read, each with its legal basis and the organisations it is registered for.

import { z } from 'zod'
import type { BundleFile } from './bundle-files.ts'
import type { Organisation } from './organisations.ts'
import type { Problem } from './problem.ts'
import { readYaml } from './yaml-source.ts'

const purpose = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z0-9]*-[0-9]{4}$/, 'a purpose code is like BANK-0602'),
  organisations: z.array(z.string()).min(1),
  title: z.string().min(1),
  titleZh: z.string().min(1),
  legalBasis: z.string().min(1),
  needsCase: z.boolean().optional(),
  /** Days after which the person learns of an access for this purpose (个人信息保护法 35); at once without it. */
  delayedDisclosure: z.number().int().min(1).max(3_650).optional(),
})
export type Purpose = Readonly<z.infer<typeof purpose>>

export function readPurposes(file: BundleFile, organisations: ReadonlyMap<string, Organisation>): { readonly purposes: ReadonlyMap<string, Purpose>; readonly problems: readonly Problem[] } {
  const source = readYaml(file, z.array(purpose))
  const purposes = new Map<string, Purpose>()
  const problems = [...source.problems]
  for (const [index, entry] of (source.value ?? []).entries()) {
    if (purposes.has(entry.code)) problems.push(source.at([index, 'code'], `purpose ${entry.code} stands here twice`))
    for (const [place, code] of entry.organisations.entries()) {
      if (!organisations.has(code)) problems.push(source.at([index, 'organisations', place], `organisation ${code} is not in organisations.yaml`))
    }
    purposes.set(entry.code, entry)
  }
  return { purposes, problems }
}
