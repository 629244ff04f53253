// The Cedar schema of the city, generated from the graph's classification: every GraphQL type is an entity type with its @row
// attributes, an action applies to the types it can be asked about, and the context is the same everywhere. Relies on a
// classification that has been accepted; refuses GraphQL types whose names are taken by the model itself.

import type { SchemaJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Classification, RowAttribute } from '../schema/classification.ts'
import { actions } from './environment.ts'
import type { Action } from './environment.ts'

type Attribute = { type: string; name?: string; element?: { type: string }; required?: boolean }

/** Types of the graph that stand for no row. */
const roots: readonly string[] = ['Query', 'Mutation', 'Subscription']
const reserved: readonly string[] = ['Organisation', 'Role', 'Division', 'Purpose', 'Caller', 'Action', ...roots]

/** Cedar's JSON schema. Throws TypeError on a GraphQL type with a reserved name (a programmer's error, not an officer's). */
export function cedarSchema(classification: Classification): SchemaJson<string> {
  const rows = classification.types().filter((type) => !roots.includes(type.type))
  const taken = rows.find((type) => reserved.includes(type.type))
  if (taken !== undefined) throw new TypeError(`GraphQL type ${taken.type} has a name that the policy model needs`)
  const context = { type: 'Record', attributes: contextAttributes() } as const
  const schema = {
    entityTypes: {
      Organisation: {},
      Role: {},
      Division: { memberOfTypes: ['Division'] },
      Purpose: { memberOfTypes: ['Organisation'] },
      Caller: { memberOfTypes: ['Organisation', 'Role'], shape: { type: 'Record', attributes: callerAttributes() } },
      Query: {},
      Mutation: {},
      ...Object.fromEntries(rows.map((type) => [type.type, { shape: { type: 'Record', attributes: rowAttributes(type.rowAttributes) } }])),
    },
    actions: Object.fromEntries(actions.map((action) => [action, { appliesTo: { principalTypes: ['Caller'], resourceTypes: resourceTypes(action, classification), context } }])),
  }
  // The package types attributes as a union that a table of plain objects cannot satisfy structurally.
  return { '': schema } as unknown as SchemaJson<string>
}

/** Cedar validates a policy once for each action and type it may apply to: pairs that nothing ever asks about only cost time. */
function resourceTypes(action: Action, classification: Classification): readonly string[] {
  const rows = classification.types().filter(({ type, answer }) => !roots.includes(type) && !answer).map(({ type }) => type)
  const entries = classification.fields().flatMap(({ entry, returns }) => (entry === undefined ? [] : [{ entry, returns }]))
  switch (action) {
    case 'read':
      return ['Query', ...rows]
    case 'readMasked':
    case 'see':
      return rows
    case 'filter':
      return rows.filter((type) => (classification.type(type)?.keyFilters.size ?? 0) > 0 || classification.fields().some((field) => field.type === type && (field.sortable || field.filterOperators.length > 0)))
    case 'verify':
      return unique(entries.map(({ entry }) => (entry.kind === 'VERIFY' ? entry.of ?? 'Query' : undefined)))
    case 'act':
      return ['Mutation']
    case 'export':
      return unique(entries.map(({ entry, returns }) => (entry.kind === 'MANY' ? returns.named : undefined)))
  }
}

function unique(names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names.filter((name) => name !== undefined))]
}

function callerAttributes(): Record<string, Attribute> {
  return {
    org: { type: 'Entity', name: 'Organisation' },
    /** The code of `org` as a text, to be compared with row attributes. */
    organisation: { type: 'String' },
    kind: { type: 'String' },
    assurance: { type: 'Long' },
    zone: { type: 'String' },
    division: { type: 'Entity', name: 'Division', required: false },
    pid: { type: 'String', required: false },
  }
}

function contextAttributes(): Record<string, Attribute | { type: string; attributes: Record<string, Attribute> }> {
  const text = { type: 'String' }
  const flag = { type: 'Boolean' }
  return {
    field: {
      type: 'Record',
      attributes: {
        coordinate: text, domain: text, type: text, name: text, level: { type: 'Long' }, category: text,
        owner: { type: 'Entity', name: 'Organisation' }, sharing: text, opening: text,
        personal: flag, sensitive: flag, naturalKey: flag, bulkClass: text, entry: text,
      },
    },
    purpose: { type: 'Entity', name: 'Purpose', required: false },
    caseNo: { type: 'String', required: false },
    authorizationRef: { type: 'String', required: false },
    singleSubject: flag,
    minorsApproved: flag,
    now: { type: 'Extension', name: 'datetime' },
  }
}

function rowAttributes(attributes: readonly RowAttribute[]): Record<string, Attribute> {
  return Object.fromEntries(attributes.map((attribute) => [attribute.name, { ...cedarType(attribute.type), required: !attribute.optional }]))
}

function cedarType(type: RowAttribute['type']): Attribute {
  switch (type) {
    case 'Bool':
      return { type: 'Boolean' }
    case 'Long':
    case 'String':
      return { type }
    case 'Division':
      return { type: 'Entity', name: 'Division' }
    case 'datetime':
      return { type: 'Extension', name: 'datetime' }
    case 'Set<String>':
      return { type: 'Set', element: { type: 'String' } }
  }
}
