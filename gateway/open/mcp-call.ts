// One call of a tool: admitted like a request to the query's own address, run at the same door, answered as its JSON is. A failure is
// told to the assistant by code and sentence; nothing that it sent is repeated.

import type { IncomingMessage } from 'node:http'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { CitygraphError, errorCatalogue, isCitygraphError } from '../../core/errors.ts'
import { errorFacts } from '../../core/logger.ts'
import { fromObject } from '../../open/parameters.ts'
import type { About } from '../../open/about.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { readOccasion } from '../occasion.ts'
import type { HeaderOccasion } from '../occasion.ts'
import { isRecorded } from '../record-refusal.ts'
import { Refusal } from '../serve-graphql.ts'
import type { ServeParts } from '../serve-graphql.ts'
import type { Admit } from './admission.ts'
import { nextCursor, rowsIn, runOpenQuery } from './run-open-query.ts'
import type { RunParts } from './run-open-query.ts'

export type CallParts = RunParts & Pick<ServeParts, 'limits' | 'logger'> & { readonly queries: readonly OpenQuery[]; readonly about: About; readonly admit: Admit }

/** Never rejects. */
export async function callTool(request: IncomingMessage, query: OpenQuery, given: Readonly<Record<string, unknown>>, requestId: string, parts: CallParts): Promise<CallToolResult> {
  let known: { caller?: Caller; occasion?: HeaderOccasion } = {}
  try {
    const admission = await parts.admit(request, query, requestId)
    const { caller } = admission
    known = { caller }
    const occasion = occasionOf(request, query, parts)
    known = { caller, occasion }
    const variables = fromObject(given, query)
    const { data, errors, sharing } = await runOpenQuery({ query, variables, caller, occasion, requestId }, parts)
    const [error] = errors
    if (error !== undefined || data === undefined) return failed(error?.extensions.code ?? 'INTERNAL', error?.message ?? errorCatalogue.INTERNAL.sentence, requestId)
    if (isDenied(query, sharing.decisions)) return failed('FORBIDDEN', errorCatalogue.FORBIDDEN.sentence, requestId)
    const rows = rowsIn(data, query.rows)
    await admission.rows(rows.length)
    const many = query.rows.kind === 'MANY'
    const answer = {
      query: { id: query.id, version: query.version },
      data: many ? rows : (rows[0] ?? null),
      ...(many ? { page: { next: nextCursor(data, query.rows) ?? null } } : {}),
      sharing,
    }
    return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer }
  } catch (thrown) {
    const cause = thrown instanceof Refusal ? thrown.error : thrown
    const error = isCitygraphError(cause) ? cause : new CitygraphError('INTERNAL', {}, { cause })
    if (!isCitygraphError(cause) && !request.destroyed) parts.logger.error('request failed', { requestId, ...errorFacts(cause) })
    if (isRecorded(error.code)) await parts.records.refused({ requestId, policyVersion: parts.engine.head().hash, code: error.code, ...known })
    return failed(error.code, error.message, requestId)
  }
}

/** The purpose is the query's own; what is for /graphql is refused rather than passed over. */
function occasionOf({ headers }: IncomingMessage, { purpose }: OpenQuery, { engine }: CallParts): HeaderOccasion {
  const occasion = readOccasion(headers, (code) => engine.purpose(code) !== undefined)
  if (occasion.purpose !== undefined && occasion.purpose !== purpose) throw refused('x-purpose', 'This query is asked for its own purpose; leave the header out.')
  if (occasion.dryRun) throw refused('x-dry-run', 'Dry runs are for /graphql.')
  if (occasion.deniedAsErrors) throw refused('x-denied', 'This header is for /graphql.')
  return occasion
}

/** All that was asked for: no rows would look like none that fit. */
function isDenied({ data }: OpenQuery, decisions: readonly { readonly path: string; readonly decision: string }[]): boolean {
  return data.every(({ name }) => decisions.some(({ path, decision }) => path === name && decision === 'DENIED'))
}

function failed(code: string, sentence: string, requestId: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: JSON.stringify({ code, message: sentence, requestId }) }] }
}

function refused(argument: string, hint: string): CitygraphError {
  return new CitygraphError('BAD_USER_INPUT', { argument, hint })
}
