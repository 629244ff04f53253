// What callers hand in to compare with, checked before any database access: type, form, length, no NUL. Refused values are never
// echoed; the argument is named by its path in the public schema.

import { isCalendarDay } from '../core/clock.ts'
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
  if (text < '0001-01-01' || !isCalendarDay(text)) throw refused(argument)
  return text
}

/** An instant in ISO 8601 with an offset, on a day that exists and in the years 1 to 9999 of UTC. */
export function instant(value: unknown, argument: string): Date {
  const text = matching(value, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/, argument)
  // JavaScript would read 30 February as a day of March.
  calendarDay(text.slice(0, 10), argument)
  const at = new Date(text)
  // An offset may lead out of the years that ISO 8601 writes with four digits; PostgreSQL does not read the others.
  if (Number.isNaN(at.getTime()) || at.getUTCFullYear() < 1 || at.getUTCFullYear() > 9_999) throw refused(argument)
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
