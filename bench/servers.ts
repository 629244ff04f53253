// Everything that can answer a workload, each in processes of its own, made ready to be asked.

import type { BenchCity } from './bench-city.ts'
import type { HandOptions } from './hand/serve-hand.ts'
import { startServing } from './processes.ts'
import type { ServingProcess } from './processes.ts'
import type { CityOptions } from './serve-city.ts'
import { bodyOf } from './workloads.ts'
import type { Workload } from './workloads.ts'

/** A variant that serves: where, what a request to it says, and the processes whose time it takes. */
export type Server = {
  readonly name: string
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly pids: readonly number[]
  readonly stop: () => Promise<void>
}

export async function handWritten(city: BenchCity, workload: Workload, { masked = false } = {}): Promise<Server> {
  const options: HandOptions = { folder: city.folder, workload: workload.name, masked }
  return plainServer(masked ? 'hand-written, same masks' : 'hand-written', workload, city.person, [await startServing('hand', options)])
}

/** The city in one process, as `citygraph start` runs it; `how` for measurements of single parts. */
export async function citygraph(city: BenchCity, workload: Workload, name: string, how: Partial<CityOptions> = {}): Promise<Server> {
  const { asker } = workload
  const options: CityOptions = { folder: city.folder, caller: asker.caller, person: city.person, records: 'kept', following: true, ...how }
  const serving = await startServing('city', options)
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
