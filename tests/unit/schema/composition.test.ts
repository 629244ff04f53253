import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { GraphQLSchema, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { apiSchemaOf } from '../../../schema/api-schema.ts'
import { checkSchema } from '../../../schema/check.ts'
import { composeSupergraph } from '../../../schema/compose.ts'
import { allSubgraphSdl, committedSupergraphSdl, sdlEntries } from '../../../schema/load.ts'

const fiveDomains = `query Everything { enterprise(uscc: "91310199MA1K0T2A0A") {
  name legalRepName legalRepresentative { name idNo driver { licenseNo points } } shareholders { nodes { holderName holderPerson { name } } }
  creditRecords(first: 5) { nodes { recordNo decidedOn } } creditSummary { recordCount } creditRating { grade score }
  licenses { nodes { status certNo } } vehicles { nodes { plateNo } } nearestMetroStation { name location } } }`

describe('the five subgraphs', () => {
  const sdls = allSubgraphSdl()
  const schemas = new Map<string, GraphQLSchema>(sdlEntries(sdls).map(([domain, sdl]) => [domain, buildSubgraphSchema(parse(sdl))]))

  it('pass the whole check', async () => {
    expect(await checkSchema()).toEqual([])
  })
  it('compose to the committed supergraph, the same each time', () => {
    expect(composeSupergraph(sdls).supergraphSdl).toBe(committedSupergraphSdl())
  })
  it('keep classifications in the supergraph and no linking token in any schema', () => {
    expect(committedSupergraphSdl()).toMatch(/idNo: IdNumber .*@classified\(level: L4/)
    expect(committedSupergraphSdl()).not.toMatch(/^\s*(pid|minorUntil|under14)\b/m)
  })
  it('give lists without counts, and filters only on what is filterable', () => {
    const api = apiSchemaOf(committedSupergraphSdl())
    expect(Object.keys(fieldsOf(api, 'PersonConnection'))).toEqual(['edges', 'nodes', 'pageInfo'])
    expect(Object.keys(fieldsOf(api, 'PersonWhere'))).toEqual(['name', 'gender', 'birthDate', 'hukouDivision', 'residenceDivision', 'vitalStatus'])
    expect(api.getType('PersonOrder')?.astNode).toMatchObject({ values: ['NAME_ASC', 'NAME_DESC', 'BIRTH_DATE_ASC', 'BIRTH_DATE_DESC'].map((value) => ({ name: { value } })) })
  })
  it('load in the gateway, whose planner asks all five for one query across all domains', async () => {
    const asked = new Set<string>()
    const server = new ApolloServer({
      gateway: new ApolloGateway({
        supergraphSdl: committedSupergraphSdl(),
        buildService: ({ name }) => new LocalGraphQLDataSource(schemas.get(name) ?? new GraphQLSchema({})),
        experimental_didResolveQueryPlan: ({ queryPlan }) => {
          for (const [, service] of JSON.stringify(queryPlan).matchAll(/"serviceName":"(\w+)"/g)) if (service !== undefined) asked.add(service)
        },
      }),
    })
    await server.start()
    const { body } = await server.executeOperation({ query: fiveDomains })
    await server.stop()
    expect(body).toMatchObject({ kind: 'single', singleResult: { data: { enterprise: null } } })
    expect([...asked].sort()).toEqual(['credit', 'enterprises', 'licenses', 'population', 'transport'])
  })
})

function fieldsOf(schema: GraphQLSchema, name: string): object {
  const type = schema.getType(name)
  return type !== undefined && 'getFields' in type ? type.getFields() : {}
}
