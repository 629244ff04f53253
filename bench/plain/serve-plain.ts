// Apollo's gateway and subgraphs as their documentation shows them: startStandaloneServer, RemoteGraphQLDataSource, nothing tuned.
// One process for each subgraph and one for the gateway, or all in one with LocalGraphQLDataSource. Argument: a JSON object.

import { composeServices } from '@apollo/composition'
import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { parse } from 'graphql'
import { attachDatabases } from '../../cli/city-databases.ts'
import { readConfig } from '../../core/config.ts'
import type { Domain } from '../../core/domains.ts'
import { openDepartments } from '../hand/department-pools.ts'
import { saySo, untilEnd } from '../serving.ts'
import { loadersOf } from './loaders.ts'
import { plainSchema } from './schemas.ts'
import { plainNames, plainSdl } from './sdl.ts'

export type PlainOptions =
  | { readonly serve: 'subgraph'; readonly folder: string; readonly domain: Domain; readonly shielded: boolean }
  | { readonly serve: 'gateway'; readonly urls: Readonly<Record<string, string>> }
  | { readonly serve: 'in-process'; readonly folder: string }

export async function run([text = '']: readonly string[]): Promise<number> {
  process.env['NODE_ENV'] = 'production'
  // Written by servers.ts of this version.
  const options: PlainOptions = JSON.parse(text)
  const opened = 'folder' in options ? openDepartments(attachDatabases(readConfig({ CITYGRAPH_FOLDER: options.folder }))) : undefined
  const server = serverOf(options)
  // The loaders of one request; a gateway of its own has none.
  const context = async () => (opened === undefined ? {} : loadersOf(opened.departments))
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' }, context })
  saySo({ url: new URL('/graphql', url).href })
  await untilEnd()
  await server.stop()
  await opened?.close()
  return 0
}

function serverOf(options: PlainOptions): ApolloServer {
  switch (options.serve) {
    case 'subgraph': return new ApolloServer({ schema: plainSchema(options.domain, options.shielded) })
    case 'gateway': return new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl: plainSupergraph(options.urls) }) })
    case 'in-process': return new ApolloServer({
      gateway: new ApolloGateway({
        supergraphSdl: plainSupergraph({}),
        buildService: ({ name }) => new LocalGraphQLDataSource(plainSchema(plainNames.find((known) => known === name) ?? 'population', false)),
      }),
    })
  }
}

/** Composed from the plain subgraphs at these addresses; `more`: names and SDL of further ones. */
export function plainSupergraph(urls: Readonly<Record<string, string>>, more: readonly (readonly [string, string])[] = []): string {
  const services = [...Object.entries(plainSdl), ...more].map(([name, sdl]) => ({ name, url: urls[name] ?? `http://${name}.invalid/`, typeDefs: parse(sdl) }))
  const { supergraphSdl, errors } = composeServices(services)
  if (supergraphSdl === undefined) throw new Error((errors ?? []).map(({ message }) => message).join('\n'))
  return supergraphSdl
}
