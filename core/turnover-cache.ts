// A bounded map for values that are cheap to make again and asked for very often: no entry is moved at a hit, unlike in a
// bounded-cache. Holds two generations; when the younger one is full, the older one goes whole.

export type TurnoverCache<K, V> = { get(key: K): V | undefined; set(key: K, value: V): void; readonly size: () => number }

/** At most `limit` entries (an integer of at least 2, else RangeError); what was asked for since the last turn stays. */
export function turnoverCache<K, V extends {}>(limit: number): TurnoverCache<K, V> {
  if (!Number.isInteger(limit) || limit < 2) throw new RangeError('a turnover cache needs a limit of at least 2')
  const generation = Math.floor(limit / 2)
  let young = new Map<K, V>()
  let old: ReadonlyMap<K, V> = new Map()

  const set = (key: K, value: V): void => {
    if (young.size >= generation && !young.has(key)) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }
  return {
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const before = old.get(key)
      if (before !== undefined) set(key, before)
      return before
    },
    set,
    size: () => young.size + old.size,
  }
}

/** `make`, remembered for the `limit` keys asked for lately. */
export function remembering<K, V extends {}>(limit: number, make: (key: K) => V): (key: K) => V {
  const made = turnoverCache<K, V>(limit)
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(key)
    made.set(key, value)
    return value
  }
}
