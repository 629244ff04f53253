// A policy bundle: organisations, purposes, grants and Cedar policies of one directory, checked as a whole, and the grants of the
// register, of which what does not fit is left out. Every problem of every file is gathered; a bundle with one problem is no bundle.
// Relies on the classification the graph serves by.

import type { Classification } from '../schema/classification.ts'
import { bundleHash, readBundleFiles } from './bundle-files.ts'
import type { BundleFile } from './bundle-files.ts'
import type { PolicyChecker } from './cedar-validate.ts'
import type { Policy } from './policy.ts'
import { splitPolicies } from './cedar-validate.ts'
import { readApprovals } from './approvals.ts'
import type { ApprovalRules } from './approvals.ts'
import { readCombinations } from './combinations.ts'
import type { Combinations } from './combinations.ts'
import { unknownCoordinates } from './coordinates.ts'
import type { Subjects } from './environment.ts'
import { grantPolicies, grantTemplates } from './grant-policies.ts'
import { APPROVED } from './grants.ts'
import type { Grant } from './grants.ts'
import { readOrganisations } from './organisations.ts'
import type { Organisation } from './organisations.ts'
import { indexPolicies } from './policy-index.ts'
import type { PolicyIndex } from './policy-index.ts'
import { positionAt } from './problem.ts'
import type { Problem } from './problem.ts'
import { readCorrections } from './corrections.ts'
import type { CorrectionRules } from './corrections.ts'
import type { Quotas } from './decision.ts'
import { readPurposes } from './purposes.ts'
import type { Purpose } from './purposes.ts'
import { readQuotas } from './quotas.ts'
import { readRisk } from './risk.ts'
import type { RiskRules } from './risk.ts'
import { readWorkingDays } from './working-days.ts'
import type { WorkingDays } from './working-days.ts'
import { readCatalogueFile } from './catalogue-file.ts'
import type { CatalogueFile } from './catalogue-file.ts'
import { grantsOnNegatives, readLists } from './lists.ts'
import type { Lists } from './lists.ts'
import { madePolicyIds, withheldPolicies } from './withheld-policies.ts'

