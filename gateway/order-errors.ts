// The order of an answer's errors: that of the answer itself. Fetches that run together fail in any order, and a caller is told
// neither which department was faster nor two orders for one answer. (The GraphQL specification, section 7.1.2, leaves it open.)

import type { ErrorEntry } from './format-error.ts'

/** `data` gives what is answered beside them. Errors of the answer as a whole come first; equal places are told apart by the entry's text. */
export function inAnswerOrder(entries: readonly ErrorEntry[], data: () => unknown): readonly ErrorEntry[] {
  if (entries.length < 2) return entries
  const answer = data()
  return entries
    .map((entry) => ({ entry, place: placeIn(answer, entry.path ?? []), text: JSON.stringify(entry) }))
    .sort((one, other) => comparePlaces(one.place, other.place) || (one.text < other.text ? -1 : Number(one.text > other.text)))
    .map(({ entry }) => entry)
}

/** For each step of the path how many stand before it; ends where the answer does, and at a list whose elements the path does not tell apart. */
function placeIn(data: unknown, path: readonly (string | number)[]): readonly number[] {
  const place: number[] = []
  let at = data
  for (const step of path) {
    if (typeof at !== 'object' || at === null || (Array.isArray(at) && typeof step === 'string')) break
    place.push(Array.isArray(at) ? Number(step) : Object.keys(at).indexOf(String(step)))
    at = (at as Readonly<Record<string | number, unknown>>)[step]
  }
  return place
}

function comparePlaces(one: readonly number[], other: readonly number[]): number {
  for (const [depth, index] of one.entries()) {
    const against = other[depth]
    if (against === undefined) return 1
    if (index !== against) return index - against
  }
  return one.length - other.length
}
