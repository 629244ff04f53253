// Freezes plain data all the way down: whoever writes into what is shared is told by a TypeError instead of by a wrong answer.

/**
 * The value itself, frozen with all that it holds. Its objects hold plain data without circles; those in it that are frozen already
 * are taken to be so all the way down.
 */
export function freezeAll<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) if (!Object.isFrozen(inner)) freezeAll(inner)
  return value
}
