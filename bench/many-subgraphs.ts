// The city's supergraph with further departments in it, each with its own fields on enterprises and a root field, as a city's grows.

import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { subgraphNames } from '../core/domains.ts'
import { allSubgraphSdl } from '../schema/load.ts'

/** Throws what composition says against it. */
export function supergraphWith(more: number): string {
  const own = allSubgraphSdl()
  const services = [
    ...subgraphNames.map((name) => ({ name, url: `http://${name}.invalid/graphql`, typeDefs: parse(own[name]) })),
    ...Array.from({ length: more }, (_, n) => ({ name: `further_${n}`, url: `http://further-${n}.invalid/graphql`, typeDefs: parse(furtherSdl(n)) })),
  ]
  const { supergraphSdl, errors } = composeServices(services)
  if (supergraphSdl === undefined) throw new Error((errors ?? []).map(({ message }) => message).join('\n'))
  return supergraphSdl
}

function furtherSdl(n: number): string {
  return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { furtherMatter${n}(first: Int): [FurtherMatter${n}!] }
type FurtherMatter${n} @key(fields: "matterNo") { matterNo: ID! title: String enterprise: Enterprise }
type Enterprise @key(fields: "uscc") { uscc: ID! furtherMatters${n}: [FurtherMatter${n}!] furtherNote${n}: String }`
}
