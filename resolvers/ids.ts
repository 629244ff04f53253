// Public ids (DOMAIN 4.7): a uuid enciphered as one AES-256 block under a key of the organisation and the type, so that two
// organisations cannot join their copies and a guessed id hits nobody. Refuses nothing loudly: what is not an id deciphers to [].

import { createCipheriv, createDecipheriv, hkdfSync, type Cipher, type Decipher } from 'node:crypto'
import { boundedCache } from '../core/bounded-cache.ts'

export type PublicIds = {
  /** The id under which `org` knows the row of `type`. `uuid` in canonical text form; throws RangeError on anything else. */
  encipher(org: string, type: string, uuid: string): string
  /** The uuids the id may stand for: one for each pair key (two during rotation), [] when it is not an id at all. */
  decipher(org: string, type: string, id: string): readonly string[]
}

type Blocks = { readonly cipher: Cipher; readonly decipher: Decipher }

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const PUBLIC_ID = /^1[A-Za-z0-9_-]{22}$/

/** `pairKeys`: K_pair, the newest first; ids are written with the first. Throws RangeError without a key. */
export function createPublicIds(pairKeys: readonly (string | Uint8Array)[]): PublicIds {
  if (pairKeys.length === 0) throw new RangeError('public ids need a pair key')
  const known = boundedCache<string, readonly Blocks[]>(2_000)
  const blocksOf = (org: string, type: string): readonly Blocks[] => {
    const name = `${org}|${type}`
    const kept = known.get(name)
    if (kept !== undefined) return kept
    const made = pairKeys.map((pairKey) => openBlocks(pairKey, name))
    known.set(name, made)
    return made
  }
  return {
    encipher(org, type, uuid) {
      const [newest] = blocksOf(org, type)
      if (newest === undefined || !UUID.test(uuid)) throw new RangeError('not a uuid')
      return `1${newest.cipher.update(Buffer.from(uuid.replaceAll('-', ''), 'hex')).toString('base64url')}`
    },
    decipher(org, type, id) {
      if (!PUBLIC_ID.test(id)) return []
      const block = Buffer.from(id.slice(1), 'base64url')
      // One id, one spelling: the unused bits of the last character must be zero.
      if (block.toString('base64url') !== id.slice(1)) return []
      return blocksOf(org, type).map(({ decipher }) => spell(decipher.update(block)))
    },
  }
}

/** ECB without padding gives each block back at once, so one cipher object serves for ever. */
function openBlocks(pairKey: string | Uint8Array, name: string): Blocks {
  const key = Buffer.from(hkdfSync('sha256', pairKey, '', `citygraph/id/v1|${name}`, 32))
  const cipher = createCipheriv('aes-256-ecb', key, null)
  const decipher = createDecipheriv('aes-256-ecb', key, null)
  cipher.setAutoPadding(false)
  decipher.setAutoPadding(false)
  return { cipher, decipher }
}

function spell(block: Buffer): string {
  const hex = block.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
