// What DataLoader does for single keys, for lists of keys: all that are asked for in one turn of the event loop go together, each
// key once in a request, and whoever asks for a list waits for one promise instead of one for each key.

import DataLoader from 'dataloader'
import { asError } from '../core/errors.ts'
import type { Page } from './row.ts'

export type RowLoader = {
  /** The pages of the keys in their order; an Error in the place of a key whose batch failed. */
  loadMany(keys: readonly string[]): Promise<readonly (Page | Error)[]>
  /** The page of one key; rejects with what its batch failed with. */
  load(key: string): Promise<Page>
}

/** Never throws at once. */
type Load = (keys: readonly string[]) => Promise<readonly Page[]>
/** Keys that went to the database together. */
type Flight = { readonly keys: ReadonlyMap<string, number>; readonly ended: Promise<void>; pages: readonly Page[]; error: Error | undefined }

/** A loader for one request. `load` gives one page for each of at most `largest` keys, all different. */
export function rowLoader(load: Load, largest: number): RowLoader {
  const flights = new Map<string, Flight>()
  const groups = new DataLoader<readonly string[], readonly (Page | Error)[]>(async (asked) => {
    await Promise.all(depart(asked, flights, { load, largest }))
    return asked.map((keys) => keys.map((key) => pageAt(flights.get(key), key)))
  }, { cache: false })
  return {
    loadMany: (keys) => groups.load(keys),
    load: async (key) => {
      const [page = new RangeError('no page for a key')] = await groups.load([key])
      if (page instanceof Error) throw page
      return page
    },
  }
}

/** Sends the keys that were not asked for before; gives the ends of all flights that the groups wait for. */
function depart(asked: readonly (readonly string[])[], flights: Map<string, Flight>, { load, largest }: { load: Load; largest: number }): Promise<void>[] {
  const fresh = new Set<string>()
  const waits = new Set<Promise<void>>()
  for (const keys of asked) {
    for (const key of keys) {
      const flight = flights.get(key)
      if (flight === undefined) fresh.add(key)
      else waits.add(flight.ended)
    }
  }
  const left = [...fresh]
  for (let from = 0; from < left.length; from += largest) {
    const keys = left.slice(from, from + largest)
    const flight = fly(keys, load)
    for (const key of keys) flights.set(key, flight)
    waits.add(flight.ended)
  }
  return [...waits]
}

function fly(keys: readonly string[], load: Load): Flight {
  const flight: Flight = { keys: new Map(keys.map((key, index) => [key, index])), ended: load(keys).then(
    (pages) => { flight.pages = pages },
    (error: unknown) => { flight.error = asError(error) },
  ), pages: [], error: undefined }
  return flight
}

function pageAt(flight: Flight | undefined, key: string): Page | Error {
  const page = flight?.pages[flight.keys.get(key) ?? -1]
  return flight?.error ?? page ?? new RangeError('no page for a key')
}
