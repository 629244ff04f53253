// Records are written by a text of fixed order: it must be the canonical JSON of the record, whatever the record holds.

import { describe, expect, it } from 'vitest'
import type { AccessRecord, LogRecord } from '../../../audit/access-record.ts'
import { canonicalJson } from '../../../audit/canonical-json.ts'
import { accessRecord } from '../../support/access-record.ts'
import { leafBytes } from '../../support/leaf-bytes.ts'

const seed = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9))
let state = seed
const random = (below: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
  return (state >>> 8) % below
}
const pick = <T>(from: readonly [T, ...T[]]): T => from[random(from.length)] ?? from[0]
const text = (): string => Array.from({ length: random(12) }, () => pick(['a', 'Z', '9', ' ', '"', '\\', '/', '\n', '\u0001', '中', '\u{20000}', '\u2028', '~', '\u007f', '","id":"'])).join('')
const maybe = <K extends keyof AccessRecord>(name: K, value: () => AccessRecord[K]): Partial<AccessRecord> => (random(2) === 0 ? { [name]: value() } : {})
const token = (): string => pick(['ab', '0f', '93']).repeat(16)
const decisions = ['CLEAR', 'MASKED', 'MIXED', 'VERIFY', 'DENIED'] as const

/** Lists that several records share, as those of one operation and plan do. */
const lists = Array.from({ length: 6 }, () => ({
  fields: Array.from({ length: random(5) }, () => ({ field: text(), decision: pick(decisions), policies: Array.from({ length: random(3) }, text) })),
  entries: Array.from({ length: random(3) }, text),
}))

function randomRecord(): AccessRecord {
  const { fields, entries } = lists[random(lists.length)] ?? { fields: [], entries: [] }
  const caller = { org: text(), kind: text(), sub: text(), ...(random(2) === 0 ? { clientId: text() } : {}) }
  return accessRecord({
    at: text(), log: text(), requestId: text(), caller: random(2) === 0 ? Object.freeze(caller) : caller, operationHash: text(), entries, fields, policyVersion: text(), subjectCount: random(300), rowCount: random(9_999),
    subjects: Array.from({ length: random(30) }, random(2) === 0 ? token : () => (random(9) === 0 ? `${token()}","${token()}` : pick([token(), text()]))), outcome: pick(['ANSWERED', 'REFUSED', 'FAILED', 'BEGUN']),
    ...maybe('authorizationRef', text), ...maybe('caseNo', text), ...maybe('code', text), ...maybe('continues', text), ...maybe('operationName', text), ...maybe('purpose', text), ...maybe('repeats', () => random(99)),
  })
}

const recordText = (record: LogRecord): string => leafBytes(record).toString('utf8')

describe('the text of a record', () => {
  it('equals the canonical JSON of random records', () => {
    process.stdout.write(`record text: seed ${seed}\n`)
    for (let n = 0; n < 5_000; n += 1) {
      const record = randomRecord()
      expect(recordText(record)).toBe(canonicalJson(record))
    }
  })

  it('equals it for events, unknown members, and callers with more or less', () => {
    const record = accessRecord({ caller: { org: 'BANK-A', kind: 'partner', sub: 'x' } })
    const event: LogRecord = { id: record.id, at: record.at, log: 'governance', event: 'ALERT', about: 'x', count: 3, by: { org: 'OPS', sub: 'y' } }
    const others = [event, { ...record, later: 'member' }, { ...record, caller: { ...record.caller, later: 1 } }, Object.assign(Object.create(null), record), { ...record, caller: Object.assign(Object.create(null), record.caller) }]
    for (const other of others) expect(recordText(other)).toBe(canonicalJson(other))
  })

  it('takes nothing over from another record that shares its lists', () => {
    const fields = [{ field: 'Person.name', decision: 'DENIED', policies: ['p'] }] as const
    const [one, two] = [accessRecord({ fields, caller: { org: 'A', kind: 'partner', sub: 'a' } }), accessRecord({ fields, caller: { org: 'B', kind: 'department', sub: 'b' }, purpose: 'P' })]
    expect([one, two, one].map(recordText)).toEqual([one, two, one].map(canonicalJson))
    // Equal lists are one text, other lists are not, even where only a decision differs.
    const clear = accessRecord({ ...one, fields: [{ field: 'Person.name', decision: 'CLEAR', policies: ['p'] }] })
    expect(recordText(clear)).toBe(canonicalJson(clear))
  })

  it('refuses what JSON cannot hold', () => {
    const record = accessRecord()
    for (const wrong of [{ rowCount: Number.NaN }, { purpose: undefined }, { subjects: ['\ud800'] }, { requestId: '\udc00' }, { caller: { ...record.caller, clientId: undefined } }]) {
      const made = Object.assign({ ...record }, wrong)
      expect(() => recordText(made)).toThrow(TypeError)
    }
  })
})
