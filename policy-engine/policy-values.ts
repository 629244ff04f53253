// The values Cedar policies compute with, as far as our closed list needs them (DESIGN 6), and the entity tree of a request.

export type Entity = { readonly type: string; readonly id: string }
/** Cedar datetime, milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = { readonly epochMs: number }
export type Known = boolean | number | string | Entity | Instant | readonly Known[]

export function isEntity(value: Known): value is Entity {
  return typeof value === 'object' && 'id' in value
}

export function isInstant(value: Known): value is Instant {
  return typeof value === 'object' && 'epochMs' in value
}

export function isSet(value: Known): value is readonly Known[] {
  return Array.isArray(value)
}

/** Cedar `==` on known values; sets compare as sets, values of different types are unequal. */
export function sameKnown(left: Known, right: Known): boolean {
  if (isSet(left) || isSet(right)) {
    if (!isSet(left) || !isSet(right)) return false
    return left.every((a) => right.some((b) => sameKnown(a, b))) && right.every((b) => left.some((a) => sameKnown(a, b)))
  }
  if (typeof left !== 'object' || typeof right !== 'object') return left === right
  if (isEntity(left)) return isEntity(right) && left.type === right.type && left.id === right.id
  return isInstant(right) && left.epochMs === right.epochMs
}

/** Lengths at which a GB/T 2260 code names a division: province, city, county, street, community. */
const divisionLengths: readonly number[] = [2, 4, 6, 9, 12]

/** True for a code that can have divisions under it: digits of one of the five lengths. */
export function isDivisionCode(code: string): boolean {
  return divisionLengths.includes(code.length) && /^[0-9]+$/.test(code)
}

/** The codes above a division: its prefixes that are division codes themselves, shortest first. */
export function divisionAncestors(code: string): string[] {
  return divisionLengths.filter((length) => length < code.length).map((length) => code.slice(0, length)).filter(isDivisionCode)
}

/** Cedar's `in` on divisions: the same code, or one of its ancestors. */
export function divisionIsUnder(code: string, above: string): boolean {
  return code === above || (isDivisionCode(above) && code.startsWith(above))
}

/** A claimed code without its trailing zero parts: 310000 → 31, 310100 → 3101, 310101000 → 310101. */
export function normaliseDivision(code: string): string {
  if (code.length === 12 && code.endsWith('000')) return normaliseDivision(code.slice(0, 9))
  if (code.length === 9 && code.endsWith('000')) return normaliseDivision(code.slice(0, 6))
  if ((code.length === 6 || code.length === 4) && code.endsWith('00')) return normaliseDivision(code.slice(0, -2))
  return code
}
