// What serving an open query needs beside what /graphql needs.

import { getOperationAST } from 'graphql'
import type { Clock } from '../../core/clock.ts'
import { CitygraphError } from '../../core/errors.ts'
import type { OpenQueries } from '../../open/library.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import { namedOperation } from '../operation-facts.ts'
import type { NamedOperation } from '../operation-facts.ts'
import type { ServeParts } from '../serve-graphql.ts'
import type { Admit } from './admission.ts'
import type { KeptAnswers } from './kept-answers.ts'

export type OpenParts = ServeParts & {
  readonly queries: OpenQueries
  readonly admit: Admit
  readonly kept: KeptAnswers
  readonly clock: Clock
  /** How long a reader may take nothing, milliseconds. */
  readonly patienceMs: number
}

const named = new WeakMap<OpenQuery, NamedOperation>()

/** Its name and hash as records have them, the same as at /graphql. */
export function operationOf(query: OpenQuery): NamedOperation {
  const known = named.get(query)
  if (known !== undefined) return known
  const operation = getOperationAST(query.document, query.operationName)
  if (operation == null) throw new CitygraphError('INTERNAL')
  const made = namedOperation(query.document, operation)
  named.set(query, made)
  return made
}
