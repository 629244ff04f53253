// One call of a tool: admitted like a request to the query's own address, run at the same door, answered as its JSON is. A failure is
// told to the assistant by code and sentence; nothing that it sent is repeated.

import type { IncomingMessage } from 'node:http'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { isCitygraphError } from '../../core/errors.ts'
import { errorFacts } from '../../core/logger.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import { fromObject } from '../../open/parameters.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import type { HeaderOccasion } from '../occasion.ts'
import { isRecorded } from '../record-refusal.ts'
import { Refusal } from '../serve-graphql.ts'
import type { ServeParts } from '../serve-graphql.ts'
import type { Admit } from './admission.ts'
import { operationOf } from './open-parts.ts'
import { FailedAnswer, problemOf } from './problem.ts'
import { occasionOf } from './read-asked.ts'
import { readPage } from './read-page.ts'
import type { RunParts } from './run-open-query.ts'

export type CallParts = RunParts & Pick<ServeParts, 'logger'> & { readonly admit: Admit }

/** Never rejects. */
export async function callTool(request: IncomingMessage, query: OpenQuery, given: Readonly<Record<string, unknown>>, requestId: string, parts: CallParts): Promise<CallToolResult> {
  let known: { caller?: Caller; occasion?: HeaderOccasion } = {}
  try {
    const admission = await parts.admit(request, query, requestId)
    const { caller } = admission
    known = { caller }
    const occasion = occasionOf(request, query, parts.engine)
    known = { caller, occasion }
    const { rows, next, sharing } = await readPage({ query, variables: fromObject(given, query), caller, occasion, requestId }, parts)
    await admission.rows(rows.length)
    const many = query.rows.kind === 'MANY'
    const answer = { query: { id: query.id, version: query.version }, data: many ? rows : (rows[0] ?? null), ...(many ? { page: { next: next ?? null } } : {}), sharing }
    return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer }
  } catch (thrown) {
    const cause = thrown instanceof Refusal ? thrown.error : thrown
    if (!isCitygraphError(cause) && !(cause instanceof FailedAnswer) && !request.destroyed) parts.logger.error('request failed', { requestId, ...errorFacts(cause) })
    const { code, sentence, reason, facts } = problemOf(thrown)
    const recorded = thrown instanceof FailedAnswer && thrown.recorded
    if (isRecorded(code) && !recorded) await parts.records.refused({ requestId, policyVersion: parts.engine.head().hash, code, operation: operationOf(query), ...known })
    const told = { code, message: sentence, requestId, ...(reason === undefined ? {} : { reason }), ...(facts.argument === undefined ? {} : { argument: facts.argument }) }
    return { isError: true, content: [{ type: 'text', text: JSON.stringify(told) }] }
  }
}
