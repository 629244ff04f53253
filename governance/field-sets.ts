// Which fields a record names, with what the classification says of them: whose data, which kind. Records name the same few sets
// again and again, so a set is described once and known by its hash.

import { createHash } from 'node:crypto'
import { boundedCache } from '../core/bounded-cache.ts'
import type { Classification } from '../schema/classification.ts'
import type { AccessFacts } from './read-leaf.ts'

export type SetField = {
  readonly field: string
  /** null: the classification knows no such field. */
  readonly owner: string | null
  readonly category: string | null
  readonly level: number | null
  readonly personal: boolean | null
  readonly decision: AccessFacts['fields'][number]['decision']
  readonly policies: readonly string[]
}

export type FieldSet = {
  readonly id: string
  readonly fields: readonly SetField[]
  /** Departments of whose data something was served, in order of name. */
  readonly owners: readonly string[]
  /** Kinds of personal data that were served; where no field is personal, of whatever was. */
  readonly personCategories: readonly string[]
}

/** Describes sets by one classification; the same set gives the same object while it is remembered. */
export function fieldSets(classification: Classification): (fields: AccessFacts['fields']) => FieldSet {
  const known = boundedCache<string, FieldSet>(2_000)
  const ofList = new WeakMap<AccessFacts['fields'], FieldSet>()
  return (fields) => {
    const before = ofList.get(fields)
    if (before !== undefined) return before
    const text = JSON.stringify(fields)
    const made = known.get(text) ?? describe(fields, classification)
    known.set(text, made)
    ofList.set(fields, made)
    return made
  }
}

function describe(named: AccessFacts['fields'], classification: Classification): FieldSet {
  const fields = new Map<string, SetField>()
  for (const { field, decision, policies } of named) {
    const [type = '', name = ''] = field.split('.')
    const classified = classification.field(type, name)
    const { owner = null, category = null, level = null, personal = null } = classified ?? {}
    fields.set(field, { field, owner, category, level, personal, decision, policies })
  }
  const all = [...fields.values()]
  // An entry by itself gives nothing; what is below it does, and a verification is its own answer.
  const served = all.filter(({ field, decision }) => decision !== 'DENIED' && (!field.startsWith('Query.') || decision === 'VERIFY'))
  const personal = served.filter((field) => field.personal === true)
  return {
    id: createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 40),
    fields: all,
    owners: unique(served.map(({ owner }) => owner)),
    personCategories: unique((personal.length > 0 ? personal : served).map(({ category }) => (category === 'SYSTEM' ? null : category))),
  }
}

function unique(values: readonly (string | null)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== null))].sort()
}
