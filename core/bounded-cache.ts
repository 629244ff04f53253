// A map that never grows beyond its bound: the entry not used for the longest time goes first. Holds no clock; what expires is
// for its user to check.

export type BoundedCache<K, V> = {
  get(key: K): V | undefined
  set(key: K, value: V): void
  delete(key: K): void
  readonly size: () => number
}

/** At most `limit` entries (a positive integer, else RangeError); `get` and `set` count as use. */
export function boundedCache<K, V>(limit: number): BoundedCache<K, V> {
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError('a bounded cache needs a positive limit')
  // A Map remembers the order of insertion: moving an entry to the end at each use makes it an LRU list.
  const entries = new Map<K, V>()
  // What is used again and again stands at the end already.
  let last: K | undefined
  return {
    get(key) {
      const value = entries.get(key)
      if (value === undefined || key === last) return value
      last = key
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      last = key
      entries.delete(key)
      entries.set(key, value)
      if (entries.size <= limit) return
      const oldest = entries.keys().next()
      if (oldest.done !== true) entries.delete(oldest.value)
    },
    delete(key) {
      if (key === last) last = undefined
      entries.delete(key)
    },
    size: () => entries.size,
  }
}
