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
      for (const leaf of [canonicalJson(record), Buffer.from(canonicalJson(record))]) expect(read(leaf), log).toEqual({ kind: 'access', facts })
    }
    expect(read(canonicalJson(accessRecord({ fields })))).toHaveProperty('facts.fields')
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
