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
      return Array.isArray(value) ? array(value) : object(value)
    default:
      throw new TypeError('a value that JSON does not know')
  }
}

// Each access record is written by these before its answer is given: strings are appended, nothing is collected and joined.

function array(values: readonly unknown[]): string {
  let written = '['
  for (let n = 0; n < values.length; n += 1) written += n === 0 ? canonicalJson(values[n]) : `,${canonicalJson(values[n])}`
  return `${written}]`
}

function object(value: object): string {
  if (!isPlain(value)) throw new TypeError('an object that is not plain')
  let written = '{'
  // Array.prototype.sort compares UTF-16 code units, as section 3.2.3 asks.
  for (const name of Object.keys(value).sort()) written += `${written === '{' ? '' : ','}${text(name)}:${canonicalJson(value[name])}`
  return `${written}}`
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function text(value: string): string {
  // Printable ASCII but for the two characters that are escaped: nearly everything in a record.
  if (/^[ !#-[\]-~]*$/.test(value)) return `"${value}"`
  // With the u flag a pair is one character, so this finds lone halves only.
  if (/\p{Surrogate}/u.test(value)) throw new TypeError('a text with a lone surrogate')
  return JSON.stringify(value)
}
