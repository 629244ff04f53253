// The one way out for errors (DESIGN 5.4): whatever went wrong becomes an entry of the closed catalogue. Sentences are ours;
// of a library's text only names of the schema's and the operation's own grammar are taken over, never a literal, a value, a
// suggestion, an address or a stack.

import { GraphQLError } from 'graphql'
import type { GraphQLFormattedError } from 'graphql'
import { CitygraphError, errorCatalogue, isCitygraphError } from '../core/errors.ts'
import type { ErrorCode, ErrorFacts } from '../core/errors.ts'
import { validationHint } from './validation-hint.ts'

/** An entry of `errors` as callers see it. */
export type ErrorEntry = GraphQLFormattedError & { readonly extensions: { readonly code: ErrorCode } }

/** `formatError` of Apollo Server: parse, validation and request errors, and our own. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): ErrorEntry {
  const own = ownError(error)
  const where = placeOf(formatted)
  if (own !== undefined) return entry(own.code, own.message, own.facts, where)
  const ruled = ownRuleCode(error)
  if (ruled !== undefined) return entry(ruled, safeMessage(ruled, formatted.message), {}, where)
  const code = formatted.extensions?.['code']
  switch (code) {
    case 'GRAPHQL_PARSE_FAILED':
      return /^Syntax Error: Document contains more that \d+ tokens/.test(formatted.message)
        ? known('TOO_COSTLY', 'The document is too long.', {})
        : known('BAD_USER_INPUT', 'The document is not valid GraphQL.', where)
    case 'GRAPHQL_VALIDATION_FAILED':
      return known('BAD_USER_INPUT', validationHint(formatted.message), where)
    case 'OPERATION_RESOLUTION_FAILURE':
      return known('BAD_USER_INPUT', 'The document holds no operation of that name.', {})
    case 'BAD_USER_INPUT':
      return known('BAD_USER_INPUT', 'A variable does not fit its type.', where)
    case 'BAD_REQUEST':
      return known('BAD_USER_INPUT', requestHint(formatted.message), {})
    case 'PERSISTED_QUERY_NOT_FOUND':
    case 'PERSISTED_QUERY_NOT_SUPPORTED':
      return known('BAD_USER_INPUT', 'Persisted queries are not supported.', {})
    default:
      return known('INTERNAL', undefined, where)
  }
}

/** The code that a validation rule of ours gave (Apollo Server puts its own over it); undefined for graphql's rules. */
export function ownRuleCode(error: unknown): ErrorCode | undefined {
  const original = error instanceof GraphQLError ? error.originalError : undefined
  const code = isCitygraphError(original) ? original.code : original instanceof GraphQLError ? original.extensions['code'] : undefined
  return isCode(code) ? code : undefined
}

/** An entry for an error that came from running a plan: our own codes pass, everything else is INTERNAL. */
export function runtimeEntry(error: unknown): ErrorEntry {
  const own = ownError(error)
  const formatted = error instanceof GraphQLError ? error.toJSON() : undefined
  const where = formatted === undefined ? {} : placeOf({ ...formatted, locations: [] })
  if (own !== undefined) return entry(own.code, own.message, own.facts, where)
  const code = formatted?.extensions?.['code']
  if (!isCode(code)) return known('INTERNAL', undefined, where)
  return entry(code, safeMessage(code, formatted?.message), factsOf(formatted?.extensions), where)
}

/** An entry of our own making. */
export function entryOf(error: CitygraphError, path?: readonly string[]): ErrorEntry {
  return entry(error.code, error.message, error.facts, path === undefined ? {} : { path })
}

/** HTTP status of an answer that has no data at all. */
export function statusOf(errors: readonly ErrorEntry[]): number {
  const [first] = errors
  return first === undefined ? 500 : errorCatalogue[first.extensions.code].status
}

/** The message of a subgraph's error if it can only be one of our sentences with a hint of ours; else the catalogue's sentence. */
export function safeMessage(code: ErrorCode, message: unknown): string {
  const { sentence } = errorCatalogue[code]
  if (typeof message !== 'string' || !message.startsWith(sentence) || message.length > 300) return sentence
  const hint = message.slice(sentence.length)
  // A hint of ours is words and small numbers (limits); a value, an address or SQL is not.
  const plain = /^[A-Za-z0-9 ,.;:()$"@_≤≥–-]*$/u.test(hint) && !/\d{6}/.test(hint) && !hint.includes('://')
  return plain ? message : sentence
}

export function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCatalogue, code)
}

type Place = Pick<GraphQLFormattedError, 'locations' | 'path'>

function known(code: ErrorCode, hint: string | undefined, where: Place): ErrorEntry {
  const error = new CitygraphError(code, hint === undefined ? {} : { hint })
  return entry(code, error.message, {}, where)
}

function entry(code: ErrorCode, message: string, facts: ErrorFacts, where: Place): ErrorEntry {
  const extensions = {
    code,
    ...(facts.domain === undefined ? {} : { domain: facts.domain }),
    ...(facts.argument === undefined ? {} : { argument: facts.argument }),
  }
  return { message, ...where, extensions }
}

function ownError(error: unknown): CitygraphError | undefined {
  let at: unknown = error
  for (let step = 0; step < 5 && at != null; step += 1) {
    if (isCitygraphError(at)) return at
    at = at instanceof GraphQLError ? at.originalError : undefined
  }
  return undefined
}

const word = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/

/** Facts of a subgraph's error, as far as they look like names of the public contract. */
export function factsOf(extensions: Readonly<Record<string, unknown>> | undefined): ErrorFacts {
  const domain = extensions?.['domain']
  const argument = extensions?.['argument']
  return {
    ...(typeof domain === 'string' && word.test(domain) ? { domain } : {}),
    ...(typeof argument === 'string' && word.test(argument) ? { argument } : {}),
  }
}

/** Response names and indexes; the planner's `@` for "every element" is not an element of a response path. */
function placeOf(formatted: GraphQLFormattedError): Place {
  const path = formatted.path?.filter((step) => step !== '@')
  return {
    ...(formatted.locations === undefined || formatted.locations.length === 0 ? {} : { locations: formatted.locations }),
    ...(path === undefined || path.length === 0 ? {} : { path }),
  }
}

function requestHint(message: string): string {
  if (message.includes('CSRF')) return 'Send content-type application/json, or the header apollo-require-preflight.'
  if (message.startsWith('Operation batching')) return 'One operation a request.'
  if (message.startsWith('GET requests only support query')) return 'Send mutations by POST.'
  if (message.includes('search parameter')) return 'A search parameter is given twice or is not a JSON object.'
  if (message.includes("'accept' header")) return 'Accept application/graphql-response+json or application/json.'
  if (message.includes('non-empty `query`')) return 'The document is missing.'
  return 'Send a JSON object with "query" and, if you like, "variables" and "operationName".'
}
