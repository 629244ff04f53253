// One open query as an operation of OpenAPI 3.1.

import { parameterTitle } from './about.ts'
import type { About, Described } from './about.ts'
import { exampleRequests } from './examples.ts'
import { answerSchema, inputSchema, parameterSchema, rowSchema } from './json-schema.ts'
import type { JsonObject } from './json-schema.ts'
import { mediaTypes } from './media-types.ts'
import { errorStatuses, problemName } from './openapi-problems.ts'
import type { Format, OpenQuery } from './open-query.ts'

export function openApiOperation({ query, owner, purpose, domains }: Described, about: About, today: string): JsonObject {
  const { deprecated } = query
  return {
    operationId: query.id,
    summary: `${query.title.en} ${query.title.zh}`,
    description: descriptionOf(query, owner, purpose),
    tags: domains.slice(0, 1),
    ...(deprecated === undefined || deprecated.from > today ? {} : { deprecated: true }),
    security: [...(query.audience === 'public' ? [{}] : []), { key: [] }, { bearer: [] }, { oauth: [] }],
    parameters: [...(query.method === 'GET' ? ofAddress(query, about) : []), ...ofServing(query), ...ofHeaders(query)],
    ...(query.method === 'POST' ? { requestBody: bodyOf(query, about) } : {}),
    responses: {
      200: { description: 'The answer.', headers: headersOf(query), content: Object.fromEntries(query.formats.map((format) => [mediaTypes[format][0] ?? '', { schema: schemaOf(format, query, about) }])) },
      ...(query.method === 'GET' ? { 304: { description: 'Nothing has changed for you since the answer with that tag.' } } : {}),
      ...Object.fromEntries([...errorStatuses, 'default'].map((status) => [status, { $ref: `#/components/responses/${problemName(status)}` }])),
    },
    'x-version': query.version,
    'x-level': `L${query.level}`,
    'x-audience': query.audience,
    'x-owner': { code: query.owner, ...owner },
    ...(purpose === undefined ? {} : { 'x-purpose': purpose }),
    'x-quota': query.quota,
    'x-keywords': query.keywords,
    ...(deprecated === undefined ? {} : { 'x-deprecated': deprecated }),
    'x-examples': exampleRequests(query),
  }
}

function descriptionOf({ summary, level, audience, deprecated }: OpenQuery, owner: Described['owner'], purpose: Described['purpose']): string {
  return [
    ...(summary === undefined ? [] : [summary.en, summary.zh]),
    `Owner: ${owner.en} ${owner.zh}. Level L${level}, audience ${audience}.`,
    ...(purpose === undefined ? [] : [`Purpose ${purpose.code}: ${purpose.title.en} ${purpose.title.zh} (${purpose.legalBasis}). It is set by the query; send no x-purpose.`]),
    ...(deprecated === undefined ? [] : [`Deprecated from ${deprecated.from}${deprecated.until === undefined ? '' : `, ends on ${deprecated.until}`}${deprecated.successor === undefined ? '' : `; use ${deprecated.successor}`}.`]),
  ].join('\n\n')
}

function ofAddress(query: OpenQuery, about: About): readonly JsonObject[] {
  return query.parameters.map((parameter) => {
    const { en, zh } = parameterTitle(parameter, about)
    const examples = query.examples.flatMap((example, at) => (Object.hasOwn(example.parameters, parameter.name) ? [[`example${at + 1}`, { summary: `${example.title.en} ${example.title.zh}`, value: example.parameters[parameter.name] }]] : []))
    return {
      name: parameter.name, in: 'query', required: parameter.required,
      description: [en, ...(zh === undefined ? [] : [zh]), ...(parameter.description === undefined || parameter.description === en ? [] : [parameter.description])].join('\n\n'),
      schema: parameterSchema(parameter),
      ...(examples.length === 0 ? {} : { examples: Object.fromEntries(examples) }),
    }
  })
}

function ofServing({ formats, rows }: OpenQuery): readonly JsonObject[] {
  const parameter = (name: string, description: string, schema: JsonObject): JsonObject => ({ name, in: 'query', required: false, description, schema })
  return [
    parameter('format', 'Instead of the Accept header.\n\n代替 Accept 头选择格式', { type: 'string', enum: formats }),
    ...(formats.includes('csv') ? [parameter('bom', 'CSV begins with a byte order mark, for spreadsheets.\n\nCSV 以 BOM 开头，便于电子表格打开', { type: 'boolean', default: false })] : []),
    ...(rows.kind === 'MANY' ? [parameter('all', 'Every page, one after the other.\n\n依次返回全部分页', { type: 'boolean', default: false })] : []),
  ]
}

/** What a policy may ask for beside the purpose. */
function ofHeaders({ audience }: OpenQuery): readonly JsonObject[] {
  if (audience !== 'grant') return []
  const header = (name: string, description: string): JsonObject => ({ name, in: 'header', required: false, description, schema: { type: 'string', pattern: '^[A-Z0-9-]{6,40}$' } })
  return [
    header('x-case-no', 'The number of the case, where the purpose needs one.\n\n事项需要时填写办件编号'),
    header('x-authorization-ref', 'The authorisation of the person concerned, where one is needed.\n\n需要时填写当事人授权编号'),
  ]
}

function bodyOf(query: OpenQuery, about: About): JsonObject {
  const examples = Object.fromEntries(query.examples.map((example, at) => [`example${at + 1}`, { summary: `${example.title.en} ${example.title.zh}`, value: example.parameters }]))
  return { required: true, content: { 'application/json': { schema: inputSchema(query, about), examples } } }
}

function schemaOf(format: Format, query: OpenQuery, about: About): JsonObject {
  switch (format) {
    case 'json':
      return answerSchema(query, about, { $ref: '#/components/schemas/Sharing' })
    case 'ndjson':
      return { type: 'string', description: 'One row a line, each a JSON object.', 'x-line': rowSchema(query, about) }
    case 'csv':
      return { type: 'string', description: 'A line of names, then one line a row (RFC 4180). Names of what lies below are joined by dots.' }
    case 'xml':
      return { type: 'object', description: 'One element a row.' }
    case 'geojson':
      return featuresSchema
  }
}

/** RFC 7946; the first place of a row is its geometry, the rest its properties. */
const featuresSchema: JsonObject = {
  type: 'object',
  properties: {
    type: { const: 'FeatureCollection' },
    features: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          type: { const: 'Feature' },
          geometry: { type: ['object', 'null'], properties: { type: { const: 'Point' }, coordinates: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 } }, required: ['type', 'coordinates'] },
          properties: { type: 'object' },
        },
        required: ['type', 'geometry', 'properties'],
      },
    },
  },
  required: ['type', 'features'],
}

function headersOf({ rows, method, deprecated }: OpenQuery): JsonObject {
  const names = {
    'x-request-id': 'RequestId', 'x-policy-version': 'PolicyVersion', ratelimit: 'RateLimit', 'ratelimit-policy': 'RateLimitPolicy',
    ...(rows.kind === 'MANY' ? { 'x-next-cursor': 'NextCursor', link: 'Link' } : {}),
    ...(method === 'GET' ? { etag: 'ETag' } : {}),
    ...(deprecated === undefined ? {} : { deprecation: 'Deprecation', sunset: 'Sunset', link: 'Link' }),
  }
  return Object.fromEntries(Object.entries(names).map(([name, component]) => [name, { $ref: `#/components/headers/${component}` }]))
}
