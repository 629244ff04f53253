// Everything that can answer a workload, each in processes of its own, made ready to be asked.

import type { Domain } from '../core/domains.ts'
import type { BenchCity } from './bench-city.ts'
import type { HandOptions } from './hand/serve-hand.ts'
import { startSeveral, startServing } from './processes.ts'
import type { ServingProcess } from './processes.ts'
import { plainNames } from './plain/sdl.ts'
import { productFlags } from './product-flags.ts'
import type { PlainOptions } from './plain/serve-plain.ts'
import type { CityOptions } from './serve-city.ts'
import { bodyOf } from './workloads.ts'
import type { Workload, WorkloadName } from './workloads.ts'

/** A variant that serves: where, what a request to it says, and the processes whose time it takes. */
export type Server = {
  readonly name: string
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly pids: readonly number[]
  readonly stop: () => Promise<void>
}

export async function handWritten(city: BenchCity, workload: Workload, { masked = false, combined = false } = {}): Promise<Server> {
  const options: HandOptions = { folder: city.folder, workload: workload.name, masked, combined }
  return plainServer(masked ? 'hand-written, same masks' : combined ? 'hand-written, birth years' : 'hand-written', workload, city.person, [await startServing('hand', options)])
}

/** The city in one process, as `citygraph start` runs it; `how` for measurements of single parts. */
export async function citygraph(city: BenchCity, workload: Workload, name: string, how: Partial<CityOptions> = {}): Promise<Server> {
  const { asker } = workload
  const options: CityOptions = { folder: city.folder, caller: asker.caller, person: city.person, records: 'kept', following: true, ...how }
  const serving = await startServing('city', options, productFlags)
  return { ...plainServer(name, workload, serving.person ?? '', [serving]), headers: askedBy(workload, serving) }
}

export function askedBy({ asker }: Workload, { token = '' }: { readonly token?: string | undefined }): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    'x-purpose': asker.purpose,
    ...(asker.caseNo === undefined ? {} : { 'x-case-no': asker.caseNo }),
  }
}

/** The first process is the one that is asked. */
export function plainServer(name: string, { query, variables }: Workload, person: string, processes: readonly ServingProcess[]): Server {
  const [front] = processes
  if (front === undefined) throw new RangeError('a server of no process')
  return {
    name,
    url: front.url,
    body: bodyOf({ query, variables: 'id' in variables ? { ...variables, id: person } : variables }),
    headers: { 'content-type': 'application/json' },
    pids: processes.map(({ pid }) => pid),
    stop: async () => {
      for (const { stop } of processes) await stop()
    },
  }
}

/** Apollo's gateway in front of its subgraphs over HTTP, as documented; `shielded`: with a rule on every field. */
export async function plainApollo(city: BenchCity, workload: Workload, { shielded = false } = {}): Promise<Server> {
  const subgraphs = await plainSubgraphs(city, workload, shielded)
  const [gateway] = await startSeveral([() => startServing('plain', { serve: 'gateway', urls: urlsOf(subgraphs) } satisfies PlainOptions)], subgraphs)
  return plainServer(shielded ? 'Apollo over HTTP, graphql-shield' : 'Apollo over HTTP', workload, city.person, [...(gateway === undefined ? [] : [gateway]), ...subgraphs])
}

export async function plainInProcess(city: BenchCity, workload: Workload): Promise<Server> {
  return plainServer('Apollo in process', workload, city.person, [await startServing('plain', { serve: 'in-process', folder: city.folder } satisfies PlainOptions)])
}

/** The subgraphs that a workload needs, each a process; the others would only take memory. */
export async function plainSubgraphs(city: BenchCity, { name }: Workload, shielded = false): Promise<readonly ServingProcess[]> {
  const needed = plainNames.filter((domain) => neededBy[name].includes(domain))
  return startSeveral(needed.map((domain) => async () => ({ ...(await startServing('plain', { serve: 'subgraph', folder: city.folder, domain, shielded } satisfies PlainOptions)), domain })))
}

/** The departments that a workload asks. */
export const neededBy: Readonly<Record<WorkloadName, readonly Domain[]>> = { W1: ['population', 'enterprises', 'credit'], W2: plainNames, W3: ['population'], W4: ['population'] }

export function urlsOf(subgraphs: readonly ServingProcess[]): Readonly<Record<string, string>> {
  return Object.fromEntries(subgraphs.map(({ domain = '', url }) => [domain, url]))
}
