// The city's API schema, as clients see it, and operations over it: shared by the gateway's unit tests.

import { Supergraph } from '@apollo/federation-internals'
import { getVariableValues, parse, specifiedRules, validate } from 'graphql'
import type { GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { admissionRules, defaultLimits } from '../../../gateway/admit.ts'
import type { AskedOperation } from '../../../gateway/walk-operation.ts'
import { readClassification } from '../../../schema/classification.ts'
import { composeSupergraph } from '../../../schema/compose.ts'
import { allSubgraphSdl } from '../../../schema/load.ts'
import { reservedAliasRule } from '../../../schema/reserved-aliases.ts'

const sdls = allSubgraphSdl()
const { supergraphSdl = '' } = composeSupergraph(sdls)
export const supergraph: string = supergraphSdl
export const classification = readClassification(sdls)
export const schema: GraphQLSchema = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema()

/** The operation of a text, validated by nobody. */
export function ask(text: string, variables: Record<string, unknown> = {}): AskedOperation {
  const document = parse(text)
  const operation = document.definitions.find((definition): definition is OperationDefinitionNode => definition.kind === 'OperationDefinition')
  if (operation === undefined) throw new Error('no operation')
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables)
  if (coerced === undefined) throw errors[0]
  return { schema, document, operation, variables: coerced }
}

/** What graphql's and the gateway's rules say. */
export function validated(text: string): readonly GraphQLError[] {
  return validate(schema, parse(text), [...specifiedRules, ...admissionRules(defaultLimits, [reservedAliasRule(classification)])])
}

/** The query of issue 2: one enterprise across five domains. */
export const fiveDomains = `query Enterprise($uscc: ID!) {
  enterprise(uscc: $uscc) {
    name registeredCapital legalRepName
    legalRepresentative { id name idNo mobile birthDate }
    shareholders(first: 10) { nodes { holderName subscribedAmount ratio holderPerson { name } holderEnterprise { name } } }
    creditRecords(first: 10) { edges { cursor node { kind title decidedOn } } pageInfo { hasNextPage } }
    creditSummary { recordCount penaltyCount }
    licenses(first: 10) { nodes { typeCode status items(first: 10) { nodes { key value } } } }
    vehicles(first: 10) { nodes { plateNo useNature } }
    nearestMetroStation { name location lines(first: 3) { nodes { name } } }
  }
}`
