// `citygraph policy test | explain | diff`: what an officer asks before and after an edit.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { frozenClock, systemClock } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { demonstrationCallers } from '../gateway/demonstration-callers.ts'
import type { Bundle } from '../policy-engine/bundle.ts'
import { readBundle } from '../policy-engine/bundle.ts'
import { createPolicyChecker } from '../policy-engine/cedar-validate.ts'
import type { Caller, FieldDecision, Occasion } from '../policy-engine/decision.ts'
import { diffBundles } from '../policy-engine/diff.ts'
import { fieldAt } from '../policy-engine/grants.ts'
import { createPolicyEngine } from '../policy-engine/engine.ts'
import type { Explanation } from '../policy-engine/explain.ts'
import { runOfficerTests } from '../policy-engine/officer-tests.ts'
import { withOperationRules } from '../policy-engine/operation-rules.ts'
import type { Classification } from '../schema/classification.ts'
import { readClassification } from '../schema/classification.ts'
import { allSubgraphSdl } from '../schema/load.ts'
import { problemLine } from '../schema/problem.ts'
import { policiesFolder } from './city-parts.ts'
import { exportGrants, importGrants } from './policy-register.ts'
import { readOptions, UsageError } from './usage.ts'

/** The day the officers' tests and the demonstration live in unless they say otherwise (adr/0003). */
const DAY = '2026-03-01T10:00:00+08:00'

export async function run(args: readonly string[]): Promise<number> {
  const [what, ...rest] = args
  switch (what) {
    case 'test':
      return test(rest)
    case 'explain':
      return explain(rest)
    case 'diff':
      return diff(rest)
    case 'export':
      return exportGrants(rest)
    case 'import':
      return importGrants(rest)
    default:
      throw new UsageError('policy export [FOLDER] | policy import [FOLDER] [--apply] | policy test [FOLDER] | policy explain --caller NAME --field Type.field [--with Type.field,…] [--purpose CODE] [--case CODE] [--authorization REF] | policy diff [--against FOLDER|git revision]')
  }
}

/** The folder's bundle with its officers' tests: problem lines and how many tests ran. */
export async function checkPolicies(classification: Classification, folder = policiesFolder): Promise<{ readonly problems: readonly string[]; readonly tests: number }> {
  const { bundle, problems } = await readBundle(folder, classification, createPolicyChecker(classification))
  if (bundle === undefined) return { problems: problems.map((problem) => problemLine({ ...problem, file: join('policies', problem.file) })), tests: 0 }
  const ran = await runOfficerTests(folder, bundle, classification, Date.parse(DAY))
  const failed = ran.results.filter(({ failures }) => failures.length > 0)
  return {
    problems: [
      ...ran.problems.map((problem) => problemLine({ ...problem, file: join('policies', problem.file) })),
      ...failed.flatMap(({ file, line, name, failures }) => failures.map((failure) => `policies/${file}:${line}: ${name}: ${failure}`)),
    ],
    tests: ran.results.length,
  }
}

async function test(args: readonly string[]): Promise<number> {
  const [folder] = readOptions(args, {}).words
  const { problems, tests } = await checkPolicies(classificationOfCity(), folder === undefined ? policiesFolder : resolve(folder))
  for (const line of problems) process.stderr.write(`${line}\n`)
  process.stdout.write(`${tests} officers' tests, ${problems.length} problems.\n`)
  return problems.length === 0 ? 0 : 1
}

