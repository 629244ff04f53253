// The life of one request inside a subgraph (DESIGN 2): access plan → operation → gate and resolvers → record durable → answer.
// No record, no data: a failing audit log makes 503 AUDIT_UNAVAILABLE of any answer, refusals included.

import type { ExecutionResult, GraphQLSchema } from 'graphql'
import type { AccessRecord } from '../audit/access-record.ts'
import type { AnswerCommit } from '../audit/answer-commit.ts'
import { recordIds } from '../audit/record-id.ts'
import { CitygraphError } from '../core/errors.ts'
import { errorFacts } from '../core/logger.ts'
import { bothStops, readStops } from '../core/stops.ts'
import type { Stops } from '../core/stops.ts'
import type { Writable } from '../core/writable.ts'
import type { AccessPlan, Occasion, QuotaName } from '../policy-engine/decision.ts'
import { withOperationRules, withoutEntries } from '../policy-engine/operation-rules.ts'
import { quotaNames } from '../policy-engine/quota-names.ts'
import type { ReadContext } from '../resolvers/read-context.ts'
import { ownError, refusal, writtenErrors, type SubgraphAnswer } from './answer-shape.ts'
import type { Refusal, Subgraph, SubgraphParts, SubgraphRequest } from './subgraph.ts'
import { boundOperations } from './bound-operation.ts'
import { decisionReader, type OperationDecisions } from './decisions.ts'
import { createExecutor } from './execute/executor.ts'
import type { GateContext } from './gate.ts'
import { operationReader, type Operation } from './operation.ts'
import { byLinkingToken, type PersonNames } from './person-names.ts'
import { createQuota } from './quota.ts'
import { accessRecords, observation, type Observed, type RecordFacts } from './record.ts'
import { createThresholds } from './thresholds.ts'

/** What is known of a request when something stops it. */
type Known = { plan?: AccessPlan; operation?: Operation; decisions?: OperationDecisions; observed?: Observed }

/**
/**
 * What lowers an answer beside the policies: by the ledger, classes to read one level higher, grants that are used up and VERIFY entries
 * to answer with nothing; what owners have stopped; and grants that were revoked since the bundle was made.
 */
type Held = { readonly raised: readonly QuotaName[]; readonly refused: readonly string[]; readonly stops: Stops | undefined; readonly off: string }

/** What was read for an answer, charged to whom it is given; `held`: what it holds less than otherwise. */
type Read = { result: ExecutionResult & Required<Pick<ExecutionResult, 'data'>>; plan: AccessPlan; decisions: OperationDecisions; observed: Observed; held: Held }

/** Changes of what is stopped or revoked while one answer is made; each is an officer's act. */
const ACTS_MEANWHILE = 5

