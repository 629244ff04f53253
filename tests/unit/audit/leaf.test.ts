// What is stored of a record: bytes, hash and id.

import { describe, expect, it } from 'vitest'
import { frozenClock } from '../../../core/clock.ts'
import { leafHash } from '../../../audit/leaf.ts'
import { recordIds } from '../../../audit/record-id.ts'
import { accessRecord } from '../../support/access-record.ts'
import { leafBytes } from '../../support/leaf-bytes.ts'

describe('a leaf', () => {
  it('hashes the standard inputs of RFC 6962 to the published leaf hashes', () => {
    expect(leafHash(Buffer.alloc(0)).toString('hex')).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
    expect(leafHash(Buffer.from('00', 'hex')).toString('hex')).toBe('96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7')
  })

  it('has the same bytes whatever the order in which a record was put together', () => {
    const record = accessRecord({ id: '019ca6f2-0000-7000-8000-000000000001' })
    const turned = Object.fromEntries(Object.entries(record).reverse()) as typeof record
    expect(leafBytes(turned).equals(leafBytes(record))).toBe(true)
    expect(leafBytes(record).toString('utf8').startsWith('{"at":"2026-03-01T02:00:00.000Z","caller":{')).toBe(true)
  })
})

describe('a record with a NUL', () => {
  it('is refused, since it would fail the commit that it shares; a backslash before u0000 is text', () => {
    const named = (sub: string) => accessRecord({ caller: { org: 'BANK-A', kind: 'partner', sub } })
    for (const sub of ['a\0', '\\\0']) expect(() => leafBytes(named(sub))).toThrow(TypeError)
    for (const sub of ['\\u0000', '\\\\u0000']) expect(JSON.parse(leafBytes(named(sub)).toString('utf8'))).toMatchObject({ caller: { sub } })
  })
})

describe('a record id', () => {
  it('is a version 7 UUID of its instant, never the same twice', () => {
    const clock = frozenClock('2026-03-01T10:00:00+08:00')
    const next = recordIds(clock)
    const ids = Array.from({ length: 1_000 }, next)
    expect(new Set(ids).size).toBe(1_000)
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(clock.now().getTime())
    }
  })
})
