// A policy bundle: organisations, purposes, grants and Cedar policies of one directory, checked as a whole, and the grants of the
// register, of which what does not fit is left out. Every problem of every file is gathered; a bundle with one problem is no bundle.
// Relies on the classification the graph serves by.

import type { Classification } from '../schema/classification.ts'
import { bundleHash, readBundleFiles } from './bundle-files.ts'
import type { BundleFile } from './bundle-files.ts'
import type { PolicyChecker } from './cedar-validate.ts'
import type { Policy } from './policy.ts'
import type { Subjects } from './environment.ts'
import { grantPolicies, grantTemplates } from './grant-policies.ts'
import { APPROVED } from './grants.ts'
import type { Grant } from './grants.ts'
import { indexPolicies } from './policy-index.ts'
import type { PolicyIndex } from './policy-index.ts'
import type { Problem } from './problem.ts'
import { grantsOnNegatives } from './lists.ts'
import { officersFiles } from './officers-files.ts'
import type { OfficersFiles } from './officers-files.ts'

export type Bundle = Omit<OfficersFiles, 'problems'> & {
  readonly hash: string
  readonly grants: ReadonlyMap<string, Grant>
  /** Why grants of the register are not in force: what they were approved for does not fit the rest any more. */
  readonly leftOut: readonly Problem[]
  readonly index: PolicyIndex
  /** What the graph's fields and types are to policies. */
  readonly subjects: Subjects
}

export type BundleReading = { readonly bundle: Bundle; readonly problems: readonly [] } | { readonly bundle: undefined; readonly problems: readonly Problem[] }

/** Reads and checks a directory. An unreadable directory is a problem like any other. */
export async function readBundle(directory: string, classification: Classification, checker: PolicyChecker): Promise<BundleReading> {
  try {
    return parseBundle(await readBundleFiles(directory), classification, checker)
  } catch (error) {
    return { bundle: undefined, problems: [unreadable(error)] }
  }
}

/** What is wrong with a directory that node:fs could not read. */
export function unreadable(error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return { file: '.', line: 1, column: 1, message: `the policy directory cannot be read (${code})` }
}

/** Checks files already read; `approved`: the register's grants, which are no files. Of files that were read before only these are new. */
export function parseBundle(files: readonly BundleFile[], classification: Classification, checker: PolicyChecker, approved: readonly BundleFile[] = []): BundleReading {
  const all = [...files, ...approved]
  const readings = ({ organisations, purposes }: Pick<OfficersFiles, 'organisations' | 'purposes'>) => checker.grants.readAll(all, { classification, organisations, purposes })
  const templates = (context: Pick<OfficersFiles, 'organisations' | 'purposes'>): readonly string[] =>
    readings(context).flatMap(({ grants }) => grants.filter((grant) => !checker.grants.knows(grant)).flatMap((grant) => grantTemplates(grant, context.purposes.get(grant.purpose), classification)))
  const { problems: found, policies: written, ...officers } = officersFiles(files, { classification, checker, templates })
  const { purposes, lists } = officers
  const problems = [...found]
  const policies = [...written]
  const grants = new Map<string, Grant>()
  const leftOut: Problem[] = []
  checker.check(templates(officers))
  for (const read of readings(officers)) {
    // A grant of the register never breaks the bundle.
    const complaints = read.file.startsWith(APPROVED) ? leftOut : problems
    complaints.push(...read.problems)
    for (const grant of read.grants) {
      const { file, line, column } = grant
      if (grants.has(grant.id)) complaints.push({ file, line, column, message: `grant ${grant.id} exists already` })
      const made = checker.grants.policies(grant, () => grantPolicies(grant, purposes.get(grant.purpose), classification, checker))
      const refused = [...made.problems, ...grantsOnNegatives(grant, all, lists)]
      complaints.push(...refused)
      if (complaints === leftOut && (refused.length > 0 || grants.has(grant.id))) continue
      grants.set(grant.id, grant)
      policies.push(...made.policies)
    }
  }
  problems.push(...duplicateIds(policies))
  if (problems.length > 0) return { bundle: undefined, problems: [...problems].sort(byPlace) }
  return { bundle: { hash: bundleHash(all), ...officers, grants, leftOut, policies, index: indexPolicies(policies), subjects: checker.subjects }, problems: [] }
}

function duplicateIds(policies: readonly Policy[]): Problem[] {
  const seen = new Set<string>()
  const problems: Problem[] = []
  for (const { id, file, line, column } of policies) {
    if (id !== '' && seen.has(id)) problems.push({ file, line, column, message: `the policy id ${id} is used twice` })
    seen.add(id)
  }
  return problems
}

function byPlace(a: Problem, b: Problem): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column
}
