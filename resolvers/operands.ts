// What callers hand in to compare with, checked before any database access: type, form, length, no NUL. Refused values are never
// echoed; the argument is named by its path in the public schema.

import { CitygraphError } from '../core/errors.ts'
import type { ValueKind } from './entity.ts'

const LONGEST_TEXT = 200

/** An operand as text for PostgreSQL. Throws CitygraphError BAD_USER_INPUT (argument) when it is not of the kind. */
export function operandText(value: unknown, kind: ValueKind, argument: string): string {
  switch (kind) {
    case 'text': return plainText(value, argument)
    case 'day': return calendarDay(value, argument)
    case 'instant': return instant(value, argument).toISOString()
    case 'decimal': return matching(typeof value === 'number' ? String(value) : value, /^-?\d{1,15}(\.\d{1,6})?$/, argument)
    case 'integer': return matching(typeof value === 'number' ? String(value) : value, /^-?\d{1,15}$/, argument)
    case 'truth': return matching(typeof value === 'boolean' ? String(value) : value, /^(true|false)$/, argument)
    case 'uuid': return matching(value, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, argument)
    case 'place': throw refused(argument)
  }
}

/** A text without NUL (PostgreSQL has none) and without broken surrogates, of at most 200 characters. */
export function plainText(value: unknown, argument: string): string {
  if (typeof value !== 'string' || value.length > LONGEST_TEXT || value.includes('\0') || !wellFormed(value)) throw refused(argument)
  return value
}

/** A day that exists, `YYYY-MM-DD`. */
export function calendarDay(value: unknown, argument: string): string {
  const text = matching(value, /^\d{4}-\d{2}-\d{2}$/, argument)
  const at = new Date(`${text}T00:00:00Z`)
  if (text < '0001-01-01' || Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text) throw refused(argument)
  return text
}

/** An instant in ISO 8601 with an offset. */
export function instant(value: unknown, argument: string): Date {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value
  const at = new Date(matching(value, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/, argument))
  if (Number.isNaN(at.getTime())) throw refused(argument)
  return at
}

/** A whole number between two bounds, both included. */
export function wholeNumber(value: unknown, least: number, most: number, argument: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) throw refused(argument)
  return value
}

/** A text of the form given. */
export function matching(value: unknown, form: RegExp, argument: string): string {
  if (typeof value !== 'string' || !form.test(value)) throw refused(argument)
  return value
}

/** BAD_USER_INPUT that names the argument and nothing else. */
export function refused(argument: string): CitygraphError {
  return new CitygraphError('BAD_USER_INPUT', { argument })
}

function wellFormed(text: string): boolean {
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text)
}
