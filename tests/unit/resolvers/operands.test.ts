// Days and instants that callers hand in: only what PostgreSQL reads as the very same.

import { describe, expect, it } from 'vitest'
import { calendarDay, instant } from '../../../resolvers/operands.ts'

const refusal = expect.objectContaining({ code: 'BAD_USER_INPUT', facts: { argument: 'from' } })

describe('an instant', () => {
  it.each([
    ['2026-03-01T10:00:00+08:00', '2026-03-01T02:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is read', (text, utc) => {
    expect(instant(text, 'from').toISOString()).toBe(utc)
  })

  it.each(['2026-02-30T00:00:00Z', '9999-12-31T23:59:00-12:00', '0001-01-01T00:00:00+12:00', '0000-01-01T00:00:00Z', '2026-03-01T10:00:00', '', 7, null])('%s is refused', (value) => {
    expect(() => instant(value, 'from')).toThrow(refusal)
  })
})

describe('a day', () => {
  it('must exist', () => {
    expect(calendarDay('2024-02-29', 'from')).toBe('2024-02-29')
    for (const day of ['2026-02-29', '0000-01-01', '2026-1-1', 20260101]) expect(() => calendarDay(day, 'from')).toThrow(refusal)
  })
})
