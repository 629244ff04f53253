// Public ids: the vectors of DOMAIN 5.1, one spelling, rotation.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPublicIds } from '../../../resolvers/ids.ts'

const ids = createPublicIds(['test-pair-key-v1'])
const ZHANG_WEI = '4e2954ac-0ab5-a91c-49fd-88f3285d7156'

describe('public ids', () => {
  test.each([
    ['AMR', '1TcJCaof5xxUCwLTSxxCHxw'],
    ['BANK-A', '1zBJzA13tm9DnHm9GZpfjrw'],
    ['PUBLIC', '1FUd5VD6fLydhKo04NX2RXg'],
  ])('of %s are those of DOMAIN 5.1', (org, id) => {
    expect(ids.encipher(org, 'Person', ZHANG_WEI)).toBe(id)
    expect(ids.decipher(org, 'Person', id)).toEqual([ZHANG_WEI])
  })

  test('differ by type, so that a driver cannot be taken for a person', () => {
    const id = ids.encipher('AMR', 'Driver', ZHANG_WEI)
    expect(id).not.toBe(ids.encipher('AMR', 'Person', ZHANG_WEI))
    expect(ids.decipher('AMR', 'Person', id)).not.toEqual([ZHANG_WEI])
  })

  test('have one spelling: unused bits of the last character are zero', () => {
    expect(ids.decipher('AMR', 'Person', '1TcJCaof5xxUCwLTSxxCHxx')).toEqual([])
  })

  test.each(['', '1', '2TcJCaof5xxUCwLTSxxCHxw', '1TcJCaof5xxUCwLTSxxCHxw=', '1TcJCaof5xxUCwLTSxxCHxw\n', '1TcJCaof5xx\0CwLTSxxCHxw', ' 1TcJCaof5xxUCwLTSxxCHxw', '1张伟', "1' OR 1=1 --aaaaaaaaaaa"])('are not %j', (id) => {
    expect(ids.decipher('AMR', 'Person', id)).toEqual([])
  })

  test('come back from any organisation, type and token (property)', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.string({ maxLength: 20 }), fc.uuid(), (org, type, uuid) => {
        expect(ids.decipher(org, type, ids.encipher(org, type, uuid))).toEqual([uuid])
      }),
    )
  })

  test('are read under both keys and written under the newest while keys rotate', () => {
    const rotated = createPublicIds(['new-key', 'test-pair-key-v1'])
    expect(rotated.decipher('AMR', 'Person', '1TcJCaof5xxUCwLTSxxCHxw')).toContain(ZHANG_WEI)
    const written = rotated.encipher('AMR', 'Person', ZHANG_WEI)
    expect(written).not.toBe('1TcJCaof5xxUCwLTSxxCHxw')
    expect(rotated.decipher('AMR', 'Person', written)[0]).toBe(ZHANG_WEI)
  })

  test('are not made of what is no token, nor without a key', () => {
    expect(() => ids.encipher('AMR', 'Person', '310199198503070112')).toThrow(RangeError)
    expect(() => createPublicIds([])).toThrow(RangeError)
  })
})
