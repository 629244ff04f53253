// What a record holds of a request.

import { describe, expect, it } from 'vitest'
import { accessRecords, observation, subjectToken, type RecordFacts, type RecordStamp } from '../../../subgraphs/record.ts'

const auditKey = Buffer.from('key')
const tokenOf = (pid: string): string => subjectToken(auditKey, pid)
const facts: RecordFacts = { requestId: 'r', policyVersion: 'sha256:x', outcome: 'ANSWERED' }
const stamp: RecordStamp = { id: 'first', at: new Date('2026-03-01T02:00:00Z'), log: 'credit', tokenOf, nextId: () => 'next' }

describe('an observation', () => {
  it('ends a request that reads more than 200,000 rows, and still counts them', () => {
    const { observe, observed } = observation()
    observe.rows(200_000)
    expect(() => observe.rows(1)).toThrow(expect.objectContaining({ code: 'TOO_COSTLY' }))
    expect(observed().rowCount).toBe(200_001)
  })
})

describe('an access record', () => {
  it('counts each subject once and keeps its token instead of its pid', () => {
    const { observe, observed } = observation()
    for (const pid of ['p1', 'p2', 'p1']) observe.subject(pid)
    observe.rows(2)
    observe.rows(3)
    const [record] = accessRecords({ ...facts, observed: observed() }, stamp)
    expect(record).toMatchObject({ subjectCount: 2, rowCount: 5, subjects: [subjectToken(auditKey, 'p1'), subjectToken(auditKey, 'p2')] })
    expect(subjectToken(auditKey, 'p1')).toMatch(/^[0-9a-f]{32}$/)
    expect(subjectToken(Buffer.from('other'), 'p1')).not.toBe(subjectToken(auditKey, 'p1'))
  })

  it('names every subject, also beyond 200, in records that continue it', () => {
    const { observe, observed } = observation()
    for (let n = 0; n < 450; n += 1) observe.subject(`p${n}`)
    let made = 0
    const records = accessRecords({ ...facts, observed: observed() }, { ...stamp, nextId: () => `next${++made}` })
    expect(records.map(({ id, continues, subjects }) => [id, continues, subjects.length])).toEqual([
      ['first', undefined, 200], ['next1', 'first', 200], ['next2', 'first', 50],
    ])
    expect(new Set(records.flatMap(({ subjects }) => subjects)).size).toBe(450)
    expect(records[0]?.subjectCount).toBe(450)
  })

  it('says that nobody is known rather than leaving the caller out', () => {
    expect(accessRecords(facts, stamp)[0]).toMatchObject({ caller: { org: 'UNKNOWN', kind: 'unknown' }, operationHash: 'unknown' })
  })
})
