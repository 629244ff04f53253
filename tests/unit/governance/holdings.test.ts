// What a department reports of its tables, as governance takes it from a leaf.

import { describe, expect, it } from 'vitest'
import { leafReader } from '../../../governance/read-leaf.ts'
import { leafBytes } from '../../support/leaf-bytes.ts'

const record = { id: '019cf0d5-0000-7000-8000-000000000001', at: '2026-03-01T02:00:00.000Z', log: 'credit', event: 'HOLDINGS' as const }
const read = (holdings: readonly { readonly type: string; readonly rowsAtLeast: number; readonly newestOn?: string }[]) => leafReader()(leafBytes({ ...record, holdings }))

describe('holdings', () => {
  it('are taken with their types, rounded numbers and days', () => {
    expect(read([{ type: 'CreditRecord', rowsAtLeast: 20_000, newestOn: '2026-02-28' }, { type: 'CreditRating', rowsAtLeast: 0 }])).toEqual({
      kind: 'event', holdings: { id: record.id, at: record.at, event: 'HOLDINGS', holdings: [{ type: 'CreditRecord', rowsAtLeast: 20_000, newestOn: '2026-02-28' }, { type: 'CreditRating', rowsAtLeast: 0 }] },
    })
  })

  it.each([['a whole number', 403], ['a number between the steps', 3_000], ['less than nothing', -1], ['a fraction', 0.5]])('are passed over for %s', (_what, rowsAtLeast) => {
    expect(read([{ type: 'CreditRecord', rowsAtLeast }])).toEqual({ kind: 'event' })
  })

  it.each(['Credit Record', '', 'x'.repeat(101), '张三'])('are passed over for a type like %j', (type) => {
    expect(read([{ type, rowsAtLeast: 0 }])).toEqual({ kind: 'event' })
  })
})
