// A value that failed, kept in its place of the answer until the whole operation has run; settle.ts then makes errors and nulls of
// all of them in the order of the document.

const FAILED = Symbol('failed')

export type Failure = { readonly [FAILED]: unknown }

export function failure(cause: unknown): Failure {
  return { [FAILED]: cause }
}

export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && FAILED in value
}

/** What was thrown. */
export function causeOf(failed: Failure): unknown {
  return failed[FAILED]
}
