import { describe, expect, it } from 'vitest'
import { requestIdOf } from '../../../core/request-id.ts'
import { readOccasion } from '../../../gateway/occasion.ts'

const known = (code: string): boolean => code === 'AMR-0001'

describe('occasion', () => {
  it('reads purpose, case, authorisation and the two wishes', () => {
    const headers = { 'x-purpose': 'AMR-0001', 'x-case-no': 'CASE-2026-0001', 'x-authorization-ref': 'AUTH-0001', 'x-dry-run': 'decisions', 'x-denied': 'errors' }
    expect(readOccasion(headers, known)).toEqual({ purpose: 'AMR-0001', caseNo: 'CASE-2026-0001', authorizationRef: 'AUTH-0001', dryRun: true, deniedAsErrors: true })
  })

  it('takes absent and empty headers as not given', () => {
    expect(readOccasion({ 'x-purpose': ' ', 'x-case-no': '' }, known)).toEqual({ dryRun: false, deniedAsErrors: false })
  })

  it('refuses a purpose that is not registered, without saying which', () => {
    for (const purpose of ['AMR-9999', 'amr-0001', "x' OR 1=1", 'AMR-0001, AMR-0001']) {
      expect(() => readOccasion({ 'x-purpose': purpose }, known)).toThrow(expect.objectContaining({ code: 'PURPOSE_UNKNOWN', message: expect.not.stringContaining(purpose) }))
    }
  })

  it('refuses malformed case numbers, references and wishes, naming the header only', () => {
    const bad: readonly [string, string][] = [
      ['x-case-no', 'abc'], ['x-case-no', 'A-1'], ['x-case-no', 'A'.repeat(41)], ['x-case-no', 'CASE 2026'], ['x-authorization-ref', '授权-2026'],
      ['x-dry-run', 'yes'], ['x-denied', 'null'],
    ]
    for (const [name, value] of bad) {
      expect(() => readOccasion({ [name]: value }, known)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', extensions: { code: 'BAD_USER_INPUT', argument: name }, message: expect.not.stringContaining(value) }))
    }
  })

  it('keeps a request id that is a UUID and replaces any other', () => {
    expect(requestIdOf('5D3C1A52-0000-4000-8000-000000000000')).toBe('5d3c1a52-0000-4000-8000-000000000000')
    for (const given of [undefined, 'secret', '5d3c1a52-0000-4000-8000-00000000000g']) {
      expect(requestIdOf(given)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
    }
  })
})
