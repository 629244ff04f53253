// What one request carries through the gateway, from its headers to its answer. Made by serve-graphql.ts, read and completed by the steps;
// nothing of it outlives the request.

import type { AnswerCommit } from '../audit/answer-commit.ts'
import type { Stops } from '../core/stops.ts'
import type { Caller, QuotaName } from '../policy-engine/decision.ts'
import type { LiteralOf } from '../schema/operation-hash.ts'
import type { AccessContext, InProcessSeal } from '../subgraphs/access-context.ts'
import type { HeaderOccasion } from './occasion.ts'
import type { ReportedDecision } from './report.ts'

export type RecordReference = { readonly log: string; readonly id: string }

/** The seal of one request in both forms, made once and only when asked for. */
export type RequestSeal = { readonly context: AccessContext; token(): Promise<string>; inProcess(): InProcessSeal }

export type RequestState = {
  readonly requestId: string
  readonly method: string
  readonly caller: Caller
  readonly occasion: HeaderOccasion
  /** Of the answer, where it is known what Apollo Server chooses; undefined: it is to choose. */
  readonly contentType: string | undefined
  /** The text's literals were lifted into variables: which ones, for the operation's hash. */
  literalOf: LiteralOf | undefined
  /** Set by the plan step; fetches before it are impossible. */
  seal: RequestSeal | undefined
  /** Of records that subgraphs of this process hand over; set before the first fetch. */
  commit: AnswerCommit | undefined
  policyVersion: string
  decisions: readonly ReportedDecision[]
  /** The same as JSON; undefined: to be written. */
  decisionsText: string | undefined
  /** Records of this answer that are durable, or will be when `commit` is. */
  records: RecordReference[]
  /** Bulk classes and grants that a subgraph found used up, by subgraph. */
  raised: Map<string, Set<QuotaName>>
  /** VERIFY entries that a subgraph left without an answer, by subgraph. */
  refused: Map<string, Set<string>>
  /** What owners had stopped when the answer was begun; by this it is reported. */
  stops: Stops | undefined
  /** By what else subgraphs have decided: each that heard of a stop, or of its end, at another moment. */
  stopped: Map<string, Stops | undefined>
  /** Grants of the deciding bundle that were off when the answer was begun, as the engine says it. */
  off: string
  /** Those that subgraphs have found to be off. */
  heardOff: Set<string>
  /** A subgraph could not record: nothing of this answer may leave. */
  auditUnavailable: boolean
  /** Facts for the record of a refusal, as far as they are known. */
  operation: { readonly name?: string; readonly hash: string } | undefined
  /** True once the answer's text holds `extensions.sharing`. */
  finished: boolean
  /** The whole answer as text, written once; Apollo Server is given an empty result in its place. */
  body: string | undefined
  /** The data of `body` as values, where they are to be had without reading it. */
  value: (() => Record<string, unknown>) | undefined
  /** This refusal stands in the gateway's log already. */
  refusalRecorded: boolean
}

/** The state of a request that was admitted. */
export function admitted({ requestId, policyVersion, method, caller, occasion, contentType, stops }: Pick<RequestState, 'requestId' | 'policyVersion' | 'method' | 'caller' | 'occasion' | 'contentType' | 'stops'>): RequestState {
  // Member by member: a copy that grows costs as much as the rest of a request's admission.
  return {
    requestId, policyVersion, method, caller, occasion, contentType, stops, literalOf: undefined, seal: undefined, commit: undefined, decisions: [], decisionsText: undefined, records: [], raised: new Map(), refused: new Map(), stopped: new Map(), off: '', heardOff: new Set(), auditUnavailable: false, operation: undefined, finished: false, body: undefined, value: undefined, refusalRecorded: false,
  }
}

/** The object handed to Apollo Server; it copies the outer object, so the state stands inside. */
export type GatewayContext = { readonly state: RequestState }

/** `extensions` of every answer (DESIGN 5.4). */
export function sharingExtensions(state: Pick<RequestState, 'requestId' | 'policyVersion' | 'records' | 'decisions'>): { readonly sharing: Pick<RequestState, 'requestId' | 'policyVersion' | 'records' | 'decisions'> } {
  const { requestId, policyVersion, records, decisions } = state
  return { sharing: { requestId, policyVersion, records, decisions } }
}

/** The same as JSON text. `decisionsText`: the decisions' JSON, where it is known already. */
export function sharingText(state: Pick<RequestState, 'requestId' | 'policyVersion' | 'records' | 'decisions' | 'decisionsText'>): string {
  const { requestId, policyVersion, records, decisions, decisionsText = JSON.stringify(decisions) } = state
  const references = records.map(({ log, id }) => `{"log":"${log}","id":"${id}"}`).join(',')
  return `{"sharing":{"requestId":"${requestId}","policyVersion":"${policyVersion}","records":[${references}],"decisions":${decisionsText}}}`
}
