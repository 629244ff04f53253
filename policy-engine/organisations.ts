// organisations.yaml: who may appear as a caller's organisation. A caller of an organisation that is not here, or whose kind is
// another one, gets nothing.

import { z } from 'zod'
import type { BundleFile } from './bundle-files.ts'
import type { CallerKind } from './decision.ts'
import type { Problem } from './problem.ts'
import { readYaml } from './yaml-source.ts'

const organisation = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z0-9-]{0,39}$/, 'an organisation code is capitals, digits and hyphens'),
  name: z.string().min(1),
  nameZh: z.string().min(1),
  kind: z.enum(['department', 'partner', 'public', 'citizen', 'operator']),
})
export type Organisation = Readonly<z.infer<typeof organisation>>

export function readOrganisations(file: BundleFile): { readonly organisations: ReadonlyMap<string, Organisation>; readonly problems: readonly Problem[] } {
  const source = readYaml(file, z.array(organisation))
  const organisations = new Map<string, Organisation>()
  const problems = [...source.problems]
  for (const [index, entry] of (source.value ?? []).entries()) {
    if (organisations.has(entry.code)) problems.push(source.at([index, 'code'], `organisation ${entry.code} stands here twice`))
    organisations.set(entry.code, entry)
  }
  return { organisations, problems }
}

/** Whether a caller of that kind may belong to the organisation. Operators are people of any organisation: they get no values. */
export function kindFits(kind: CallerKind, organisation: Organisation): boolean {
  if (kind === 'operator') return true
  return kind === 'subject' ? organisation.kind === 'citizen' : kind === organisation.kind
}
