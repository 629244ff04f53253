// What a process on databases of one's own must be told, checked before anything is opened: everything that is missing or wrong
// is said at once, by name, never by value.

import { ConfigRefused } from '../core/config.ts'
import type { Config } from '../core/config.ts'

/** Runs every check; throws one ConfigRefused with the problems of all. */
export function refuseTogether(...checks: readonly (() => unknown)[]): void {
  const problems = checks.flatMap((check) => {
    try {
      check()
      return []
    } catch (error) {
      if (error instanceof ConfigRefused) return [...error.problems]
      throw error
    }
  })
  if (problems.length > 0) throw new ConfigRefused([...new Set(problems)])
}

/** The demonstration issuer exists only in an embedded city. Throws ConfigRefused. */
export function needIssuers(config: Config): void {
  if (config.issuers === undefined) throw new ConfigRefused(['CITYGRAPH_ISSUERS is required without embedded databases'])
}
