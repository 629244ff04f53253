// The one error catalogue (DESIGN 5.4): every failure that can reach a caller has a code here, a status, and a sentence that
// names no value, no table, no URL. Detail for operators goes to the log with `cause`, never into the sentence.

export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'PURPOSE_UNKNOWN'
  | 'NOT_FILTERABLE'
  | 'BAD_USER_INPUT'
  | 'TOO_COSTLY'
  | 'RATE_LIMITED'
  | 'AUDIT_UNAVAILABLE'
  | 'SUBGRAPH_UNAVAILABLE'
  | 'INTERNAL'
  | 'APPLICATION_INVALID'
  | 'APPLICATION_UNKNOWN'
  | 'APPLICATION_CHANGED'
  | 'APPLICATION_CLOSED'
  | 'APPROVER_NOT_ENTITLED'
  | 'APPROVER_IS_APPLICANT'
  | 'APPROVER_IS_SAME_PERSON'
  | 'APPROVER_SUSPENDED'
  | 'APPROVAL_REPEATED'
  | 'GRANT_UNKNOWN'
  | 'GRANT_ENDED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_ACCEPTABLE'
  | 'GONE'

export type ErrorEntry = { readonly status: number; readonly sentence: string }

/** Status is the HTTP status of an answer that has no data; one with data, of an act that failed too, is 200 (GraphQL over HTTP). */
export const errorCatalogue: Readonly<Record<ErrorCode, ErrorEntry>> = {
  UNAUTHENTICATED: { status: 401, sentence: 'The access token is missing something, expired, or not from an issuer this city trusts.' },
  FORBIDDEN: { status: 403, sentence: 'This is not served to you.' },
  PURPOSE_UNKNOWN: { status: 400, sentence: 'The purpose in x-purpose is not registered.' },
  NOT_FILTERABLE: { status: 400, sentence: 'You may filter and order only by fields that are clear to you.' },
  BAD_USER_INPUT: { status: 400, sentence: 'The request is not well formed.' },
  TOO_COSTLY: { status: 400, sentence: 'The operation asks for more than one request may.' },
  RATE_LIMITED: { status: 429, sentence: 'Too many requests; try again later.' },
  AUDIT_UNAVAILABLE: { status: 503, sentence: 'The access record cannot be made durable, so nothing is served.' },
  SUBGRAPH_UNAVAILABLE: { status: 503, sentence: 'This domain cannot be reached at the moment.' },
  INTERNAL: { status: 500, sentence: 'Something went wrong on our side.' },
  APPLICATION_INVALID: { status: 400, sentence: 'No approval could grant what is applied for.' },
  APPLICATION_UNKNOWN: { status: 404, sentence: 'There is no such application of yours or for you to decide.' },
  APPLICATION_CHANGED: { status: 409, sentence: 'The application was edited; look at the version that stands now.' },
  APPLICATION_CLOSED: { status: 409, sentence: 'The application is approved, rejected, withdrawn or out of time.' },
  APPROVER_NOT_ENTITLED: { status: 403, sentence: 'This application needs no approval from your organisation and role.' },
  APPROVER_IS_APPLICANT: { status: 403, sentence: 'Whoever wrote an application does not decide it, nor what became of it.' },
  APPROVER_IS_SAME_PERSON: { status: 403, sentence: 'You have approved this in another role; another person must.' },
  APPROVER_SUSPENDED: { status: 403, sentence: 'You are suspended and act for nobody.' },
  APPROVAL_REPEATED: { status: 409, sentence: 'This approval or review is given already.' },
  GRANT_UNKNOWN: { status: 404, sentence: 'There is no such grant that you may end; one that is a file is ended in its file.' },
  GRANT_ENDED: { status: 409, sentence: 'The grant is revoked already.' },
  NOT_FOUND: { status: 404, sentence: 'There is no open query of this name.' },
  METHOD_NOT_ALLOWED: { status: 405, sentence: 'This open query is not asked by this method.' },
  NOT_ACCEPTABLE: { status: 406, sentence: 'This open query has no format that is asked for.' },
  GONE: { status: 410, sentence: 'This open query has ended.' },
}

/** What may be said to the caller beside the code: names of arguments, domains and headers of the public contract, never values. */
export type ErrorFacts = { readonly domain?: string; readonly argument?: string; readonly hint?: string }

/** The only error class of the product. `message` is the catalogue's sentence (plus `hint`, a sentence of ours without values). */
export class CitygraphError extends Error {
  readonly code: ErrorCode
  readonly facts: ErrorFacts
  /** GraphQL reads this: it becomes `extensions` of the error entry. */
  readonly extensions: { readonly code: ErrorCode; readonly domain?: string; readonly argument?: string }

  constructor(code: ErrorCode, facts: ErrorFacts = {}, options?: { cause?: unknown }) {
    super(facts.hint === undefined ? errorCatalogue[code].sentence : `${errorCatalogue[code].sentence} ${facts.hint}`, options)
    this.name = 'CitygraphError'
    this.code = code
    this.facts = facts
    this.extensions = {
      code,
      ...(facts.domain === undefined ? {} : { domain: facts.domain }),
      ...(facts.argument === undefined ? {} : { argument: facts.argument }),
    }
  }
}

/** True for our own errors, also across duplicated module instances. */
export function isCitygraphError(error: unknown): error is CitygraphError {
  return error instanceof CitygraphError || (error instanceof Error && error.name === 'CitygraphError' && 'code' in error)
}

/** What was thrown, as an Error: anything else becomes the cause of one. For operators, as every error without a code. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('something that is no error was thrown', { cause: thrown })
}
