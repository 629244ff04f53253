// One admitted operation to its answer: coerce, cost, facts, access plan, report, seal, run, shape. Everything that fails on the
// way becomes an entry of the catalogue; nothing is thrown to Apollo Server, which would answer 500.

import { GraphQLError } from 'graphql'
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { AnswerCommit } from '../audit/answer-commit.ts'
import type { SupplyLedger } from '../audit/supply.ts'
import type { Suspensions } from '../audit/suspensions.ts'
import { CitygraphError, isCitygraphError } from '../core/errors.ts'
import { errorFacts } from '../core/logger.ts'
import type { Logger } from '../core/logger.ts'
import type { Clock } from '../core/clock.ts'
import type { Stops } from '../core/stops.ts'
import { subgraphNames } from '../core/domains.ts'
import type { Writable } from '../core/writable.ts'
import type { Bundle } from '../policy-engine/bundle.ts'
import type { AccessPlan, Caller, Occasion, Quotas } from '../policy-engine/decision.ts'
import { withOperationRules, withoutEntries } from '../policy-engine/operation-rules.ts'
import { quotaNames } from '../policy-engine/quota-names.ts'
import type { Classification } from '../schema/classification.ts'
import type { OperationFacts, Sealer } from '../subgraphs/access-context.ts'
import { refuseTooCostly } from './cost.ts'
import { entryOf, runtimeEntry, statusOf } from './format-error.ts'
import type { ErrorEntry } from './format-error.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { DecidedOperation, KnownOperations, PlannedReport } from './known-operation.ts'
import type { HeaderOccasion } from './occasion.ts'
import { inAnswerOrder } from './order-errors.ts'
import { isRecorded } from './record-refusal.ts'
import type { GatewayRecords } from './record-refusal.ts'
import { reportDecisions } from './report.ts'
import type { DecidedField } from './report.ts'
import { sharingText } from './request-state.ts'
import type { RequestState } from './request-state.ts'
import { sealRequest } from './seal-request.ts'
import { isOutdated } from './still-in-force.ts'
import type { RegisterEngine } from './still-in-force.ts'

/** The part of the policy engine that the gateway uses. */
export type DecidingEngine = Omit<RegisterEngine, 'head'> & {
  head(): { readonly hash: string; readonly sequence: number }
  plan(caller: Caller, occasion: Occasion, version?: string): AccessPlan
  purpose(code: string): unknown
  /** What documentation says of organisations, purposes and data. */
  bundle(): Pick<Bundle, 'hash' | 'organisations' | 'purposes' | 'catalogue'>
}

export type AnswerParts = {
  readonly engine: DecidingEngine
  readonly classification: Classification | undefined
  readonly sealer: Sealer | undefined
  readonly cellLimit: number
  readonly operations: KnownOperations
  readonly records: GatewayRecords
  /** Begins the commit of one answer's records. Left out: subgraphs make theirs durable themselves. */
  readonly commits: (() => AnswerCommit) | undefined
  /** Who and what may not be served by now. */
  readonly suspensions: Pick<Suspensions, 'require'>
  /** For dry runs: which quotas are used up. Left out: none is said to be. */
  readonly supply: SupplyLedger | undefined
  readonly metrics: GatewayMetrics
  readonly clock: Clock
  readonly logger: Logger
}

/** What Apollo Server has parsed and validated. */
export type AdmittedOperation = {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly variables: Readonly<Record<string, unknown>>
}

/** `data`: JSON text. Absent: the request ended with its first error's status. */
export type Answer = { readonly status: number; readonly data?: string; readonly errors?: readonly ErrorEntry[] }

/** Runs the plan; gives what @apollo/gateway gives, or the data as JSON text (`text`, which then counts alone; `value`: run-plan.ts). */
export type RunPlan = () => Promise<PlanResult>
export type PlanResult = { readonly data?: Record<string, unknown> | null; readonly text?: string; readonly value?: () => Record<string, unknown>; readonly errors?: readonly unknown[] }

/** The body of an answer, in the order in which Apollo Server writes one. */
export function answerText({ data, errors }: Answer, state: RequestState): string {
  return `{${errors === undefined ? '' : `"errors":${JSON.stringify(errors)},`}${data === undefined ? '' : `"data":${data},`}"extensions":${sharingText(state)}}\n`
}

