// Acts stand in a row: those of one organisation must not keep another's revocation waiting.

import { CitygraphError } from '../core/errors.ts'
import type { Caller } from '../policy-engine/decision.ts'

/** Acts of one organisation under way at a time, in one process. */
const MOST_AT_ONCE = 8

export type FewAtOnce = <T>(by: Pick<Caller, 'org'>, work: () => Promise<T>) => Promise<T>

/** Throws RATE_LIMITED where so many are under way. */
export function fewAtOnce(): FewAtOnce {
  const under = new Map<string, number>()
  return async ({ org }, work) => {
    const before = under.get(org) ?? 0
    if (before >= MOST_AT_ONCE) throw new CitygraphError('RATE_LIMITED')
    under.set(org, before + 1)
    try {
      return await work()
    } finally {
      const left = (under.get(org) ?? 1) - 1
      if (left === 0) under.delete(org)
      else under.set(org, left)
    }
  }
}
