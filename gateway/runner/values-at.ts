// Where an entity fetch looks in the joined tree: response names lead into objects, `@` into every element of a list. Follows
// @apollo/gateway's flattening to the letter, for what it gives decides which entities are asked for and in which order.

/** The value at the path, or one flat list of them; null and undefined are passed on. Throws where the tree has another shape. */
export function valuesAt(value: unknown, path: readonly (string | number)[], from = 0): unknown {
  if (from === path.length || value === undefined || value === null) return value
  const step = path[from]
  if (step !== '@') {
    if (typeof step !== 'string' || Array.isArray(value)) throw new TypeError('the answer has another shape than its plan')
    return valuesAt(Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined, path, from + 1)
  }
  if (!Array.isArray(value)) throw new TypeError('the answer has another shape than its plan')
  if (from + 1 === path.length && !value.some(Array.isArray)) return value
  const found: unknown[] = []
  for (const element of value as readonly unknown[]) {
    const below = valuesAt(element, path, from + 1)
    if (Array.isArray(below)) for (const one of below as readonly unknown[]) found.push(one)
    else found.push(below)
  }
  return found
}
