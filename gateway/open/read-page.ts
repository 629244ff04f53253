// One page of an open query, or why there is none: what is DENIED as a whole is no empty list, and an answer with a failure in it is no
// answer, since most formats could not say so.

import { errorCatalogue } from '../../core/errors.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import type { Row } from '../../open/row-format.ts'
import type { ErrorEntry } from '../format-error.ts'
import { FailedAnswer } from './problem.ts'
import { nextCursor, rowsIn, runOpenQuery } from './run-open-query.ts'
import type { Ask, OpenAnswer, RunParts, Sharing } from './run-open-query.ts'

export type Page = { readonly rows: readonly Row[]; readonly next: string | undefined; readonly sharing: Sharing }

/** Throws FailedAnswer, and FORBIDDEN for a caller who is suspended. */
export async function readPage(ask: Ask, parts: RunParts): Promise<Page> {
  const answer = await runOpenQuery(ask, parts)
  const { query: { rows } } = ask
  const { data } = answer
  const [error] = [...answer.errors].sort((one, other) => statusOf(other) - statusOf(one))
  if (error !== undefined || data === undefined) throw failed(answer, error, ask.query)
  refuseDenied(answer, ask.query)
  return { rows: rowsIn(data, rows), next: nextCursor(data, rows), sharing: answer.sharing }
}

function statusOf({ extensions }: ErrorEntry): number {
  return errorCatalogue[extensions.code].status
}

/** The gravest of several. Arguments are named as the address names them. */
function failed({ sharing }: OpenAnswer, error: ErrorEntry | undefined, { parameters }: OpenQuery): FailedAnswer {
  const code = error?.extensions.code ?? 'INTERNAL'
  const { argument, domain } = (error?.extensions ?? {}) as { readonly argument?: string; readonly domain?: string }
  const named = parameters.find(({ variable }) => variable === argument)?.name ?? argument
  const facts = { ...(named === undefined ? {} : { argument: named }), ...(domain === undefined ? {} : { domain }) }
  const { status, sentence } = errorCatalogue[code]
  // Refusals of operations are recorded where they are made, at /graphql and here alike.
  return new FailedAnswer({ code, status, sentence: error?.message ?? sentence, facts, headers: {} }, sharing.records, true)
}

function refuseDenied({ sharing }: OpenAnswer, { data }: OpenQuery): void {
  const denied = data.map(({ name }) => sharing.decisions.find(({ path, decision }) => path === name && decision === 'DENIED'))
  const [first] = denied
  if (first === undefined || denied.includes(undefined)) return
  const { status, sentence } = errorCatalogue.FORBIDDEN
  throw new FailedAnswer({ code: 'FORBIDDEN', status, sentence, facts: {}, reason: first.code, headers: {} }, sharing.records, sharing.records.length > 0)
}
