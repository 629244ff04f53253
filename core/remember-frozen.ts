// What is made of an object once and kept as long as the object lives. Sound only for objects that never change, so they are frozen
// when they are first asked about, all the way down.

import { freezeAll } from './freeze-all.ts'

/** A `make` that remembers by identity. Its objects hold plain data without circles; they are frozen. */
export function rememberFrozen<K extends object, T>(make: (of: K) => T): (of: K) => T {
  const made = new WeakMap<K, { readonly value: T }>()
  return (of) => {
    const known = made.get(of)
    if (known !== undefined) return known.value
    freezeAll(of)
    const value = make(of)
    made.set(of, { value })
    return value
  }
}
