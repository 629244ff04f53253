// Small SDLs for the schema tests: the real head before a few lines of one department.

import { headSdl, joinSubgraph } from '../../../schema/load.ts'
import { lintClassification } from '../../../schema/lint.ts'
import type { Domain } from '../../../core/domains.ts'
import type { Problem } from '../../../schema/problem.ts'

export const open = 'sharing: UNCONDITIONAL, opening: UNCONDITIONAL, basis: "公司法 32"'
export const entry = `@entry(kind: ONE) @classified(level: L1, category: SYSTEM, owner: "PSB", ${open})`

/** @classified with the level and whatever else is given. */
export function level(name: 'L1' | 'L2' | 'L3' | 'L4', rest = '', category = 'PERSON_IDENTITY'): string {
  return `@classified(level: ${name}, category: ${category}, owner: "PSB"${rest === '' ? '' : `, ${rest}`})`
}

/** One department's whole SDL from its own part. */
export function small(domain: Domain, own: string): string {
  return joinSubgraph(headSdl(), `schema/${domain}.graphql`, own)
}

/** A thing with the given fields, reached by one entry. */
export function thing(fields: string, rest = ''): string {
  return small('population', `type Query { thing(id: ID!): Thing ${entry} }\ntype Thing @key(fields: "id") ${level('L1', open, 'SYSTEM')} {\n  id: ID!\n${fields}\n}\n${rest}`)
}

export function lint(population: string, others: Partial<Record<Domain, string>> = {}): readonly Problem[] {
  return lintClassification({ population, ...others })
}

export function messages(problems: readonly Problem[]): readonly string[] {
  return problems.map((problem) => problem.message)
}