async function explain(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { caller: 'string', field: 'string', purpose: 'string', case: 'string', authorization: 'string', many: 'boolean', with: 'string', now: 'string' })
  const named = demonstrationCallers.find(({ name }) => name === options.text('caller'))
  if (named === undefined && options.text('caller') !== undefined) throw new UsageError('There is no demonstration caller of that name. `citygraph token --list` names them.')
  const [type, field] = (options.text('field') ?? '').split('.')
  if (type === undefined || field === undefined || field === '') throw new UsageError('--field is Type.field, e.g. Person.name.')
  const caller: Caller = named === undefined
    ? { kind: 'public', org: 'PUBLIC', sub: 'anonymous', roles: [], assurance: 1, zone: 'mainland' }
    : { ...named, sub: named.name, ...(named.kind === 'subject' ? { pid: '00000000-0000-0000-0000-000000000000' } : {}) }
  const purpose = options.text('purpose')
  const caseNo = options.text('case')
  const authorizationRef = options.text('authorization')
  const occasion: Occasion = {
    singleSubject: !options.flag('many'),
    ...(purpose === undefined ? {} : { purpose }),
    ...(caseNo === undefined ? {} : { caseNo }),
    ...(authorizationRef === undefined ? {} : { authorizationRef }),
  }
  const classification = classificationOfCity()
  const engine = await createPolicyEngine({ directory: policiesFolder, classification, clock: clockAt(options.text('now')) })
  if (purpose !== undefined && engine.purpose(purpose) === undefined) throw new UsageError('That purpose is not registered (policies/purposes.yaml).')
  const beside = options.text('with')?.split(',').map((one) => one.trim())
  const unknown = beside?.find((one) => fieldAt(one, classification) === undefined)
  if (unknown !== undefined) throw new UsageError('--with is a list of Type.field, e.g. Person.gender,Person.hukouDivision.')
  const together = beside === undefined ? undefined : withOperationRules(engine.plan(caller, occasion), [`${type}.${field}`, ...beside], classification).field(type, field)
  process.stdout.write(explained(engine.explain(caller, occasion, type, field), together))
  return 0
}

/** What an operation that asks for other fields too makes of the decision, and by which rules. */
function besideOthers(decision: FieldDecision): readonly string[] {
  const rules = decision.policies.filter((id) => id.startsWith('combination/'))
  return [`  together:  ${decision.decision}${rules.length === 0 ? ', no rule on the whole operation applies' : ` by ${rules.join(', ')} (policies/combinations.yaml)`}`]
}

function explained(it: Explanation, together: FieldDecision | undefined): string {
  const code = 'code' in it.decision ? ` (${it.decision.code})` : ''
  const lines = [
    `${it.coordinate}: ${it.decision.decision}${code}`,
    `  clear on:  ${it.clear}`,
    `  masked on: ${it.masked}`,
    `  rows:      ${it.exists}`,
    `  filter:    ${it.filterable ? 'yes' : 'no'}`,
    ...it.actions.flatMap(({ action, rows, policies }) => [
      `  ${action}: ${rows}`,
      ...policies.map(({ id, effect, because, file, line, rows: on }) => `    ${effect} ${id} (${file}:${line}) on ${on}; because ${because}`),
    ]),
    ...it.notes.map((note) => `  ${note}`),
    ...(together === undefined ? [] : besideOthers(together)),
    `  policies ${it.policyVersion}`,
  ]
  return `${lines.join('\n')}\n`
}

async function diff(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { against: 'string', now: 'string' })
  const against = options.text('against') ?? 'HEAD'
  const classification = classificationOfCity()
  const checker = createPolicyChecker(classification)
  const read = async (folder: string, name: string): Promise<Bundle> => {
    const { bundle, problems } = await readBundle(folder, classification, checker)
    if (bundle === undefined) throw new Error([`${name} is not a valid bundle:`, ...problems.map(problemLine)].join('\n'))
    return bundle
  }
  const after = await read(policiesFolder, 'policies/')
  const before = await withFolder(against, (folder) => read(folder, against))
  const rows = diffBundles(before, after, classification, clockAt(options.text('now')).now().getTime())
  for (const row of rows) process.stdout.write(`${row.caller}  ${row.coordinate}  ${row.before} → ${row.after}\n`)
  process.stdout.write(`${rows.length} decisions change.\n`)
  return 0
}

/** A folder as it is, or `policies/` of a git revision laid out in a temporary folder. */
async function withFolder<T>(against: string, work: (folder: string) => Promise<T>): Promise<T> {
  if (against.includes('/') || against.startsWith('.')) return work(resolve(against))
  const folder = mkdtempSync(join(tmpdir(), 'citygraph-policies-'))
  try {
    const archive = execFileSync('git', ['archive', '--format=tar', against, 'policies'], { cwd: resolve(policiesFolder, '..'), stdio: ['ignore', 'pipe', 'pipe'] })
    execFileSync('tar', ['-x', '-C', folder], { input: archive })
    return await work(join(folder, 'policies'))
  } catch (error) {
    if (error instanceof Error && 'status' in error) throw new UsageError(`"${against.slice(0, 40)}" is neither a folder nor a git revision with policies/.`)
    throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function classificationOfCity(): Classification {
  return readClassification(allSubgraphSdl())
}

function clockAt(now: string | undefined): Clock {
  return now === 'system' ? systemClock : frozenClock(now ?? DAY)
}