/** Completes `state` (decisions, records, policy version) on the way. Never throws. */
export async function answerOperation(admitted: AdmittedOperation, state: RequestState, run: RunPlan, parts: AnswerParts): Promise<Answer> {
  try {
    const known = parts.operations(admitted.schema, admitted.document, admitted.operation, state.literalOf)
    state.operation = known.named
    const variables = known.coerce(admitted.variables)
    const operation = known.decided(variables)
    refuseTooCostly(operation.cells(variables), parts.cellLimit)
    // Numbers that name a person enter by POST alone (DOMAIN 4.7 no. 3): URLs end up in logs.
    if (operation.byPostAlone && state.method === 'GET') throw new CitygraphError('BAD_USER_INPUT', { hint: 'Send this operation by POST.' })
    const facts = operation.facts(variables)
    if (state.occasion.dryRun) return await dryRun(operation, facts, decide(operation, facts, state, parts), state, parts)
    const result = await lastResult({ operation, facts, act: admitted.operation.operation === 'mutation', run }, state, parts)
    // Who could be given what, with the quotas and the owners' stops as the subgraphs found them.
    if (state.raised.size > 0 || state.refused.size > 0 || state.stopped.size > 0) decideHeld(operation, facts, state, parts)
    return shape(result, state, parts)
  } catch (error) {
    if (!isCitygraphError(error)) parts.logger.error('operation failed', { requestId: state.requestId, ...errorFacts(error) })
    const entry = runtimeEntry(error)
    if (isRecorded(entry.extensions.code)) await refuse(state, entry, parts)
    return { status: statusOf([entry]), errors: [entry] }
  }
}

type Running = { readonly operation: DecidedOperation; readonly facts: OperationFacts; readonly act: boolean; readonly run: RunPlan }

/** What was read by the state that is still in force when its records are durable; an act is done once, whatever changed meanwhile. */
async function lastResult({ operation, facts, act, run }: Running, state: RequestState, parts: AnswerParts): Promise<PlanResult> {
  for (let made = 1; ; made += 1) {
    const planned = decide(operation, facts, state, parts)
    // What is not permitted is not planned.
    if (planned.refusesAct) throw new CitygraphError('FORBIDDEN')
    state.seal = sealRequest({ caller: state.caller, occasion: state.occasion, bundleSequence: planned.bundleSequence, policyVersion: state.policyVersion, operation: facts, stops: state.stops }, parts)
    const result = await recorded(run, state, parts)
    if (act || state.auditUnavailable || !(await isOutdated(state, made, parts))) return result
  }
}

/** Whatever became of it: nothing that was read leaves before its records are durable. Throws AUDIT_UNAVAILABLE. */
async function recorded(run: RunPlan, state: RequestState, { commits, metrics, logger }: AnswerParts): Promise<PlanResult> {
  const commit = commits?.()
  if (commit === undefined) return run()
  state.commit = commit
  try {
    return await run()
  } finally {
    await commit.durable().catch((cause: unknown) => {
      state.records = []
      metrics.auditFailures.inc()
      logger.error('access record not durable', { requestId: state.requestId, ...errorFacts(cause) })
      throw new CitygraphError('AUDIT_UNAVAILABLE', {}, { cause })
    })
  }
}

/** `quotas` undefined: no plan has decided. */
type Decided = Pick<PlannedReport, 'fields' | 'refusesAct'> & { readonly bundleSequence: number; readonly quotas: Quotas | undefined }

/** Reports by the access plan. Throws what the engine says. */
function decide(operation: DecidedOperation, { singleSubject, fields }: OperationFacts, state: RequestState, parts: AnswerParts): Decided {
  const { classification, engine, metrics } = parts
  if (classification === undefined) return { fields: [], refusesAct: false, bundleSequence: engine.head().sequence, quotas: undefined }
  const report = operation.report(engine.plan(state.caller, occasionOf(state.occasion, singleSubject, state.stops)), fields)
  for (const [decision, count] of report.counts) metrics.decided(decision, count)
  state.policyVersion = report.plan.policyVersion
  state.off = parts.engine.off(state.policyVersion)
  state.decisions = report.decisions
  state.decisionsText = report.text
  return { fields: report.fields, refusesAct: report.refusesAct, bundleSequence: report.plan.bundleSequence, quotas: report.plan.quotas }
}

/**
 * Reports anew, for what each subgraph decides: by the classes that it found used up, what it found stopped, and without the entries
 * it refused. Throws FORBIDDEN when the bundle is gone.
 */
