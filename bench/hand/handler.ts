// What a workload is to the hand-written server: from the variables of a request to the data of its answer.

import type { Departments } from './department-pools.ts'

export type HandContext = {
  readonly departments: Departments
  /** Whether the statements mask what the workload's asker would be given masked, and leave out what would be denied. */
  readonly masked: boolean
  /** Whether what no policy lifts is masked: beside sex and place a birth date is its year (policies/combinations.yaml, K2). */
  readonly combined: boolean
}

export type Handler = (context: HandContext, variables: Readonly<Record<string, unknown>>) => Promise<unknown>
