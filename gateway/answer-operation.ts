// One admitted operation to its answer: coerce, cost, facts, access plan, report, seal, run, shape. Everything that fails on the
// way becomes an entry of the catalogue; nothing is thrown to Apollo Server, which would answer 500.

import { getVariableValues, GraphQLError } from 'graphql'
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { SupplyLedger } from '../audit/supply.ts'
import { CitygraphError, isCitygraphError } from '../core/errors.ts'
import { errorFacts } from '../core/logger.ts'
import type { Logger } from '../core/logger.ts'
import type { Clock } from '../core/clock.ts'
import { subgraphNames } from '../core/domains.ts'
import { bulkClasses } from '../policy-engine/decision.ts'
import type { AccessPlan, BulkClass, Caller, Occasion, Quotas } from '../policy-engine/decision.ts'
import { withOneName } from '../policy-engine/one-name.ts'
import type { Classification } from '../schema/classification.ts'
import type { OperationFacts, Sealer } from '../subgraphs/access-context.ts'
import { refuseTooCostly } from './cost.ts'
import { entryOf, runtimeEntry, statusOf } from './format-error.ts'
import type { ErrorEntry } from './format-error.ts'
import type { GatewayMetrics } from './metrics.ts'
import { namedOperation, operationFacts } from './operation-facts.ts'
import { isRecorded } from './record-refusal.ts'
import type { GatewayRecords } from './record-refusal.ts'
import { reportDecisions } from './report.ts'
import type { Report } from './report.ts'
import { sharingText } from './request-state.ts'
import type { RequestState } from './request-state.ts'
import { sealRequest } from './seal-request.ts'
import { walkOperation } from './walk-operation.ts'
import type { AskedOperation } from './walk-operation.ts'

/** The part of the policy engine that the gateway uses. */
export type DecidingEngine = {
  head(): { readonly hash: string; readonly sequence: number }
  plan(caller: Caller, occasion: Occasion, version?: string): AccessPlan
  purpose(code: string): unknown
}

export type AnswerParts = {
  readonly engine: DecidingEngine
  readonly classification: Classification | undefined
  readonly sealer: Sealer | undefined
  readonly cellLimit: number
  readonly records: GatewayRecords
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

/** Runs the plan; gives what @apollo/gateway gives, or the data as JSON text (`text`, which then counts alone). */
export type RunPlan = () => Promise<PlanResult>
export type PlanResult = { readonly data?: Record<string, unknown> | null; readonly text?: string; readonly errors?: readonly unknown[] }

/** The body of an answer, in the order in which Apollo Server writes one. */
export function answerText({ data, errors }: Answer, state: RequestState): string {
  return `{${errors === undefined ? '' : `"errors":${JSON.stringify(errors)},`}${data === undefined ? '' : `"data":${data},`}"extensions":${sharingText(state)}}\n`
}

/** Completes `state` (decisions, records, policy version) on the way. Never throws. */
export async function answerOperation(admitted: AdmittedOperation, state: RequestState, run: RunPlan, parts: AnswerParts): Promise<Answer> {
  try {
    state.operation = namedOperation(admitted.document, admitted.operation)
    const asked = coerce(admitted)
    refuseTooCostly(asked, parts.cellLimit)
    refuseNaturalKeysInUrl(asked, state, parts.classification)
    const facts = operationFacts(asked, parts.classification)
    const report = decide(asked, state, facts, parts)
    const again = (): Report => decide(asked, state, facts, parts)
    if (state.occasion.dryRun) return await dryRun(state, { ...report, again }, parts)
    // An act is no cell that may be left out of an answer: what is not permitted is not planned.
    if (report.fields.some(({ field, decision }) => field.startsWith('Mutation.') && decision === 'DENIED')) throw new CitygraphError('FORBIDDEN')
    state.seal = sealRequest({ caller: state.caller, occasion: state.occasion, bundleSequence: report.bundleSequence, policyVersion: state.policyVersion, operation: facts }, parts)
    const result = await run()
    // Who could be given what, with the quotas as the subgraphs found them.
    if (state.raised.size > 0) again()
    return shape(result, state, parts)
  } catch (error) {
    if (!isCitygraphError(error)) parts.logger.error('operation failed', { requestId: state.requestId, ...errorFacts(error) })
    const entry = runtimeEntry(error)
    if (isRecorded(entry.extensions.code)) await refuse(state, entry, parts)
    return { status: statusOf([entry]), errors: [entry] }
  }
}

/** Throws BAD_USER_INPUT naming the variable; graphql's own sentence would quote its value. */
function coerce(admitted: AdmittedOperation): AskedOperation {
  const { schema, operation, document, variables } = admitted
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], { ...variables }, { maxErrors: 5 })
  if (coerced !== undefined) return { schema, document, operation, variables: coerced }
  const [node] = errors[0]?.nodes ?? []
  const name = node !== undefined && 'variable' in node ? node.variable.name.value : undefined
  throw new CitygraphError('BAD_USER_INPUT', { hint: name === undefined ? 'A variable does not fit its type.' : `The variable "$${name}" does not fit its type.` })
}

