// Values of one execution as PostgreSQL reads them in text form. What each parameter takes is decided once, when the statement is
// compiled: a constant is a text from then on, a slot a way to its value.

import { shanghaiDay } from '../core/clock.ts'
import { CitygraphError } from '../core/errors.ts'
import type { BoundValue } from '../migrations/lane-wire.ts'
import type { ReadParameters } from './read-context.ts'
import { slotName, type SlotValues } from './slots.ts'

export type Binder = (request: ReadParameters, values: SlotValues) => BoundValue

/** Throws CitygraphError INTERNAL, when it runs, for a slot that has no value. */
export function binderOf(parameter: unknown): Binder {
  const name = slotName(parameter)
  if (name === undefined) {
    const constant = textOf(parameter)
    return () => constant
  }
  switch (name) {
    case 'pid': return ({ pid }) => pid ?? null
    case 'now': return ({ now }) => now.toISOString()
    case 'today': return ({ now }) => dayOf(now)
    case 'caseNo': return ({ caseNo }) => caseNo ?? null
    case 'authorizationRef': return ({ authorizationRef }) => authorizationRef ?? null
    default: return (_request, values) => {
      const value: unknown = Object.hasOwn(values, name) ? Reflect.get(values, name) : undefined
      if (value === undefined) throw new CitygraphError('INTERNAL', {}, { cause: new RangeError(`no value for ${name}`) })
      return textOf(value)
    }
  }
}

let lastDay = { at: Number.NaN, day: '' }

/** Statements of one request ask for the day of one instant. */
function dayOf(now: Date): string {
  const at = now.getTime()
  if (at !== lastDay.at) lastDay = { at, day: shanghaiDay(now) }
  return lastDay.day
}

/** Text form of a value; arrays as PostgreSQL writes them (manual, "Array Input and Output Syntax"). */
function textOf(value: unknown): BoundValue {
  switch (typeof value) {
    case 'string': return value
    case 'number':
    case 'bigint':
    case 'boolean': return String(value)
    default:
      if (value === null) return null
      if (Array.isArray(value)) return arrayOf(value)
      throw new CitygraphError('INTERNAL', {}, { cause: new RangeError('a value that no statement takes') })
  }
}

function arrayOf(values: readonly unknown[]): string {
  let text = ''
  for (const value of values) {
    const element = textOf(value)
    text += text === '' ? '' : ','
    if (element === null) text += 'NULL'
    else text += /["\\]/.test(element) ? `"${element.replace(/["\\]/g, '\\$&')}"` : `"${element}"`
  }
  return `{${text}}`
}
