// Which executor a run of the tests is about: CITYGRAPH_EXECUTOR, as a city itself would read it.

import type { Executor } from '../../core/config.ts'

export function executorUnderTest(): Executor {
  return process.env['CITYGRAPH_EXECUTOR'] === 'apollo' ? 'apollo' : 'compiled'
}
