// What gateways send: one operation as application/json, answered as application/json. Such a request needs none of the protocol's
// negotiation, so it goes to the subgraph directly; whatever is not exactly that is @apollo/server's (apollo-protocol.ts).

import type { IncomingHttpHeaders } from 'node:http'
import { isObject } from '../core/is-object.ts'
import type { SubgraphAnswer } from './answer-shape.ts'

export type PlainOperation = { readonly query: string; readonly operationName?: string; readonly variables?: Readonly<Record<string, unknown>> }

const types = new Set(['application/json', 'application/json; charset=utf-8', 'application/json;charset=utf-8'])
const members = new Set(['query', 'operationName', 'variables'])

/** The operation of a POST with this parsed body, or undefined where anything about it needs a closer look. */
export function plainOperation(headers: IncomingHttpHeaders, body: object): PlainOperation | undefined {
  if (!types.has(headers['content-type'] ?? '') || headers.accept !== 'application/json') return undefined
  if (!('query' in body) || typeof body.query !== 'string' || body.query === '') return undefined
  for (const name in body) if (!members.has(name)) return undefined
  const operationName = 'operationName' in body ? body.operationName : undefined
  const variables = 'variables' in body ? body.variables : undefined
  if (operationName != null && typeof operationName !== 'string') return undefined
  if (variables != null && !isObject(variables)) return undefined
  return { query: body.query, ...(operationName == null ? {} : { operationName }), ...(variables == null ? {} : { variables }) }
}

/** The answer as @apollo/server writes it: errors before data. */
export function answerText({ errors, data, extensions }: Omit<SubgraphAnswer, 'status'>): string {
  return `${JSON.stringify({ errors, data, extensions })}\n`
}
