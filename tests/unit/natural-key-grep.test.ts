// The grep over a whole test run is worth what it is able to find: one of each kind is planted, and what records are made of is not.

import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { naturalKeys } from '../support/natural-key-grep.ts'

const planted: readonly [kind: string, value: string][] = [
  ['resident identity number', '310199198503070112'],
  ['resident identity number', '31019920000229031X'],
  ['resident identity number of 15 digits', '310199850307011'],
  ['resident identity number in groups', '310199-19850307-0112'],
  ['mobile', '15400001234'],
  ['mobile', '8615400001234'],
  ['bank card', '6216261000000000018'],
  ['bank card', '6200000000000005'],
  ['plate', '沪A12345'],
  ['plate', '沪A·12345'],
  ['plate', '沪AD12345'],
  ['passport', 'E12345678'],
  ['passport', 'EA1234567'],
  ['e-mail address', 'zhang.wei@example.com'],
  ['unified social credit code', '91310199MA1K0T2A0A'],
]

const record = (more: Record<string, unknown> = {}): string => JSON.stringify({
  id: randomUUID(), at: '2026-03-01T02:00:00.000Z', log: 'population', requestId: randomUUID(), caller: { org: 'PSB', kind: 'department', sub: 'psb-officer', clientId: 'demonstration' },
  purpose: 'PSB-0001', caseNo: 'SH-2026-0001', operationName: 'People__population__0', operationHash: createHash('sha256').update(randomUUID()).digest('hex'), entries: ['Query.people'],
  fields: [{ field: 'Person.idNo', decision: 'MASKED', policies: ['psb-owner-reads'] }], subjects: [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')],
  subjectCount: 2, rowCount: 199_999, policyVersion: `sha256:${createHash('sha256').update(randomUUID()).digest('hex')}`, outcome: 'ANSWERED', ...more,
})

describe('the grep finds', () => {
  for (const [kind, value] of planted) {
    it(`a planted ${kind} ${value.length} characters long, wherever it stands`, () => {
      const wide = value.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
      const escaped = value.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
      for (const text of [value, record({ caseNo: value }), record({ caller: { org: 'PSB', sub: value } }), `citygraph_x{label="${value}"} 1`, `error at "${value}".`, `(${value})`, wide, escaped]) {
        const found = naturalKeys(text)
        expect(found.map((one) => one.kind), text).toContain(kind)
        expect(JSON.stringify(found)).not.toContain(value)
      }
    })
  }
})

describe('the grep does not find', () => {
  it('anything in 5,000 records, with their ids, hashes and tokens', () => {
    for (let n = 0; n < 5_000; n += 1) expect(naturalKeys(record({ rowCount: n }))).toEqual([])
  })

  it('numbers with a wrong check digit, fractions, times, case numbers and public ids', () => {
    for (const text of [
      '310199198503070113', '6200000000000004', '91310199MA1K0T2A0B', 'citygraph_request_duration_seconds_sum 0.15812345678', '{"time":1772330400000}', '2026-03-01T10:00:00.123456+08:00',
      '20260301-000123', 'SH-2026-0001', '310101-20260301-0001', `id 1${randomBytes(16).toString('base64url')}`, 'E20260301', '沪公网安备',
    ]) expect(naturalKeys(text), text).toEqual([])
  })
})