export type Bundle = {
  readonly hash: string
  readonly organisations: ReadonlyMap<string, Organisation>
  readonly purposes: ReadonlyMap<string, Purpose>
  readonly grants: ReadonlyMap<string, Grant>
  readonly quotas: Quotas
  readonly risk: RiskRules
  readonly combinations: Combinations
  /** Without the file nobody can apply for a grant. */
  readonly approvals: ApprovalRules | undefined
  readonly workingDays: WorkingDays
  /** Why grants of the register are not in force: what they were approved for does not fit the rest any more. */
  readonly leftOut: readonly Problem[]
  readonly catalogue: CatalogueFile
  readonly lists: Lists
  readonly corrections: CorrectionRules
  readonly policies: readonly Policy[]
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

/** Checks files already read. */
export function parseBundle(files: readonly BundleFile[], classification: Classification, checker: PolicyChecker): BundleReading {
  const { organisations, problems: organisationProblems } = readOrganisations(required(files, 'organisations.yaml'))
  const { purposes, problems: purposeProblems } = readPurposes(required(files, 'purposes.yaml'), organisations)
  const { quotas, problems: quotaProblems } = readQuotas(files.find((file) => file.name === 'quotas.yaml'))
  const { risk, problems: riskProblems } = readRisk(files.find((file) => file.name === 'risk.yaml'))
  const { combinations, problems: combinationProblems } = readCombinations(files.find((file) => file.name === 'combinations.yaml'), classification)
  const { approvals, problems: approvalProblems } = readApprovals(files.find((file) => file.name === 'approvals.yaml'), organisations)
  const { workingDays, problems: dayProblems } = readWorkingDays(files.find((file) => file.name === 'holidays.yaml'))
  const { corrections, problems: correctionProblems } = readCorrections(files.find((file) => file.name === 'corrections.yaml'))
  const problems: Problem[] = [...organisationProblems, ...purposeProblems, ...quotaProblems, ...riskProblems, ...combinationProblems, ...approvalProblems, ...dayProblems, ...correctionProblems]
  for (const name of ['organisations.yaml', 'purposes.yaml']) {
    if (!files.some((file) => file.name === name)) problems.push({ file: name, line: 1, column: 1, message: 'this file is missing' })
  }
  const policies: Policy[] = []
  const cedarFiles = files.filter((file) => file.name.endsWith('.cedar'))
  if (cedarFiles.length === 0) problems.push({ file: '.', line: 1, column: 1, message: 'there is no .cedar file: nobody would see anything' })
  for (const { name, text } of cedarFiles) {
    // Editors empty a file before they write it: served like that, its forbids would be off for a moment.
    if (text.trim() === '') problems.push({ file: name, line: 1, column: 1, message: 'the file is empty; remove it if it is not needed' })
  }
  const readings = checker.grants.readAll(files, { classification, organisations, purposes })
  // All at once, since Cedar reads the schema anew at each validation; what follows finds it remembered.
  checker.check([
    ...cedarFiles.flatMap((file) => splitPolicies(file.name, file.text).parts.map((part) => part.text)),
    ...readings.flatMap(({ grants }) => grants.filter((grant) => !checker.grants.knows(grant)).flatMap((grant) => grantTemplates(grant, purposes.get(grant.purpose), classification))),
  ])
  for (const file of cedarFiles) readPolicies(file, classification, checker, policies, problems)
  const { catalogue, problems: catalogueProblems } = readCatalogueFile(files.find((file) => file.name === 'catalogue.yaml'), { classification, organisations })
  const { lists, problems: listProblems } = readLists(files, { classification, organisations, purposes })
  const withheld = withheldPolicies(lists, catalogue, checker)
  policies.push(...withheld.policies)
  problems.push(...catalogueProblems, ...listProblems, ...withheld.problems)
  const grants = new Map<string, Grant>()
  const leftOut: Problem[] = []
  for (const read of readings) {
    // A grant of the register never breaks the bundle.
    const complaints = read.file.startsWith(APPROVED) ? leftOut : problems
    complaints.push(...read.problems)
    for (const grant of read.grants) {
      const { file, line, column } = grant
      if (grants.has(grant.id)) complaints.push({ file, line, column, message: `grant ${grant.id} exists already` })
      const made = checker.grants.policies(grant, () => grantPolicies(grant, purposes.get(grant.purpose), classification, checker))
      const refused = [...made.problems, ...grantsOnNegatives(grant, files, lists)]
      complaints.push(...refused)
      if (complaints === leftOut && (refused.length > 0 || grants.has(grant.id))) continue
      grants.set(grant.id, grant)
      policies.push(...made.policies)
    }
  }
  problems.push(...duplicateIds(policies))
  if (problems.length > 0) return { bundle: undefined, problems: [...problems].sort(byPlace) }
  return { bundle: { hash: bundleHash(files), organisations, purposes, grants, quotas, risk, combinations, approvals, workingDays, leftOut, corrections, catalogue, lists, policies, index: indexPolicies(policies), subjects: checker.subjects }, problems: [] }
}

function readPolicies(file: BundleFile, classification: Classification, checker: PolicyChecker, policies: Policy[], problems: Problem[]): void {
  const split = splitPolicies(file.name, file.text)
  problems.push(...split.problems)
  const checked = checker.check(split.parts.map((part) => part.text))
  for (const [index, part] of split.parts.entries()) {
    const found = checked[index]
    const place = (within: number): { line: number; column: number } => positionAt(file.text, part.index + within)
    const complain = (within: number, message: string): void => { problems.push({ file: file.name, ...place(within), message }) }
    if (found === undefined || 'faults' in found) {
      for (const fault of found?.faults ?? []) complain(fault.index, fault.message)
      continue
    }
    const { id, because } = found.body.annotations
    if (id === undefined || id === '') complain(0, 'the policy has no @id("…")')
    if (because === undefined || because === '') complain(0, 'the policy has no @because("…") with its legal basis')
    for (const made of madePolicyIds) if (id?.startsWith(made) === true) complain(0, `an @id may not begin with ${made}`)
    for (const fault of unknownCoordinates(found.body, part.text, classification)) complain(fault.index, fault.message)
    policies.push({ ...found.body, id: id ?? '', because: because ?? '', text: part.text, file: file.name, ...place(0) })
  }
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

function required(files: readonly BundleFile[], name: string): BundleFile {
  return files.find((file) => file.name === name) ?? { name, text: '[]' }
}

function byPlace(a: Problem, b: Problem): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column
}
