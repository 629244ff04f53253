// API keys as their organisations make, rotate and end them (docs/open-keys.md). The text of a key is made here, handed to whoever asked,
// and forgotten; the register keeps its hash.

import type { KeyRegister, KeyZone } from '../audit/key-register.ts'
import type { Clock } from '../core/clock.ts'
import { CitygraphError } from '../core/errors.ts'
import { holdsNaturalKey, recordable } from '../core/natural-keys.ts'
import { hashOf, KEY_ID, newKeyId, newKeyText } from '../open/api-key.ts'
import type { Caller } from '../policy-engine/decision.ts'
import { fewAtOnce } from './few-at-once.ts'

const DAY_MS = 86_400_000
const LONGEST_DAYS = 365
const OLD_DAYS = 30

/** As an act gives them; everything is checked here. */
export type KeyWish = { readonly name: unknown; readonly client: unknown; readonly queries: unknown; readonly zone: unknown; readonly days: unknown }
/** `text`: shown once. */
export type MadeKey = { readonly id: string; readonly text: string }

/** All throw BAD_USER_INPUT naming the argument, FORBIDDEN, and what the register throws. Each gives the id of the key. */
export type KeyOffice = {
  make(wish: KeyWish, by: Caller): Promise<MadeKey>
  /** `oldUntil`: an instant; left out: a day from now. */
  rotate(of: { readonly id: unknown; readonly oldUntil: unknown; readonly days: unknown }, by: Caller): Promise<MadeKey>
  /** `any`: as an officer who may end those of every organisation. */
  revoke(id: unknown, any: boolean, by: Caller): Promise<string>
}

export function keyOffice({ register, clock }: { readonly register: KeyRegister; readonly clock: Clock }): KeyOffice {
  const limited = fewAtOnce()
  return {
    async make(wish, by) {
      const id = newKeyId()
      const text = newKeyText(id)
      const key = { id, hash: hashOf(text), name: nameOf(wish.name), client: clientOf(wish.client) ?? id, queries: queriesOf(wish.queries), zone: zoneOf(wish.zone, by.zone), expiresAt: endOf(wish.days, clock), by }
      if (await limited(by, () => register.make(key)) === 'TOO_MANY') throw new CitygraphError('RATE_LIMITED', { hint: 'Your organisation has a hundred keys in force, or made a hundred in 24 hours.' })
      return { id, text }
    },
    async rotate({ id, oldUntil, days }, by) {
      const named = idOf(id)
      const text = newKeyText(named)
      const rotation = { id: named, hash: hashOf(text), zone: by.zone, expiresAt: endOf(days, clock), oldUntil: oldEnd(oldUntil, clock), by }
      switch (await limited(by, () => register.rotate(rotation))) {
        case 'UNKNOWN':
          throw unknown()
        case 'ZONE':
          throw new CitygraphError('FORBIDDEN', { hint: 'The key is good from a network from which you did not sign in.' })
        case 'BUSY':
          throw new CitygraphError('BAD_USER_INPUT', { argument: 'oldUntil', hint: 'The secret of the last rotation is still good beside this one; a past instant ends both now.' })
        case 'DONE':
          return { id: named, text }
      }
    },
    async revoke(id, any, by) {
      const named = idOf(id)
      const revoke = (): ReturnType<KeyRegister['revoke']> => register.revoke(named, any, by)
      // An officer who ends any key waits for nobody's number of acts.
      if (await (any ? revoke() : limited(by, revoke)) === 'UNKNOWN') throw unknown()
      return named
    },
  }
}

/** Another organisation's key and none at all answer alike. */
function unknown(): CitygraphError {
  return new CitygraphError('BAD_USER_INPUT', { argument: 'id', hint: 'There is no such key for you, or it is over.' })
}

function idOf(id: unknown): string {
  if (typeof id !== 'string' || !KEY_ID.test(id)) throw unknown()
  return id
}

/** Shown in lists as it is. */
function nameOf(name: unknown): string {
  if (typeof name !== 'string' || !NAME.test(name) || name.trim() !== name || holdsNaturalKey(name) || holdsKeyText(name)) {
    throw new CitygraphError('BAD_USER_INPUT', { argument: 'name', hint: 'A name of 1 to 100 characters, without a number of a person in it.' })
  }
  return name
}

function clientOf(client: unknown): string | undefined {
  if (client === undefined || client === null) return undefined
  if (typeof client !== 'string' || !CLIENT.test(client) || recordable(client) !== client || holdsKeyText(client)) {
    throw new CitygraphError('BAD_USER_INPUT', { argument: 'client', hint: 'A name of at most 100 letters, digits and . _ : / -.' })
  }
  return client
}

function queriesOf(queries: unknown): readonly string[] | undefined {
  if (queries === undefined || queries === null) return undefined
  const ids = Array.isArray(queries) ? [...new Set(queries)].filter((id): id is string => typeof id === 'string' && QUERY.test(id)) : []
  if (!Array.isArray(queries) || ids.length === 0 || ids.length > 100 || queries.length > 100 || queries.some((id) => !ids.includes(id))) {
    throw new CitygraphError('BAD_USER_INPUT', { argument: 'queries', hint: 'Ids of 1 to 100 open queries; leave it out for all that your organisation may use.' })
  }
  return ids.sort()
}

/** From the worst to the best. */
const zones: readonly KeyZone[] = ['abroad', 'mainland', 'intranet']

/** Never better than that of whoever makes it; left out: the mainland, or abroad for who is there. */
function zoneOf(zone: unknown, own: KeyZone): KeyZone {
  if (zone === undefined || zone === null) return own === 'abroad' ? 'abroad' : 'mainland'
  const wanted = zones.find((one) => one.toUpperCase() === zone)
  if (wanted === undefined) throw new CitygraphError('BAD_USER_INPUT', { argument: 'zone' })
  if (zones.indexOf(wanted) > zones.indexOf(own)) throw new CitygraphError('FORBIDDEN', { hint: 'A key is good from no better network than you signed in from.' })
  return wanted
}

function endOf(days: unknown, clock: Clock): Date {
  if (typeof days !== 'number' || !Number.isInteger(days) || days < 1 || days > LONGEST_DAYS) {
    throw new CitygraphError('BAD_USER_INPUT', { argument: 'days', hint: `From 1 to ${LONGEST_DAYS}.` })
  }
  return new Date(clock.now().getTime() + days * DAY_MS)
}

/** What lies in the past is now. */
function oldEnd(until: unknown, clock: Clock): Date {
  const now = clock.now().getTime()
  if (until === undefined || until === null) return new Date(now + DAY_MS)
  const at = typeof until === 'string' && INSTANT.test(until) ? Date.parse(until) : Number.NaN
  if (Number.isNaN(at) || at > now + OLD_DAYS * DAY_MS) throw new CitygraphError('BAD_USER_INPUT', { argument: 'oldUntil', hint: `An instant with its zone, at most ${OLD_DAYS} days from now.` })
  return new Date(Math.max(at, now))
}

/** Somebody who writes a key where a name belongs would have it in a list. */
function holdsKeyText(text: string): boolean {
  return /cgk_/i.test(text)
}

const NAME = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]{1,100}$/u
const CLIENT = /^[\p{L}\p{Nd}][\p{L}\p{Nd}._:/-]{0,99}$/u
const QUERY = /^[a-z][a-z0-9-]{0,59}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/
