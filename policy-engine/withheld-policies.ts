// What officers hold back by a list is held back by Cedar: each entry of the negative list and each withdrawal in catalogue.yaml is a
// forbid, which no permit and no grant lifts. The owner goes on with the data. The negative list takes nothing from a person that is the
// person's own (个人信息保护法 45); a withdrawal does.

import type { CatalogueFile } from './catalogue-file.ts'
import type { PolicyChecker } from './cedar-validate.ts'
import type { Lists } from './lists.ts'
import type { Policy } from './policy.ts'
import type { Problem } from './problem.ts'

/** Ids of policies that are made, not written: no policy of a file may begin so. */
export const madePolicyIds = ['grant/', 'negative/', 'withdrawn/'] as const

/** Whether a policy is an entry of those lists: nobody can apply for what it forbids. */
export function isWithheld({ id }: Pick<Policy, 'id'>): boolean {
  return id.startsWith('negative/') || id.startsWith('withdrawn/')
}

type Withheld = { readonly id: string; readonly because: string; readonly fields: readonly string[]; readonly unless: string; readonly file: string; readonly line: number; readonly column: number }

const person = '(principal.kind == "subject" && principal has pid && resource has subject && resource.subject == principal.pid)'
const owner = '(principal.kind == "department" && context.field.owner == principal.org)'

export function withheldPolicies({ negatives }: Lists, { withdrawn }: CatalogueFile, checker: PolicyChecker): { readonly policies: readonly Policy[]; readonly problems: readonly Problem[] } {
  const withheld: readonly Withheld[] = [
    ...negatives.map((entry) => ({ ...entry, id: `negative/${entry.id}`, because: entry.legalBasis, unless: `${person} || ${owner}` })),
    ...withdrawn.map((entry) => ({ ...entry, id: `withdrawn/${entry.id}`, because: entry.reason, unless: owner })),
  ]
  const texts = withheld.map(policyText)
  const policies: Policy[] = []
  const problems: Problem[] = []
  for (const [index, checked] of checker.check(texts).entries()) {
    const entry = withheld[index]
    if (entry === undefined) continue
    const { id, because, file, line, column } = entry
    if ('faults' in checked) problems.push({ file, line, column, message: `the entry does not give a valid policy: ${checked.faults.map((fault) => fault.message).join('; ')}` })
    else policies.push({ ...checked.body, id, because, text: texts[index] ?? '', file, line, column })
  }
  return { policies, problems }
}

function policyText({ id, because, fields, unless }: Withheld): string {
  return `@id(${quoted(id)})
@because(${quoted(because)})
forbid (principal, action, resource)
when { [${fields.map(quoted).join(', ')}].contains(context.field.coordinate) }
unless { ${unless} };`
}

/** Cedar string literals take the escapes of JSON that can stand in one line. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, ' ')}"`
}
