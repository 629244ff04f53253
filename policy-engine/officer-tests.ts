// Officers' tests: policies/*.test.yaml beside the bundle, each a caller, a purpose and what is expected of fields. With `rows`
// the decision on that one row is computed by our conditions and by Cedar itself, and they must agree.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Classification, RowAttribute } from '../schema/classification.ts'
import { environmentOf } from './access-plan.ts'
import type { DecidingPlan } from './access-plan.ts'
import type { Bundle } from './bundle.ts'
import { testFileNames } from './bundle-files.ts'
import { createCedarOracle } from './cedar-oracle.ts'
import type { CedarOracle } from './cedar-oracle.ts'
import { wordOf } from './codes.ts'
import type { Cells } from './coherence.ts'
import type { AccessPlan, Caller, Occasion, QuotaName } from './decision.ts'
import type { Action } from './environment.ts'
import { holdsOn } from './evaluate.ts'
import type { Parameters, Row } from './evaluate.ts'
import { fieldAt } from './grants.ts'
import { cellsOf } from './lowered-plan.ts'
import { makePlan } from './make-plan.ts'
import { withOperationRules } from './operation-rules.ts'
import type { Problem } from './problem.ts'
import { isQuotaName } from './quota-names.ts'
import { readYaml } from './yaml-source.ts'

const expected = z.enum(['CLEAR', 'MASKED', 'DENIED', 'MIXED', 'VERIFY'])
const attribute = z.union([z.boolean(), z.number(), z.string(), z.array(z.string())])
const testShape = z.strictObject({
  name: z.string().min(1),
  caller: z.strictObject({
    org: z.string(),
    kind: z.enum(['department', 'partner', 'subject', 'operator', 'public']),
    sub: z.string().optional(),
    roles: z.array(z.string()).optional(),
    division: z.string().optional(),
    assurance: z.union([z.literal(1), z.literal(2), z.literal(3)]).optional(),
    zone: z.enum(['intranet', 'mainland', 'abroad']).optional(),
    pid: z.string().optional(),
  }),
  purpose: z.string().optional(),
  caseNo: z.string().optional(),
  authorizationRef: z.string().optional(),
  singleSubject: z.boolean().optional(),
  /** Bulk classes, or `grant/` and the id of a grant, of which the organisation may read no more people. */
  overQuota: z.array(z.custom<QuotaName>(isQuotaName, 'a bulk class (A, B, C), or grant/ and the id of a grant')).optional(),
  /** `Type.field` that the operation asks for: the rules on whole operations lower what is expected. */
  together: z.array(z.string()).optional(),
  /** ISO 8601 instant; otherwise the clock given to the run. */
  now: z.iso.datetime({ offset: true }).optional(),
  /** Attributes of one concrete row; required ones left out are false, 0 or empty. */
  rows: z.record(z.string(), attribute).optional(),
  /** `Type.field`, or `Type` for whether its rows exist for the caller. */
  expect: z.record(z.string(), expected),
  filterable: z.array(z.string()).optional(),
  notFilterable: z.array(z.string()).optional(),
})
export type OfficerTest = z.infer<typeof testShape>

export type OfficerTestResult = { readonly file: string; readonly line: number; readonly name: string; readonly failures: readonly string[] }
export type OfficerTestRun = { readonly results: readonly OfficerTestResult[]; readonly problems: readonly Problem[] }

/** Runs every *.test.yaml of the directory against a bundle. `now` in epoch ms where a test names none. */
export async function runOfficerTests(directory: string, bundle: Bundle, classification: Classification, now: number): Promise<OfficerTestRun> {
  const results: OfficerTestResult[] = []
  const problems: Problem[] = []
  const oracle = createCedarOracle(bundle.policies)
  for (const name of await testFileNames(directory)) {
    const source = readYaml({ name, text: await readFile(join(directory, name), 'utf8') }, z.array(testShape))
    problems.push(...source.problems)
    for (const [index, test] of (source.value ?? []).entries()) {
      const failures = runOfficerTest(test, bundle, classification, now, oracle)
      results.push({ file: name, line: source.at([index], '').line, name: test.name, failures })
    }
  }
  return { results, problems }
}

