// The coarse code beside a decision that is not CLEAR (DESIGN 5.4): POLICY, APPLY (a grant could lift it) or PURPOSE (a
// registered purpose would). It depends on classification and organisation alone, never on rows.

import type { FieldClassification } from '../schema/classification.ts'
import type { Caller, Code } from './decision.ts'
import type { Cells } from './coherence.ts'

export type Word = 'CLEAR' | 'MASKED' | 'MIXED' | 'DENIED'

/** The decision that rows of these cells amount to. */
export function wordOf({ read, masked }: Cells): Word {
  if (read.kind === 'always') return 'CLEAR'
  if (read.kind !== 'never') return 'MIXED'
  return masked.kind === 'never' ? 'DENIED' : masked.kind === 'always' ? 'MASKED' : 'MIXED'
}

const ranks: Readonly<Record<Word, number>> = { DENIED: 0, MASKED: 1, MIXED: 2, CLEAR: 3 }

/** True if the second decision is a better one. */
export function isBetter(now: Word, then: Word): boolean {
  return ranks[then] > ranks[now]
}

/** `purposeHelps`: no purpose was given and one registered for the caller's organisation would make it better. */
export function codeFor(word: Word, field: FieldClassification | undefined, caller: Caller, purposeHelps: () => boolean): Code {
  if (purposeHelps()) return 'PURPOSE'
  // An act is an office, not something to apply for.
  if (word === 'MASKED' || field === undefined || field.entry?.kind === 'ACT') return 'POLICY'
  const department = caller.kind === 'department' && field.sharing !== 'NONE' && field.owner !== caller.org
  const partner = caller.kind === 'partner' && field.opening === 'CONDITIONAL'
  return department || partner ? 'APPLY' : 'POLICY'
}
