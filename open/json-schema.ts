// JSON Schemas (2020-12) of what an open query takes and of its answer as JSON. A masked value has the type that a clear one has; what is
// not served is null.

import type { About } from './about.ts'
import { columnTitle, parameterTitle } from './about.ts'
import { PAGE_LIMIT } from './open-query.ts'
import type { Column, OpenQuery, Parameter } from './open-query.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** What JSON holds for a scalar of the graph; every other is a text. */
const scalars: Readonly<Record<string, JsonObject>> = {
  Int: { type: 'integer' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  Date: { type: 'string', format: 'date' },
  DateTime: { type: 'string', format: 'date-time' },
  GridPoint: { type: 'object', properties: { lat: { type: 'number' }, lng: { type: 'number' } }, required: ['lat', 'lng'], additionalProperties: false },
}

export function parameterSchema({ name, type, values, list, default: preset, graphType }: Parameter): JsonObject {
  const one = {
    type,
    ...(values === undefined ? {} : { enum: values }),
    ...(graphType === 'Date' ? { format: 'date' } : graphType === 'DateTime' ? { format: 'date-time' } : {}),
    ...(name === 'limit' ? { minimum: 1, maximum: PAGE_LIMIT } : {}),
    ...(type === 'string' && values === undefined ? { maxLength: 4_096 } : {}),
  }
  return { ...(list ? { type: 'array', items: one } : one), ...(preset === undefined ? {} : { default: preset }) }
}

/** Of all parameters as one object: the body of a POST, the arguments of a tool. */
export function inputSchema({ parameters }: OpenQuery, about: Pick<About, 'bundle'>): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, { ...wordsOf(parameterTitle(parameter, about), parameter.description), ...parameterSchema(parameter) }])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  }
}

export function rowSchema(query: OpenQuery, about: Pick<About, 'bundle'>): JsonObject {
  return objectOf(query.rows.columns, about)
}

/** `sharing`: the schema of what was masked or denied, or a reference to it. */
export function answerSchema(query: OpenQuery, about: Pick<About, 'bundle'>, sharing: JsonObject): JsonObject {
  const row = rowSchema(query, about)
  const many = query.rows.kind === 'MANY'
  return {
    type: 'object',
    properties: {
      query: { type: 'object', properties: { id: { const: query.id }, version: { const: query.version } }, required: ['id', 'version'], additionalProperties: false },
      data: many ? { type: 'array', items: row } : orNull(row),
      ...(many ? { page: { type: 'object', properties: { next: { type: ['string', 'null'], description: 'The cursor of the next page; null on the last one.' } }, required: ['next'], additionalProperties: false } } : {}),
      sharing,
    },
    required: ['query', 'data', ...(many ? ['page'] : []), 'sharing'],
    additionalProperties: false,
  }
}

const text: JsonObject = { type: 'string' }

/** What stands beside the data of every answer (DESIGN 5.4). */
export const sharingSchema: JsonObject = {
  type: 'object',
  description: 'Which policies decided, what was masked or denied and why, and the access records of this answer.',
  properties: {
    requestId: { type: 'string', format: 'uuid' },
    policyVersion: text,
    records: { type: 'array', items: { type: 'object', properties: { log: text, id: text }, required: ['log', 'id'], additionalProperties: false } },
    moreRecords: { type: 'integer', description: 'Records beyond those listed.' },
    decisions: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: text, decision: { enum: ['MASKED', 'MIXED', 'VERIFY', 'DENIED'] }, code: { enum: ['POLICY', 'APPLY', 'PURPOSE', 'QUOTA'] } },
        required: ['path', 'decision', 'code'],
        additionalProperties: false,
      },
    },
  },
  required: ['requestId', 'policyVersion', 'records', 'decisions'],
  additionalProperties: false,
}

/** Every column is there; what a condition left out is null. */
function objectOf(columns: readonly Column[], about: Pick<About, 'bundle'>): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(columns.map((column) => [column.name, columnSchema(column, about)])),
    required: columns.map(({ name }) => name),
    additionalProperties: false,
  }
}

function columnSchema(column: Column, about: Pick<About, 'bundle'>): JsonObject {
  const { scalar, values, list, nullable, columns, description, level } = column
  const one = values !== undefined ? { type: 'string', enum: values } : scalar !== undefined ? (scalars[scalar] ?? text) : objectOf(columns, about)
  const whole = list ? { type: 'array', items: one } : one
  return {
    ...wordsOf(columnTitle(column, about), description),
    ...(nullable ? orNull(whole) : whole),
    ...(scalar === undefined ? {} : { 'x-scalar': scalar }),
    ...(level === undefined ? {} : { 'x-level': `L${level}` }),
  }
}

function orNull(schema: JsonObject): JsonObject {
  return { ...schema, type: [schema['type'], 'null'], ...(Array.isArray(schema['enum']) ? { enum: [...schema['enum'], null] } : {}) }
}

function wordsOf({ en, zh }: { readonly en: string; readonly zh?: string }, description: string | undefined): JsonObject {
  return { title: zh === undefined ? en : `${en} ${zh}`, ...(description === undefined ? {} : { description }) }
}
