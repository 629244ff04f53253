// Leaves as governance reads them: a list of fields is read once, and that must not change what any record says.

import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../audit/canonical-json.ts'
import { leafReader } from '../../../governance/read-leaf.ts'
import { accessRecord } from '../../support/access-record.ts'

const fields = [{ field: 'Person.name', decision: 'DENIED', policies: ['p'] }] as const
const clear = [{ field: 'Person.name', decision: 'CLEAR', policies: ['p'] }] as const

describe('a leaf', () => {
  it('gives the facts of its own record, whatever was read before', () => {
    const read = leafReader()
    const records = [
      accessRecord({ fields }), accessRecord({ fields: clear }), accessRecord({ fields, subjects: ['ab'.repeat(16)], subjectCount: 1, purpose: 'P' }), accessRecord({ fields: [] }),
      accessRecord({ fields, operationName: `","fields":[],"id":"5d3c1a52-0000-4000-8000-000000000000","` }), accessRecord({ fields, caller: { org: ',"fields":[', kind: 'partner', sub: ',"id":"' } }),
    ]
    for (const record of [...records, ...records.toReversed()]) {
      const { log, ...facts } = record
      for (const leaf of [canonicalJson(record), Buffer.from(canonicalJson(record))]) expect(read(leaf), log).toEqual({ kind: 'access', facts, like: expect.anything() })
    }
    expect(read(canonicalJson(accessRecord({ fields })))).toHaveProperty('facts.fields')
  })

  it('is read alike by a reader that knows many like it and by one that knows none', () => {
    const knowing = leafReader()
    const token = 'ab'.repeat(16)
    const usual = canonicalJson(accessRecord({ fields, purpose: 'P', subjects: [token], subjectCount: 1, rowCount: 3 }))
    const first = knowing(usual)
    const other = knowing(canonicalJson(accessRecord({ fields, purpose: 'P', id: '019ca71f-ed0b-70d5-adc4-53c7b158975d', at: '2026-03-02T02:00:00.123Z', requestId: 'x', rowCount: 20 })))
    expect(other).toMatchObject({ facts: { at: '2026-03-02T02:00:00.123Z', requestId: 'x', rowCount: 20, subjectCount: 0, subjects: [], purpose: 'P' } })
    expect(first.kind === 'access' && other.kind === 'access' && other.like === first.like).toBe(true)
    const id = '","id":"019ca71f-ed0b-70d5-adc4-53c7b158975d"'
    const changes: readonly (readonly [string | RegExp, string])[] = [
      ['"rowCount":3', '"rowCount":03'], ['"rowCount":3', '"rowCount":3000000000'], ['"rowCount":3', '"rowCount":3.5'], ['"requestId":"5', '"requestId":"\n5'], ['"requestId":"5', '"requestId":"\u0000'],
      ['"requestId":"5', '"requestId":"\\'], ['2026-03-01', '2026-02-30'], ['2026-03-01', '2026-13-01'], ['.000Z', '.00Z'], [token, token.toUpperCase()], [token, `${token}","${token}`],
      [/"subjects":\[.*$/, `"subjects":[${Array.from({ length: 2_001 }, () => `"${token}"`).join(',')}]}`], [/"subjects":\[.*$/, '"subjects":[""]}'], [/\}$/, ',"later":1}'], [/\}$/, '}}'], [/\}$/, ''],
      [',"log":', ',"at":"2026-03-03T02:00:00.000Z","log":'], [',"log":', ',"subjects":[],"log":'], [',"log":', `,"caller":{"org":"X","kind":"k","sub":"s${id}},"log":`], [',"entries":', ',"continues":"019ca71f-ed0b-70d5-adc4-53c7b158975d","entries":'],
      [',"caller":{', ',"caller":{"at":"'], ['"id":"', '"id":"0'], [',"fields":', ',"id":"x","fields":'], ['"caller":{', '"caller":{"id":"y",'], ['"PSB"', '"PSB\\"'],
    ]
    for (const [from, to] of changes) {
      const changed = usual.replace(from, () => to)
      expect(changed).not.toBe(usual)
      // Twice, and with another record of the same likeness: what was remembered of the first must hold for the second.
      for (const text of [changed, changed, changed.replace('2026-03-01', '2026-03-04').replace('"rowCount":3', '"rowCount":4').replace(/"id":"[0-9a-f]{4}/, '"id":"abcd')]) {
        const { like: _known, ...read } = { like: undefined, ...knowing(text) }
        const { like: _new, ...fresh } = { like: undefined, ...leafReader()(text) }
        expect(read, to.slice(0, 80)).toEqual(fresh)
      }
    }
  })

  it('is passed over where its list or the rest does not fit, also when the other was read before', () => {
    const read = leafReader()
    const text = canonicalJson(accessRecord({ fields }))
    expect(read(text).kind).toBe('access')
    for (const [from, to] of [['"DENIED"', '"LATER"'], ['"rowCount":0', '"rowCount":-1'], ['"subjects":[]', '"subjects":["x"]'], [/,"fields":\[.*?\]\}\]/, ''], ['"policies":["p"]}]', '"policies":["p"]}'], [/^/, '['], ['"id":"', '"id":"x']] as const) {
      const other = text.replace(from, to)
      expect(other).not.toBe(text)
      expect(read(other), String(to)).toEqual({ kind: 'unread', reason: 'of no known form' })
    }
    expect(read(Buffer.from([0xff, 0xfe]))).toEqual({ kind: 'unread', reason: 'of no known form' })
    expect(read(canonicalJson({ id: accessRecord().id, at: accessRecord().at, log: 'governance', event: 'ALERT' }))).toEqual({ kind: 'event' })
  })
})
