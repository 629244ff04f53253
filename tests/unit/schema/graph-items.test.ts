// The catalogue and the supergraph hold the same: no field without an item, no item without a field.

import { isInterfaceType, isObjectType } from 'graphql'
import { Supergraph } from '@apollo/federation-internals'
import { describe, expect, it } from 'vitest'
import { readClassification } from '../../../schema/classification.ts'
import { graphItems } from '../../../schema/graph-items.ts'
import { allSubgraphSdl, committedSupergraphSdl } from '../../../schema/load.ts'

const items = graphItems(allSubgraphSdl())

/** What callers of the graph can ask, as Apollo reads the committed supergraph: an oracle that knows nothing of our directives. */
function askable(): readonly string[] {
  const schema = Supergraph.build(committedSupergraphSdl()).apiSchema().toGraphQLJSSchema()
  const listTypes = /(?:Connection|Edge)$|^PageInfo$/
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!(isObjectType(type) || isInterfaceType(type)) || type.name.startsWith('__') || listTypes.test(type.name)) return []
    const fields = Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
    return ['Query', 'Mutation'].includes(type.name) ? fields : [type.name, ...fields]
  })
}

describe('the items of the graph', () => {
  it('are each field and each type of the supergraph, exactly once, and the other way round', () => {
    expect(items.map(({ coordinate }) => coordinate).sort()).toEqual([...askable()].sort())
    expect(new Set(items.map(({ coordinate }) => coordinate)).size).toBe(items.length)
  })

  it('carry the classification that decides', () => {
    const classification = readClassification(allSubgraphSdl())
    for (const { kind, type, field, values, domain } of items) {
      const decided = kind === 'TYPE' || kind === 'KEY' ? classification.type(type)?.classification : classification.field(type, field ?? '')
      expect(decided).toMatchObject(values.basis === undefined ? { level: values.level, owner: values.owner } : { ...values, derivedFrom: [...values.derivedFrom] })
      if (kind === 'FIELD' || kind === 'ENTRY') expect(classification.field(type, field ?? '')?.domain).toBe(domain)
    }
  })

  it('stand in the domain that holds their rows', () => {
    const domainOf = (coordinate: string): string | undefined => items.find((item) => item.coordinate === coordinate)?.domain
    expect([domainOf('Person'), domainOf('Enterprise'), domainOf('Driver'), domainOf('Person.creditRecords'), domainOf('Enterprise.uscc')]).toEqual(['population', 'enterprises', 'transport', 'credit', 'enterprises'])
  })
})
