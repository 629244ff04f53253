// A map whose entries together never weigh more than its bound: the ones not used for the longest time go first. For values of very
// different size, where counting them would bound nothing.

export type WeighedCache<K, V> = { get(key: K): V | undefined; set(key: K, value: V, weight: number): void; readonly weight: () => number }

/** `limit` and weights: positive numbers of one unit, else RangeError. What alone is heavier than the limit is not kept. */
export function weighedCache<K, V>(limit: number): WeighedCache<K, V> {
  if (!(limit > 0)) throw new RangeError('a weighed cache needs a positive limit')
  // A Map remembers the order of insertion: moving an entry to the end at each use makes it an LRU list.
  const entries = new Map<K, { readonly value: V; readonly weight: number }>()
  let total = 0
  const drop = (key: K): void => {
    total -= entries.get(key)?.weight ?? 0
    entries.delete(key)
  }
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set(key, value, weight) {
      if (!(weight > 0)) throw new RangeError('an entry of a weighed cache weighs something')
      drop(key)
      if (weight > limit) return
      entries.set(key, { value, weight })
      total += weight
      for (const oldest of entries.keys()) {
        if (total <= limit) break
        drop(oldest)
      }
    },
    weight: () => total,
  }
}