/** The two answers of a subgraph over its gated schema. */
export function answering(schema: GraphQLSchema, parts: SubgraphParts): Pick<Subgraph, 'answer' | 'refuse'> {
  const { domain, classification, engine, clock, logger } = parts
  const readOperation = operationReader(schema, classification)
  const readDecisions = decisionReader(classification)
  const requireBound = boundOperations(schema, classification)
  const execute = createExecutor(schema, parts.executor ?? 'compiled')
  const nextId = recordIds(clock)
  const persons = parts.persons ?? byLinkingToken(parts.auditKey)
  const quota = createQuota({ ledger: parts.supply, tokenOf: persons.token, clock })
  const chargeThresholds = createThresholds({ ledger: parts.supply, tokenOf: persons.token, key: parts.auditKey, clock })

  /** Durable, or of the answer that `commit` waits for. Throws AUDIT_UNAVAILABLE. */
  const record = async (facts: RecordFacts, commit?: AnswerCommit): Promise<{ log: string; id: string }> => {
    const id = nextId()
    await parts.audit.append(accessRecords(facts, { id, at: clock.now(), log: domain, tokenOf: persons.token, nextId }), commit)
    return { log: domain, id }
  }
  /** As `record`; names none where a flood of refusals is counted. */
  const recordRefusal = async (facts: RecordFacts): Promise<{ log: string; id: string } | undefined> => {
    const id = nextId()
    const alone = await parts.audit.refused(accessRecords(facts, { id, at: clock.now(), log: domain, tokenOf: persons.token, nextId }))
    return alone ? { log: domain, id } : undefined
  }

  const unrecorded = (cause: unknown, requestId: string): SubgraphAnswer => {
    logger.error('access record not durable', { domain, requestId, ...errorFacts(cause) })
    return refusal(new CitygraphError('AUDIT_UNAVAILABLE', { domain }, { cause }), engine.head().hash)
  }

  const stop = async ({ error, requestId, access, commit }: Refusal, { plan, operation, decisions, observed }: Known): Promise<SubgraphAnswer> => {
    const policyVersion = plan?.policyVersion ?? engine.head().hash
    const failed = error.code === 'INTERNAL' || error.code === 'SUBGRAPH_UNAVAILABLE'
    try {
      const facts = { requestId, ...present({ access, operation, observed, fields: decisions?.recorded }), policyVersion, code: error.code }
      const kept = await (failed ? record({ ...facts, outcome: 'FAILED' }, commit) : recordRefusal({ ...facts, outcome: 'REFUSED' }))
      return refusal(error, policyVersion, kept)
    } catch (cause) {
      return unrecorded(cause, requestId)
    }
  }

  /** An act that is not permitted is refused whole; one that is stands in the log before anything is done. Throws FORBIDDEN, AUDIT_UNAVAILABLE. */
  const begin = async ({ access, requestId }: SubgraphRequest, { plan, operation, fields }: { plan: AccessPlan; operation: Operation; fields: AccessRecord['fields'] }): Promise<void> => {
    if (fields.some(({ field, decision }) => decision === 'DENIED' && operation.entries.includes(field))) throw new CitygraphError('FORBIDDEN')
    await record({ requestId, access, operation, fields, policyVersion: plan.policyVersion, outcome: 'BEGUN' })
  }

  const inForce = (heard: Stops | undefined, access: SubgraphRequest['access'], version: string | number): Pick<Held, 'stops' | 'off'> => ({ stops: alsoSealed(heard, access), off: engine.off(version) })

  const planFor = ({ access, route }: SubgraphRequest, version: string | number, { raised, refused, stops }: Held): AccessPlan => {
    const plan = engine.plan(access.caller, occasionOf(access, { raised, stops }), version)
    return withoutEntries(withOperationRules(plan, route === 'router' ? undefined : access.operation.fields, classification), refused)
  }

  /**
   * Reads what the plan serves and charges whoever it is about; where the ledger does not allow that, what was read is thrown away and
   * read again, classes one level higher and entries without an answer, and so it is where something was stopped or revoked meanwhile. An
   * act is done once, so it is served as if every quota were used up. Throws AUDIT_UNAVAILABLE.
   */
  const read = async (request: SubgraphRequest, version: string | number, { plain, operation, under }: { plain: AccessPlan; operation: Operation; under: Held }, known: Known): Promise<Read> => {
    const { org } = request.access.caller
    let held = under
    for (let round = 0; round <= quotaNames(plain.quotas).length + plain.combinations.thresholds.entries.size + ACTS_MEANWHILE; round += 1) {
      const isPlain = held.raised.length === 0 && held.refused.length === 0 && isSame(held, under)
      const plan = (known.plan = isPlain ? plain : planFor(request, version, held))
      const decisions = (known.decisions = readDecisions(plan, operation))
      const { observe, observed } = observation()
      known.observed = observed()
      if (operation.act) await begin(request, { plan, operation, fields: decisions.recorded })
      const result = await execute(operation, { context: contextOf(request, { plan, observe, parts, persons }), variables: request.variables })
      known.observed = observed()
      // No data at all: the variables do not fit the operation. GraphQL's own sentence would quote them.
      const { data } = result
      if (data === undefined) throw new CitygraphError('BAD_USER_INPUT')
      const now = inForce(parts.suspensions.stops(), request.access, version)
      if (!operation.act && !isSame(now, held)) {
        held = { ...held, ...now }
        continue
      }
      const over = await quota.charge(org, known.observed.supplies, plan.quotas)
      const refused = over.length > 0 ? [] : await chargeThresholds(org, known.observed.thresholds, plan.combinations.thresholds.most)
      if (over.length === 0 && refused.length === 0) return { result: { ...result, data }, plan, decisions, observed: known.observed, held }
      held = { ...held, raised: [...held.raised, ...over], refused: [...held.refused, ...refused] }
    }
    throw new CitygraphError('INTERNAL', {}, { cause: new RangeError('what is held back is charged again, or officers stop and revoke without end') })
  }

  /** Where something was stopped or revoked while its record was made durable, an answer is read and recorded again. Throws FORBIDDEN for a caller who is suspended by now. */
  const readAndRecord = async (request: SubgraphRequest, version: string | number, made: { plain: AccessPlan; operation: Operation; under: Held }, known: Known): Promise<SubgraphAnswer> => {
    const { access, requestId, commit } = request
    const { operation } = made
    let { plain, under } = made
    for (let round = 0; round <= ACTS_MEANWHILE; round += 1) {
      const { result, plan, decisions, observed, held } = await read(request, version, { plain, operation, under }, known)
      const errors = writtenErrors(result.errors ?? [], { domain, requestId, logger })
      const [first] = errors
      const failed = first !== undefined && isEmpty(result)
      const fields = decisions.recordedWith(observed.fields)
      const facts: Writable<RecordFacts> = { requestId, access, operation, fields, observed, policyVersion: plan.policyVersion, outcome: failed ? 'FAILED' : 'ANSWERED' }
      if (failed) facts.code = first.extensions.code
      let kept: { log: string; id: string }
      try {
        kept = await record(facts, commit)
      } catch (cause) {
        return unrecorded(cause, requestId)
      }
      const now = operation.act ? held : inForce(await parts.suspensions.require(access.caller), access, version)
      if (isSame(now, held)) {
        return {
          status: 200,
          data: result.data,
          ...(first === undefined ? {} : { errors }),
          extensions: { sharing: { policyVersion: plan.policyVersion, record: kept, decisions: decisions.reported, ...reportOf(held) } },
        }
      }
      under = { ...under, ...now }
      plain = planFor(request, version, { ...under, raised: [] })
    }
    throw new CitygraphError('FORBIDDEN', { hint: 'The policies have changed; ask again.' })
  }

  const answer = async (request: SubgraphRequest): Promise<SubgraphAnswer> => {
    const { access, requestId, commit } = request
    const known: Known = {}
    const arrived = commit === undefined ? parts.audit.expect?.() : undefined
    try {
      const heard = await parts.suspensions.require(access.caller)
      const version = access.policyVersion ?? access.bundleSequence
      // The gateway may have read an edit a moment before us.
      if (!engine.knows(version)) await engine.reload()
      const under = { raised: [], refused: [], ...inForce(heard, access, version) }
      const plain = (known.plan = planFor(request, version, under))
      const operation = (known.operation = readOperation(request.query, request.operationName, request.planned))
      known.decisions = readDecisions(known.plan, operation)
      // The gate would deny it too, but this field is not nullable: its null would look like a failure of ours.
      if (request.route === 'router' && operation.entries.includes('Query._service')) throw new CitygraphError('FORBIDDEN')
      // A router's operation is not known to anybody; its caller's own rights bound it.
      if (request.route !== 'router') requireBound(operation, request.variables, access.operation)
      const already = operation.act ? quotaNames(plain.quotas) : quota.raised(access.caller.org, plain.quotas)
      return await readAndRecord(request, version, { plain, operation, under: { ...under, raised: already } }, known)
    } catch (error) {
      return stop({ error: ownError(error, { domain, requestId, logger }), requestId, access, commit }, known)
    } finally {
      arrived?.()
    }
  }

  return { answer, refuse: (it) => stop(it, {}) }
}

