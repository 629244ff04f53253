// The problems of open queries in OpenAPI: RFC 9457, by the codes of the one error catalogue.

import { errorCatalogue } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { JsonObject } from './json-schema.ts'

/** Codes of acts of governance cannot come from a query. */
const openCodes = (Object.keys(errorCatalogue) as ErrorCode[]).filter((code) => !/^(APPLICATION|APPROVER|APPROVAL|GRANT)_/.test(code))

/** RFC 9457, with the code of docs/errors.md. */
export const problemSchema: JsonObject = {
  type: 'object',
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { enum: openCodes },
    requestId: { type: 'string', format: 'uuid' },
    reason: { description: 'Why what was asked for is denied as a whole.', enum: ['POLICY', 'APPLY', 'PURPOSE', 'QUOTA'] },
    argument: { type: 'string', description: 'The parameter or header that is meant.' },
    domain: { type: 'string', description: 'The domain that cannot be reached.' },
  },
  required: ['type', 'title', 'status', 'code', 'requestId'],
}

/** Statuses of open queries' problems, in their order; those of one request alone (405, 413, 415) fall under `default`. */
export const errorStatuses: readonly string[] = [...new Set(openCodes.map((code) => String(errorCatalogue[code].status)))].sort()

export const problemName = (status: string): string => `Problem${status}`

export function problemResponses(): JsonObject {
  const of = (codes: readonly ErrorCode[], limited: boolean): JsonObject => ({
    description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].sentence}`).join('\n\n'),
    headers: { 'x-request-id': { $ref: '#/components/headers/RequestId' }, ...(limited ? { 'retry-after': { $ref: '#/components/headers/RetryAfter' } } : {}) },
    content: { 'application/problem+json': { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, { type: 'object', properties: { code: { enum: codes } } }] } } },
  })
  return Object.fromEntries([
    ...errorStatuses.map((status) => [problemName(status), of(openCodes.filter((code) => String(errorCatalogue[code].status) === status), status === '429')]),
    [problemName('default'), { ...of(openCodes, false), description: 'Any other problem, by the same codes.' }],
  ])
}