/** Numbers that name a person enter by POST alone (DOMAIN 4.7 no. 3): URLs end up in logs. */
function refuseNaturalKeysInUrl(asked: AskedOperation, state: RequestState, classification: Classification | undefined): void {
  if (state.method !== 'GET' || classification === undefined) return
  walkOperation(asked, true, (field) => {
    const kind = classification.field(field.parent, field.name)?.entry?.kind
    if (kind === 'RESOLVE' || kind === 'VERIFY') throw new CitygraphError('BAD_USER_INPUT', { hint: 'Send this operation by POST.' })
    return undefined
  })
}

/** Reports by the access plan, or by that of the classes that a subgraph found used up. Throws FORBIDDEN when its bundle is gone. */
function decide(asked: AskedOperation, state: RequestState, { singleSubject, fields }: OperationFacts, parts: AnswerParts): Report & Decided {
  const { classification, engine } = parts
  if (classification === undefined) return { decisions: [], fields: [], bundleSequence: engine.head().sequence, quotas: undefined }
  const { purpose, caseNo, authorizationRef } = state.occasion
  const planned = (raised: ReadonlySet<BulkClass> | undefined): AccessPlan => {
    const granted = engine.plan(state.caller, {
      ...(purpose === undefined ? {} : { purpose }),
      ...(caseNo === undefined ? {} : { caseNo }),
      ...(authorizationRef === undefined ? {} : { authorizationRef }),
      singleSubject,
      ...(raised === undefined ? {} : { raised: [...raised] }),
    }, state.raised.size === 0 ? undefined : state.policyVersion)
    return withOneName(granted, fields, classification)
  }
  const plan = planned(undefined)
  const raised = new Map([...state.raised].map(([subgraph, classes]) => [subgraph, planned(classes)]))
  const report = reportDecisions(asked, (subgraph) => raised.get(subgraph ?? '') ?? plan, classification)
  for (const { decision, code } of report.decisions) if (raised.size === 0 || code === 'QUOTA') parts.metrics.decisions.inc({ decision })
  if (raised.size === 0) state.policyVersion = plan.policyVersion
  state.decisions = report.decisions
  return { ...report, bundleSequence: plan.bundleSequence, quotas: plan.quotas }
}

type Decided = { readonly bundleSequence: number; readonly quotas: Quotas | undefined }

async function dryRun(state: RequestState, report: Report & Decided & { readonly again: () => Report }, parts: AnswerParts): Promise<Answer> {
  const used = report.quotas === undefined ? [] : ((await parts.supply?.charge(state.caller.org, parts.clock.now(), [], report.quotas)) ?? [])
  const classes = new Set(bulkClasses.filter((bulkClass) => used.includes(bulkClass)))
  if (classes.size > 0) for (const subgraph of subgraphNames) state.raised.set(subgraph, classes)
  const { fields } = classes.size > 0 ? report.again() : report
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
  const errors = oncePerDomain(entries)
  const data = result.text ?? (result.data === undefined ? undefined : JSON.stringify(result.data))
  if (data === undefined) return { status: statusOf(errors), errors: errors.length === 0 ? [entryOf(new CitygraphError('INTERNAL'))] : errors }
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
