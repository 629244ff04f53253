// JSON in the one form that RFC 8785 (JCS) allows, so that a record has one byte sequence and one hash wherever it is computed.
// Refuses what is not JSON instead of dropping or repairing it.

/**
 * The canonical text of a JSON value. Throws TypeError for undefined, functions, non-finite numbers, lone surrogates, and objects
 * that are not plain. Never quotes the offending value.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return text(value)
    case 'number':
      // RFC 8785 3.2.2.3 is ECMAScript's own number serialisation; -0 becomes 0.
      if (!Number.isFinite(value)) throw new TypeError('a number that JSON cannot hold')
      return String(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? `[${value.map(canonicalJson).join(',')}]` : object(value)
    default:
      throw new TypeError('a value that JSON does not know')
  }
}

function object(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('an object that is not plain')
  // Array.prototype.sort compares UTF-16 code units, as section 3.2.3 asks.
  const members = new Map<string, unknown>(Object.entries(value))
  return `{${[...members.keys()].sort().map((name) => `${text(name)}:${canonicalJson(members.get(name))}`).join(',')}}`
}

function text(value: string): string {
  // With the u flag a pair is one character, so this finds lone halves only.
  if (/\p{Surrogate}/u.test(value)) throw new TypeError('a text with a lone surrogate')
  return JSON.stringify(value)
}
