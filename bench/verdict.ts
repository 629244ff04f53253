// One target of PERFORMANCE.md beside what was measured. A target counts as missed only when the best of the rounds misses it too:
// what lies within the spread is the machine's noise.

import { spreadOf, spreadText } from './spread.ts'

export type Target = { readonly atLeast: number } | { readonly atMost: number }

export type Verdict = {
  /** P1 to P8. */
  readonly target: string
  /** What is measured, with its unit where it is no ratio. */
  readonly about: string
  readonly wanted: Target
  /** One number a round. */
  readonly measured: readonly number[]
}

/** By the median. */
export function isReached({ wanted, measured }: Verdict): boolean {
  const { median } = spreadOf(measured)
  return 'atLeast' in wanted ? median >= wanted.atLeast : median <= wanted.atMost
}

/** Whether every round misses the target. */
export function isMissed({ wanted, measured }: Verdict): boolean {
  const { min, max } = spreadOf(measured)
  return 'atLeast' in wanted ? max < wanted.atLeast : min > wanted.atMost
}

/** `P1 …: target ≥ 0.8, measured min – median – max: ok` */
export function verdictText(verdict: Verdict): string {
  const { target, about, wanted, measured } = verdict
  const limit = 'atLeast' in wanted ? `≥ ${wanted.atLeast}` : `≤ ${wanted.atMost}`
  return `${target} ${about}: target ${limit}, measured ${spreadText(spreadOf(measured))}: ${isReached(verdict) ? 'ok' : 'short'}`
}
