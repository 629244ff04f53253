// Every field of the graph has a place in the tables, and every mask that the classification names can be written.

import { expect, test } from 'vitest'
import { subgraphNames } from '../../../core/domains.ts'
import { bindDomain } from '../../../resolvers/binding.ts'
import { cell } from '../../../resolvers/cell.ts'
import { domainEntities, domainResolvers } from '../../../resolvers/domain-resolvers.ts'
import { own } from '../../../resolvers/entity.ts'
import { governanceActs } from '../../../resolvers/governance-acts.ts'
import type { ResolverMap } from '../../../resolvers/resolver-map.ts'
import { compile } from '../../../resolvers/statements.ts'
import { readClassification } from '../../../schema/classification.ts'
import { allSubgraphSdl } from '../../../schema/load.ts'
import { handMadePlan, masked, mixed } from '../../support/hand-made-plan.ts'

const classification = readClassification(allSubgraphSdl())

for (const domain of subgraphNames) {
  const entities = domainEntities(domain)
  const resolvers: ResolverMap = {
    ...domainResolvers(domain, classification),
    ...(domain === 'governance' ? { Mutation: governanceActs(bindDomain(domain, entities, classification), {}, { classification, isOrganisation: () => false, persons: { sealed: () => [], own: () => ({ token: '', sealed: '' }), organisation: () => ({ token: '', sealed: '' }), usccIn: () => null, idFor: () => null } }) } : {}),
  }
  const fieldsOf = (type: string) => classification.fieldsOf(domain).filter((field) => field.type === type)

  test(`${domain} binds every field that it answers`, () => {
    const bound = new Set(entities.map(({ type }) => type))
    const missing = classification.fieldsOf(domain)
      // Answers are made by their questions, the summary and the facets are aggregates, what became of a proposal is no row.
      .filter(({ type }) => classification.type(type)?.answer !== true && type !== 'CreditSummary' && type !== 'CatalogueFacet' && type !== 'OpenQueryProposal')
      .filter(({ type, field }) => {
        if (resolvers[type]?.[field] !== undefined) return false
        return !bound.has(type) || entities.find((entity) => entity.type === type)?.field(field) === undefined
      })
    expect(missing.map(({ type, field }) => `${type}.${field}`)).toEqual([])
  })

  test(`${domain} can write each mask that its classification names`, () => {
    const unmasked = entities.flatMap((entity) =>
      fieldsOf(entity.type)
        .filter(({ field, mask }) => own(entity.relations, field) === undefined && resolvers[entity.type]?.[field] === undefined && mask !== 'REDACT')
        .filter(({ field, type }) => cell(field, { entity, classification, plan: handMadePlan({ fields: { [`${type}.${field}`]: masked } }) }) === undefined),
    )
    expect(unmasked.map(({ type, field }) => `${type}.${field}`)).toEqual([])
  })

  test(`${domain} binds every row attribute that policies may use`, () => {
    for (const entity of entities.filter(({ from }) => from !== undefined)) {
      for (const { name } of classification.type(entity.type)?.rowAttributes ?? []) {
        expect(Object.keys(entity.attributes), `${entity.type}.${name}`).toContain(name)
      }
    }
  })

  test(`${domain} joins by no natural key that somebody may see only masked`, () => {
    for (const entity of entities) {
      const natural = fieldsOf(entity.type).filter(({ naturalKey }) => naturalKey).flatMap(({ field }) => entity.field(field)?.value ?? []).map((value) => compile(value).text)
      const sides = Object.values(entity.relations).flatMap((relation) => ('key' in relation && relation.key !== undefined ? [compile(relation.key).text] : []))
      expect([...sides, ...(entity.key === undefined ? [] : [compile(entity.key.value).text])].filter((side) => natural.includes(side))).toEqual([])
    }
  })

  test(`${domain} selects nothing of a cell that is denied, and never a bare column that is only masked`, () => {
    for (const entity of entities.filter(({ from }) => from !== undefined)) {
      for (const { type, field, mask } of fieldsOf(entity.type)) {
        if (own(entity.relations, field) !== undefined || resolvers[type]?.[field] !== undefined) continue
        const plan = handMadePlan({ fields: { [`${type}.${field}`]: masked } })
        const sql = cell(field, { entity, classification, plan })
        if (mask === 'REDACT' && entity.field(field)?.masked === undefined) expect(sql, `${type}.${field}`).toBeUndefined()
        else if (sql !== undefined) expect(compile(sql).text).toMatch(/mask\.|_scrubbed/)
        const byRow = cell(field, { entity, classification, plan: handMadePlan({ fields: { [`${type}.${field}`]: mixed({ kind: 'never' }) } }) })
        expect(byRow === undefined ? '' : compile(byRow).text).toContain('CASE WHEN false')
      }
    }
  })
}