/** The failures of one test, in words; [] if it passes. */
function runOfficerTest(test: OfficerTest, bundle: Bundle, classification: Classification, clockNow: number, oracle: CedarOracle): readonly string[] {
  const now = test.now === undefined ? clockNow : Date.parse(test.now)
  const { roles = [], assurance = 2, zone = 'intranet', sub = 'officer-test', ...rest } = test.caller
  const { division, pid, ...who } = rest
  const caller: Caller = { ...who, sub, roles, assurance, zone, ...(division === undefined ? {} : { division }), ...(pid === undefined ? {} : { pid }) }
  const { purpose, caseNo, authorizationRef } = test
  const occasion: Occasion = {
    singleSubject: test.singleSubject ?? false,
    ...(test.overQuota === undefined ? {} : { raised: test.overQuota }),
    ...(purpose === undefined ? {} : { purpose }), ...(caseNo === undefined ? {} : { caseNo }), ...(authorizationRef === undefined ? {} : { authorizationRef }),
  }
  if (purpose !== undefined && !bundle.purposes.has(purpose)) return [`purpose ${purpose} is not in purposes.yaml`]
  const plan = makePlan({ bundle, sequence: 0, classification, caller, occasion, withdrawn: new Set(), now, alternatives: () => [] })
  const parameters: Parameters = { now, ...(pid === undefined ? {} : { pid }), ...(caseNo === undefined ? {} : { caseNo }), ...(authorizationRef === undefined ? {} : { authorizationRef }) }
  const failures: string[] = (test.together ?? []).flatMap((coordinate) => (fieldAt(coordinate, classification) === undefined ? [`${coordinate} is not in the graph`] : []))
  const ruled = test.together === undefined ? plan : withOperationRules(plan, test.together, classification)
  const cellsAt = (type: string, field: string): Cells => (ruled === plan ? plan.cells(type, field) : cellsOf(ruled.field(type, field)))
  for (const [coordinate, want] of Object.entries(test.expect)) {
    const [type = '', field] = coordinate.split('.')
    if (field === undefined ? classification.type(type) === undefined : fieldAt(coordinate, classification) === undefined) {
      failures.push(`${coordinate} is not in the graph`)
      continue
    }
    const row = test.rows === undefined ? undefined : rowOf(test.rows, rowTypeOf(coordinate, classification), classification)
    const got = row === undefined ? planWord({ plan, cellsAt }, coordinate, classification) : rowWord({ plan, cellsAt }, coordinate, classification, row, parameters)
    if (got !== want) failures.push(`${coordinate}: expected ${want}, got ${got}`)
    if (row !== undefined) failures.push(...disagreements(plan, coordinate, classification, row, parameters, oracle))
  }
  for (const coordinate of test.filterable ?? []) if (!isFilterable(ruled, coordinate)) failures.push(`${coordinate}: expected to be filterable`)
  for (const coordinate of test.notFilterable ?? []) if (isFilterable(ruled, coordinate)) failures.push(`${coordinate}: expected not to be filterable`)
  return failures
}

type Expected = z.infer<typeof expected>

/** `cellsAt`: of fields, after the rules on whole operations. */
type Judged = { readonly plan: DecidingPlan; readonly cellsAt: (type: string, field: string) => Cells }

function planWord({ plan, cellsAt }: Judged, coordinate: string, classification: Classification): Expected {
  const [type = '', field] = coordinate.split('.')
  if (field === undefined) return wordOf({ read: plan.rows(type), masked: { kind: 'never' } })
  const word = wordOf(cellsAt(type, field))
  return word === 'CLEAR' && isVerification(coordinate, classification) ? 'VERIFY' : word
}

function rowWord({ plan, cellsAt }: Judged, coordinate: string, classification: Classification, row: Row, parameters: Parameters): Expected {
  const [type = '', field] = coordinate.split('.')
  const cells = field === undefined ? { read: plan.rows(type), masked: { kind: 'never' as const } } : cellsAt(type, field)
  if (holdsOn(cells.read, row, parameters)) return isVerification(coordinate, classification) ? 'VERIFY' : 'CLEAR'
  return holdsOn(cells.masked, row, parameters) ? 'MASKED' : 'DENIED'
}

/** Where Cedar's own answer on the row differs from ours, action by action, before coherence lowers anything. */
function disagreements(plan: DecidingPlan, coordinate: string, classification: Classification, row: Row, parameters: Parameters, oracle: CedarOracle): readonly string[] {
  const [type = '', field] = coordinate.split('.')
  const kind = fieldAt(coordinate, classification)?.entry?.kind
  const actions: readonly Action[] = field === undefined ? ['see'] : kind === 'VERIFY' ? ['verify'] : kind === 'ACT' ? ['act'] : ['read', 'readMasked']
  return actions.flatMap((action) => {
    const environment = environmentOf(plan, action, coordinate)
    if (environment === undefined) return []
    const ours = holdsOn(plan.action(action, type, field).allowed, row, parameters)
    const theirs = oracle.allows(environment, row)
    return ours === theirs ? [] : [`${coordinate}: ${action} is ${ours ? 'allowed' : 'denied'} by the compiled policies, ${theirs ? 'allowed' : 'denied'} by Cedar`]
  })
}

function rowTypeOf(coordinate: string, classification: Classification): string {
  const field = fieldAt(coordinate, classification)
  return field?.entry?.kind === 'VERIFY' ? field.entry.of ?? 'Query' : coordinate.split('.')[0] ?? ''
}

function rowOf(given: Row, rowType: string, classification: Classification): Row {
  const attributes = classification.type(rowType)?.rowAttributes ?? []
  return Object.fromEntries(attributes.flatMap(({ name, type, optional }) => {
    const value = given[name] ?? (optional ? undefined : blank(type))
    return value === undefined ? [] : [[name, type === 'datetime' && typeof value === 'string' ? Date.parse(value) : value]]
  }))
}

function blank(type: RowAttribute['type']): Row[string] {
  return type === 'Bool' ? false : type === 'Long' || type === 'datetime' ? 0 : type === 'Set<String>' ? [] : ''
}

function isVerification(coordinate: string, classification: Classification): boolean {
  return fieldAt(coordinate, classification)?.entry?.kind === 'VERIFY'
}

function isFilterable(plan: AccessPlan, coordinate: string): boolean {
  const [type = '', field = ''] = coordinate.split('.')
  return plan.filterable(type, field)
}
