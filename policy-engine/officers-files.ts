// What officers' files say beside grants: organisations, purposes, limits, lists and Cedar policies, with every problem of every file.
// Read once for the same files: a grant that comes or goes in the register reads none of them anew.

import type { Classification } from '../schema/classification.ts'
import { readApprovals } from './approvals.ts'
import type { ApprovalRules } from './approvals.ts'
import type { BundleFile } from './bundle-files.ts'
import { readCatalogueFile } from './catalogue-file.ts'
import type { CatalogueFile } from './catalogue-file.ts'
import { splitPolicies } from './cedar-validate.ts'
import type { PolicyChecker } from './cedar-validate.ts'
import { readCombinations } from './combinations.ts'
import type { Combinations } from './combinations.ts'
import { unknownCoordinates } from './coordinates.ts'
import { readCorrections } from './corrections.ts'
import type { CorrectionRules } from './corrections.ts'
import type { Quotas } from './decision.ts'
import { readLists } from './lists.ts'
import type { Lists } from './lists.ts'
import { readOrganisations } from './organisations.ts'
import type { Organisation } from './organisations.ts'
import type { Policy } from './policy.ts'
import { positionAt } from './problem.ts'
import type { Problem } from './problem.ts'
import { readPurposes } from './purposes.ts'
import type { Purpose } from './purposes.ts'
import { readQuotas } from './quotas.ts'
import { readRisk } from './risk.ts'
import type { RiskRules } from './risk.ts'
import { madePolicyIds, withheldPolicies } from './withheld-policies.ts'
import { readWorkingDays } from './working-days.ts'
import type { WorkingDays } from './working-days.ts'

export type OfficersFiles = {
  readonly organisations: ReadonlyMap<string, Organisation>
  readonly purposes: ReadonlyMap<string, Purpose>
  readonly quotas: Quotas
  readonly risk: RiskRules
  readonly combinations: Combinations
  /** Without the file nobody can apply for a grant. */
  readonly approvals: ApprovalRules | undefined
  readonly workingDays: WorkingDays
  readonly catalogue: CatalogueFile
  readonly lists: Lists
  readonly corrections: CorrectionRules
  readonly policies: readonly Policy[]
  readonly problems: readonly Problem[]
}

/** `templates`: of policies that grants will need, to be checked with the others at once. */
type Reading = { readonly classification: Classification; readonly checker: PolicyChecker; readonly templates: (context: Pick<OfficersFiles, 'organisations' | 'purposes'>) => readonly string[] }

/** By the list of files; a checker belongs to one classification. */
const known = new WeakMap<readonly BundleFile[], { readonly checker: PolicyChecker; readonly said: OfficersFiles }>()

/** What the files say. The same list is read once for a checker; whoever reads files again makes another list. */
export function officersFiles(files: readonly BundleFile[], reading: Reading): OfficersFiles {
  const before = known.get(files)
  if (before?.checker === reading.checker) return before.said
  const said = readFiles(files, reading)
  known.set(files, { checker: reading.checker, said })
  return said
}

function readFiles(files: readonly BundleFile[], { classification, checker, templates }: Reading): OfficersFiles {
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
  // All at once, since Cedar reads the schema anew at each validation; what follows finds it remembered.
  checker.check([
    ...cedarFiles.flatMap((file) => splitPolicies(file.name, file.text).parts.map((part) => part.text)),
    ...templates({ organisations, purposes }),
  ])
  for (const file of cedarFiles) readPolicies(file, classification, checker, policies, problems)
  const { catalogue, problems: catalogueProblems } = readCatalogueFile(files.find((file) => file.name === 'catalogue.yaml'), { classification, organisations })
  const { lists, problems: listProblems } = readLists(files, { classification, organisations, purposes })
  const withheld = withheldPolicies(lists, catalogue, checker)
  policies.push(...withheld.policies)
  problems.push(...catalogueProblems, ...listProblems, ...withheld.problems)
  return { organisations, purposes, quotas, risk, combinations, approvals, workingDays, corrections, catalogue, lists, policies, problems }
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

function required(files: readonly BundleFile[], name: string): BundleFile {
  return files.find((file) => file.name === name) ?? { name, text: '[]' }
}
