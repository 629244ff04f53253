// A hand-made classification with every type of row attribute, so that the engine's tests do not move with the city's schema.

import type { Classification, FieldClassification, RowAttribute, TypeClassification } from '../../../schema/classification.ts'

type Values = TypeClassification['classification']

const base: Values = {
  level: 2, category: 'PERSON_IDENTITY', owner: 'A', sharing: 'UNCONDITIONAL', opening: 'NONE', personal: true, sensitive: false, naturalKey: false,
  mask: 'NAME', bulkClass: 'NONE', subjectPath: 'pid', derivedFrom: [],
}

function field(type: string, name: string, values: Partial<FieldClassification> = {}): FieldClassification {
  return { ...base, domain: 'population', type, field: name, filterOperators: [], sortable: false, returns: { named: 'String', list: false }, ...values }
}

export const thingAttributes: readonly RowAttribute[] = [
  { name: 'minor', type: 'Bool', optional: false },
  { name: 'flag', type: 'Bool', optional: true },
  { name: 'subject', type: 'String', optional: true },
  { name: 'title', type: 'String', optional: false },
  { name: 'rank', type: 'Long', optional: false },
  { name: 'score', type: 'Long', optional: true },
  { name: 'division', type: 'Division', optional: true },
  { name: 'home', type: 'Division', optional: false },
  { name: 'ends', type: 'datetime', optional: true },
  { name: 'tags', type: 'Set<String>', optional: false },
  { name: 'notes', type: 'Set<String>', optional: true },
]

const types: readonly TypeClassification[] = [
  { type: 'Thing', classification: base, rowAttributes: thingAttributes, keys: ['id'], keyFilters: new Map(), answer: false },
  { type: 'Other', classification: { ...base, level: 1, opening: 'UNCONDITIONAL' }, rowAttributes: [{ name: 'division', type: 'Division', optional: true }], keys: [], keyFilters: new Map(), answer: false },
  { type: 'Answer', classification: base, rowAttributes: [], keys: [], keyFilters: new Map(), answer: true },
]

const fields: readonly FieldClassification[] = [
  field('Query', 'things', { level: 1, opening: 'UNCONDITIONAL', entry: { kind: 'MANY' }, returns: { named: 'Thing', list: true } }),
  field('Query', 'check', { level: 4, sharing: 'CONDITIONAL', entry: { kind: 'VERIFY', of: 'Thing' }, declassifier: 'VERIFY', returns: { named: 'Answer', list: false } }),
  field('Thing', 'open', { level: 1, opening: 'UNCONDITIONAL' }),
  field('Thing', 'name', { level: 3 }),
  field('Thing', 'redacted', { level: 3, mask: 'REDACT' }),
  field('Thing', 'born', { level: 3, sharing: 'CONDITIONAL', opening: 'CONDITIONAL' }),
  field('Thing', 'age', { level: 3, derivedFrom: ['Thing.born'] }),
  field('Thing', 'ageBand', { level: 3, derivedFrom: ['Thing.age'] }),
  field('Thing', 'adult', { level: 1, derivedFrom: ['Thing.born'], declassifier: 'VERIFY' }),
  field('Thing', 'secret', { level: 4, sharing: 'NONE' }),
  field('Thing', 'idNo', { level: 4, sharing: 'CONDITIONAL' }),
  field('Thing', 'circleA', { level: 1, derivedFrom: ['Thing.circleB'] }),
  field('Thing', 'circleB', { level: 1, derivedFrom: ['Thing.circleA'] }),
  field('Other', 'count', { level: 1, opening: 'UNCONDITIONAL', derivedFrom: ['Thing.open'] }),
  field('Answer', 'verdict', { level: 4 }),
]

export const smallGraph: Classification = {
  field: (type, name) => fields.find((known) => known.type === type && known.field === name),
  type: (name) => types.find((known) => known.type === name),
  fields: () => fields,
  types: () => types,
  fieldsOf: () => fields,
  requiresInputs: () => new Set(),
  keys: (type) => new Set(types.find((known) => known.type === type)?.keys),
}
