// Joins what fetches bring into one tree, by reference wherever the tree holds nothing yet. The rules are those of @apollo/gateway's
// deepMerge: objects join key by key, lists of one length element by element, everything else is replaced.

export type Tree = Record<string, unknown>

/** Changes `target`; throws TypeError where either cannot hold members. Values that are undefined are as if absent. */
export function merge(target: Tree, source: Tree): void {
  for (const key of Object.keys(source)) {
    const value = source[key]
    if (value === undefined) continue
    const held = target[key]
    if (held === undefined) target[key] = value
    else mergeHeld(target, key, value)
  }
}

function mergeHeld(target: Tree, key: string, value: unknown): void {
  // What an object only inherits it does not hold.
  if (!Object.hasOwn(target, key)) Object.defineProperty(target, key, { configurable: true, enumerable: true, value: undefined, writable: true })
  const held = target[key]
  // Also into what is no object (which throws): then the reply is at fault, and what it brings further is not joined.
  if (held && isObject(value)) merge(held as Tree, value)
  else if (Array.isArray(held) && Array.isArray(value) && held.length === value.length) mergeLists(held, value)
  else target[key] = value
}

function mergeLists(held: unknown[], value: readonly unknown[]): void {
  for (let at = 0; at < value.length; at += 1) {
    const into = held[at]
    const from = value[at]
    if (isObject(into) && isObject(from)) merge(into, from)
    else held[at] = from
  }
}

export function isObject(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
