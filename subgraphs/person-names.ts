// How a subgraph knows persons. Departments: by linking token (pid), as their rows do. Governance holds no linking token: it knows a
// person by the token that access records carry, written as a uuid, so that what it stores names nobody to whoever reads it.

import { checkUscc } from '../core/organisation-codes.ts'
import { remembering } from '../core/turnover-cache.ts'
import type { PublicIds } from '../resolvers/ids.ts'
import { subjectToken } from './record.ts'

/** `key`: what stands in this subgraph's rows in the place of a pid. `token`: the subject in an access record, of such a key. */
export type PersonNames = { readonly key: (pid: string) => string; readonly token: (key: string) => string }

/** Tokens that are remembered of one key: a few MiB. */
const REMEMBERED = 20_000

/** A department's: rows hold pids. The tokens of one key are remembered with it, so another key never meets them. */
export function byLinkingToken(auditKey: Uint8Array): PersonNames {
  const key = Uint8Array.from(auditKey)
  return { key: (pid) => pid, token: remembering(REMEMBERED, (pid: string) => subjectToken(key, pid)) }
}

/** Governance's: rows hold tokens. */
export function byAuditToken(auditKey: Uint8Array): PersonNames {
  return { key: (pid) => tokenUuid(subjectToken(auditKey, pid)), token: (key) => key.replaceAll('-', '') }
}

/** Public ids that open to keys of `persons`. No key can be written as an id: a token does not lead back to the person. */
export function openingTo(persons: PersonNames, ids: PublicIds): PublicIds {
  return {
    encipher: () => {
      throw new RangeError('a token of access records has no public id')
    },
    decipher: (org, type, id) => ids.decipher(org, type, id).map(persons.key),
  }
}

/** Not a code of any organisation (they are of A-Z, 0-9 and -), so no caller's ids open what is sealed under it. */
const SEALED_FOR = 'reports of governance'

/**
 * Persons of reports: an organisation's public id to the token of access records and a pseudonym that only a process with the pair keys
 * opens, to write the id under which another organisation knows the person. It is made for the owner of a field alone.
 */
export function reportedPersons(persons: PersonNames, ids: PublicIds): {
  readonly sealed: (org: string, id: string) => readonly { readonly token: string; readonly sealed: string }[]
  readonly own: (pid: string) => { readonly token: string; readonly sealed: string }
  readonly organisation: (uscc: string) => { readonly token: string; readonly sealed: string }
  readonly usccIn: (sealed: string) => string | null
  readonly idFor: (org: string, sealed: string) => string | null
} {
  const own = (pid: string): { readonly token: string; readonly sealed: string } => ({ token: persons.key(pid), sealed: ids.encipher(SEALED_FOR, 'Person', pid) })
  return {
    sealed: (org, id) => ids.decipher(org, 'Person', id).map(own),
    own,
    organisation: (uscc) => ({ token: persons.key(keyOfCode(uscc)), sealed: ids.encipher(SEALED_FOR, 'Organisation', keyOfCode(uscc)) }),
    usccIn: (sealed) => ids.decipher(SEALED_FOR, 'Organisation', sealed).map(codeOfKey).find((code) => checkUscc(code) === 'OK') ?? null,
    idFor: (org, sealed) => {
      const [pid] = ids.decipher(SEALED_FOR, 'Person', sealed)
      return pid === undefined ? null : ids.encipher(org, 'Person', pid)
    },
  }
}

const BASE = 36n
const LENGTH = 18

/** A code of 18 letters and digits as a key of 128 bits, so that it is sealed as persons are. */
function keyOfCode(uscc: string): string {
  const number = [...uscc].reduce((sum, character) => sum * BASE + BigInt(parseInt(character, Number(BASE))), 0n)
  return tokenUuid(number.toString(16).padStart(32, '0'))
}

function codeOfKey(key: string): string {
  return BigInt(`0x${key.replaceAll('-', '')}`).toString(Number(BASE)).padStart(LENGTH, '0').toUpperCase()
}

/** The 32 hex characters of a token as a uuid. */
export function tokenUuid(token: string): string {
  return `${token.slice(0, 8)}-${token.slice(8, 12)}-${token.slice(12, 16)}-${token.slice(16, 20)}-${token.slice(20)}`
}
