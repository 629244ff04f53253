// Keys given by the environment: what each process may hold.

import { describe, expect, it } from 'vitest'
import { configuredKeys, newKey, publicPart } from '../../../cli/keys.ts'
import { ConfigRefused, readConfig } from '../../../core/config.ts'

const seal = newKey()
const given = { CITYGRAPH_ID_KEY: Buffer.alloc(32, 1).toString('base64url'), CITYGRAPH_AUDIT_KEY: newKey() }
const subgraphKeys = (publicKeys: string) => configuredKeys(readConfig({ ...given, CITYGRAPH_SEAL_PUBLIC_KEYS: publicKeys }), 'subgraph')

describe('the seal keys of a subgraph', () => {
  it('are public ones, named as the gateway names its private one', () => {
    const own = publicPart(JSON.parse(seal))
    expect(subgraphKeys(JSON.stringify([own])).sealPublic).toMatchObject([{ kid: own.kid, x: own.x }])
  })

  it('may not be private: then a department could seal', () => {
    for (const keys of [seal, `[${seal}]`]) expect(() => subgraphKeys(keys)).toThrow(ConfigRefused)
  })
})
