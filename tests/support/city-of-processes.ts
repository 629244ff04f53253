// A city as docs/operations.md starts it: the embedded databases, six subgraphs and any number of gateways, each a process of its own.

import { expect } from 'vitest'
import { subgraphNames } from '../../core/domains.ts'
import type { SubgraphName } from '../../core/domains.ts'
import { command } from './command.ts'
import type { CityFolder, Command } from './command.ts'

export type Environment = Readonly<Record<string, string>>
export type CityOfProcesses = {
  readonly subgraphs: Readonly<Record<SubgraphName, Command>>
  /** Addresses of the gateways, without `/graphql`. */
  readonly urls: readonly string[]
  /** Ends them, the last one first; each must end without an error. */
  readonly stop: () => Promise<void>
}

/** The embedded databases of the folder, then everything before them. */
export async function embeddedProcesses(folder: CityFolder, how: { readonly size: number; readonly gateways: number }): Promise<CityOfProcesses> {
  const environment = { CITYGRAPH_FOLDER: folder.path }
  const databases = command(['databases', '--size', String(how.size)], environment)
  await databases.says(/The databases are ready/)
  try {
    const city = await servingProcesses(() => environment, how.gateways)
    return { ...city, stop: async () => {
      await city.stop()
      await ended(databases)
    } }
  } catch (error) {
    await databases.stop()
    throw error
  }
}

/** Subgraphs and gateways, each with the environment that `environmentOf` gives it. */
export async function servingProcesses(environmentOf: (part: SubgraphName | 'gateway') => Environment, gateways: number): Promise<CityOfProcesses> {
  const running: Command[] = []
  const started = (args: readonly string[], environment: Environment): Command => {
    const one = command([...args, '--port', '0'], environment)
    running.push(one)
    return one
  }
  try {
    const subgraphs = forSubgraphs((domain) => started(['subgraph', domain], environmentOf(domain)))
    const addresses = await Promise.all(subgraphNames.map(async (domain) => `${domain}=${(await subgraphs[domain].says(/is ready at (http:\/\/localhost:\d+\/graphql)/))[1]}`))
    const urls = await Promise.all(Array.from({ length: gateways }, async () => {
      const gateway = started(['gateway'], { ...environmentOf('gateway'), SUBGRAPHS: addresses.join(',') })
      return (await gateway.says(/The gateway is ready at (http:\/\/localhost:\d+)\/graphql/))[1] ?? ''
    }))
    return { subgraphs, urls, stop: async () => {
      for (const one of running.toReversed()) await ended(one)
    } }
  } catch (error) {
    await Promise.all(running.map((one) => one.stop()))
    throw error
  }
}

/** The token of a demonstration caller of the folder's city. */
export async function demonstrationToken(folder: CityFolder, caller: string): Promise<string> {
  const asked = command(['token', caller], { CITYGRAPH_FOLDER: folder.path })
  expect((await asked.ended).code, asked.err()).toBe(0)
  return asked.out().trim()
}

async function ended(one: Command): Promise<void> {
  expect((await one.stop()).code, one.err()).toBe(0)
}

function forSubgraphs<T>(make: (domain: SubgraphName) => T): Record<SubgraphName, T> {
  return Object.fromEntries(subgraphNames.map((domain) => [domain, make(domain)])) as Record<SubgraphName, T>
}