function decideHeld(operation: DecidedOperation, { singleSubject, fields }: OperationFacts, state: RequestState, parts: AnswerParts): readonly DecidedField[] {
  const { classification, engine, metrics } = parts
  if (classification === undefined) return []
  const planOf = (occasion: Occasion): AccessPlan => withOperationRules(engine.plan(state.caller, occasion, state.policyVersion), fields, classification)
  const plan = planOf(occasionOf(state.occasion, singleSubject, state.stops))
  const held = new Map<string | undefined, AccessPlan>()
  for (const subgraph of new Set([...state.raised.keys(), ...state.stopped.keys()])) {
    const stops = state.stopped.has(subgraph) ? state.stopped.get(subgraph) : state.stops
    held.set(subgraph, planOf({ ...occasionOf(state.occasion, singleSubject, stops), ...raisedBy(state, subgraph) }))
  }
  for (const [subgraph, entries] of state.refused) held.set(subgraph, withoutEntries(held.get(subgraph) ?? plan, entries))
  const report = reportDecisions(operation.asked, (subgraph) => held.get(subgraph) ?? plan, classification)
  for (const { decision, code } of report.decisions) if (code === 'QUOTA') metrics.decided(decision, 1)
  state.decisions = report.decisions
  state.decisionsText = undefined
  return report.fields
}

function raisedBy({ raised }: RequestState, subgraph: string): Pick<Occasion, 'raised'> {
  const classes = raised.get(subgraph)
  return classes === undefined ? {} : { raised: [...classes] }
}

function occasionOf({ purpose, caseNo, authorizationRef }: HeaderOccasion, singleSubject: boolean, stops: Stops | undefined): Occasion {
  const occasion: Writable<Occasion> = { singleSubject }
  if (purpose !== undefined) occasion.purpose = purpose
  if (caseNo !== undefined) occasion.caseNo = caseNo
  if (authorizationRef !== undefined) occasion.authorizationRef = authorizationRef
  if (stops !== undefined) occasion.stops = stops
  return occasion
}

async function dryRun(operation: DecidedOperation, facts: OperationFacts, planned: Decided, state: RequestState, parts: AnswerParts): Promise<Answer> {
  const used = planned.quotas === undefined ? [] : ((await parts.supply?.charge(state.caller.org, parts.clock.now(), [], planned.quotas)) ?? [])
  const classes = new Set(planned.quotas === undefined ? [] : quotaNames(planned.quotas).filter((name) => used.includes(name)))
  if (classes.size > 0) for (const subgraph of subgraphNames) state.raised.set(subgraph, classes)
  const fields = classes.size > 0 ? decideHeld(operation, facts, state, parts) : planned.fields
  state.records.push(await parts.records.dryRun({ ...state, operation: state.operation }, fields))
  return withDenied({ status: 200, data: 'null' }, state)
}

function shape(result: PlanResult, state: RequestState, parts: AnswerParts): Answer {
  if (state.auditUnavailable) {
    state.records = []
    const entry = entryOf(new CitygraphError('AUDIT_UNAVAILABLE'))
    return { status: statusOf([entry]), errors: [entry] }
  }
  const entries = (result.errors ?? []).map((error) => {
    const entry = runtimeEntry(error)
    if (entry.extensions.code === 'INTERNAL') {
      const original = error instanceof GraphQLError ? error.originalError : error
      parts.logger.error('plan failed', { requestId: state.requestId, ...errorFacts(original) })
    }
    return entry
  })
  const errors = oncePerDomain(inAnswerOrder(entries, () => (result.text === undefined ? result.data : JSON.parse(result.text))))
  const data = result.text ?? (result.data === undefined ? undefined : JSON.stringify(result.data))
  if (data === undefined) return { status: statusOf(errors), errors: errors.length === 0 ? [entryOf(new CitygraphError('INTERNAL'))] : errors }
  state.value = result.value
  return withDenied({ status: 200, data, errors }, state)
}

/** Several fetches of one plan may find the same domain away; the caller is told once. */
function oncePerDomain(entries: readonly ErrorEntry[]): readonly ErrorEntry[] {
  const away = new Set<unknown>()
  return entries.flatMap((entry) => {
    if (entry.extensions.code !== 'SUBGRAPH_UNAVAILABLE') return [entry]
    const { domain } = entry.extensions
    if (away.has(domain)) return []
    away.add(domain)
    const { path: _one, locations: _of, ...whole } = entry
    return [whole]
  })
}

function withDenied(answer: Answer, state: RequestState): Answer {
  const denied = state.occasion.deniedAsErrors ? state.decisions.filter(({ decision }) => decision === 'DENIED') : []
  const errors = [...(answer.errors ?? []), ...denied.map(({ path }) => entryOf(new CitygraphError('FORBIDDEN'), path.split('.')))]
  const { errors: _replaced, ...rest } = answer
  return errors.length === 0 ? rest : { ...rest, errors }
}

async function refuse(state: RequestState, entry: ErrorEntry, parts: AnswerParts): Promise<void> {
  const { requestId, policyVersion, caller, occasion, operation } = state
  state.refusalRecorded = true
  await parts.records.refused({ requestId, code: entry.extensions.code, policyVersion, caller, occasion, operation })
}
