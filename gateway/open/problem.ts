// Failures of open queries as RFC 9457 problem details: the codes of the one catalogue, with an address that says what a code means.
// Nothing of a request is repeated but names of parameters.

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { CitygraphError, errorCatalogue, isCitygraphError } from '../../core/errors.ts'
import type { ErrorCode, ErrorFacts } from '../../core/errors.ts'
import type { Code } from '../../policy-engine/decision.ts'
import { send } from '../respond.ts'
import { Refusal } from '../serve-graphql.ts'
import type { RecordReference } from '../request-state.ts'

/** Where the codes are explained; `type` is one of its fragments. */
export const PROBLEMS_PATH = '/open/problems'

/** `reason`: why what was asked for is DENIED as a whole (DESIGN 5.4). */
export type Problem = { readonly code: ErrorCode; readonly status: number; readonly sentence: string; readonly facts: ErrorFacts; readonly reason?: Code | undefined; readonly headers: OutgoingHttpHeaders }

/** An open query was run and there is no answer to give. `recorded`: it stands in a log already. */
export class FailedAnswer extends Error {
  readonly problem: Problem
  readonly records: readonly RecordReference[]
  readonly recorded: boolean
  constructor(problem: Problem, records: readonly RecordReference[], recorded: boolean) {
    super(problem.sentence)
    this.name = 'FailedAnswer'
    this.problem = problem
    this.records = records
    this.recorded = recorded
  }
}

/** What was thrown, for the caller: what is none of ours is INTERNAL. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof FailedAnswer) return thrown.problem
  const refusal = thrown instanceof Refusal ? thrown : undefined
  const cause = refusal?.error ?? thrown
  const error = isCitygraphError(cause) ? cause : new CitygraphError('INTERNAL')
  return { code: error.code, status: refusal?.status ?? errorCatalogue[error.code].status, sentence: error.message, facts: error.facts, headers: refusal?.headers ?? {} }
}

export function sendProblem(response: ServerResponse, { code, status, sentence, facts, reason, headers: own }: Problem, requestId: string, headers: OutgoingHttpHeaders): void {
  const title = errorCatalogue[code].sentence
  const detail = sentence.slice(title.length).trim()
  const body = {
    type: `${PROBLEMS_PATH}#${code}`, title, status,
    ...(detail === '' ? {} : { detail }),
    code, requestId,
    ...(reason === undefined ? {} : { reason }),
    ...(facts.argument === undefined ? {} : { argument: facts.argument }),
    ...(facts.domain === undefined ? {} : { domain: facts.domain }),
  }
  send(response, status, {
    'content-type': 'application/problem+json',
    'x-request-id': requestId,
    ...(code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer realm="citygraph"' } : {}),
    ...(code === 'RATE_LIMITED' ? { 'retry-after': '1' } : {}),
    ...headers, ...own,
  }, `${JSON.stringify(body)}\n`)
}

/** A page on which each code has its place. */
export function sendProblems(response: ServerResponse): void {
  const entries = Object.entries(errorCatalogue).map(([code, { status, sentence }]) => `<dt id="${code}">${code} (${status})</dt><dd>${sentence}</dd>`)
  send(response, 200, { 'content-type': 'text/html; charset=utf-8' }, `<!doctype html><html lang="en"><title>Problems</title><h1>Problems</h1><dl>${entries.join('')}</dl></html>\n`)
}
