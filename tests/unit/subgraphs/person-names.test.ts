// Tokens of persons in access records: of one key and one pid always the same, remembered or not.

import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { byLinkingToken } from '../../../subgraphs/person-names.ts'
import { subjectToken } from '../../../subgraphs/record.ts'

describe('the token of a person', () => {
  it('is the HMAC under this key, the first time and later, also where another key was used before', () => {
    const pids = Array.from({ length: 50 }, () => randomUUID())
    const keys = [randomBytes(32), randomBytes(32)]
    const names = keys.map(byLinkingToken)
    for (let round = 0; round < 3; round += 1) {
      for (const [n, key] of keys.entries()) for (const pid of pids) expect(names[n]?.token(pid)).toBe(subjectToken(key, pid))
    }
    expect(names[0]?.token(pids[0] ?? '')).not.toBe(names[1]?.token(pids[0] ?? ''))
  })

  it('is not that of a key that was changed in place', () => {
    const key = randomBytes(32)
    const before = Uint8Array.from(key)
    const names = byLinkingToken(key)
    key.fill(0)
    expect(names.token('p')).toBe(subjectToken(before, 'p'))
  })
})