function reportOf({ raised, refused, stops, off }: Held): Pick<NonNullable<SubgraphAnswer['extensions']>['sharing'], 'raised' | 'refused' | 'stops' | 'off'> {
  return { ...(raised.length === 0 ? {} : { raised }), ...(refused.length === 0 ? {} : { refused }), ...(stops === undefined ? {} : { stops: stops.written }), ...(off === '' ? {} : { off }) }
}

function isSame(one: Pick<Held, 'stops' | 'off'>, other: Pick<Held, 'stops' | 'off'>): boolean {
  return one.stops === other.stops && one.off === other.off
}

function occasionOf({ purpose, caseNo, authorizationRef, operation }: SubgraphRequest['access'], { raised, stops }: Pick<Held, 'raised' | 'stops'>): Occasion {
  const occasion: Writable<Occasion> = { singleSubject: operation.singleSubject }
  if (purpose !== undefined) occasion.purpose = purpose
  if (caseNo !== undefined) occasion.caseNo = caseNo
  if (authorizationRef !== undefined) occasion.authorizationRef = authorizationRef
  if (raised.length > 0) occasion.raised = raised
  if (stops !== undefined) occasion.stops = stops
  return occasion
}

function contextOf({ access, route = 'seal' }: SubgraphRequest, made: { plan: AccessPlan; observe: ReadContext['observe']; parts: SubgraphParts; persons: PersonNames }): ReadContext & GateContext {
  const { plan, observe, parts, persons } = made
  const { caller, caseNo, authorizationRef } = access
  const parameters: Writable<ReadContext['parameters']> = { now: parts.clock.now() }
  if (caller.pid !== undefined) parameters.pid = persons.key(caller.pid)
  if (caseNo !== undefined) parameters.caseNo = caseNo
  if (authorizationRef !== undefined) parameters.authorizationRef = authorizationRef
  return { plan, route, caller, org: caller.org, parameters, database: parts.database, ids: parts.ids, cursors: parts.cursors, clock: parts.clock, loaders: new Map(), observe }
}

/** The gateway may have heard of a stop before us, or in our place. */
function alsoSealed(heard: Stops | undefined, { stopped }: SubgraphRequest['access']): Stops | undefined {
  return stopped === undefined ? heard : bothStops(heard, readStops(stopped))
}

/** Every entry came back null. */
function isEmpty({ data }: ExecutionResult): boolean {
  return data === null || data === undefined || Object.values(data).every((value) => value === null || (Array.isArray(value) && value.length > 0 && value.every((one) => one === null)))
}

/** Without the members that are undefined. */
function present<T extends Record<string, unknown>>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {}
  for (const name in given) if (given[name] !== undefined) kept[name] = given[name] as Exclude<T[typeof name], undefined>
  return kept
}
