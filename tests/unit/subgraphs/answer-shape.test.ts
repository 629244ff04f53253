// What the operator hears of a failure: its kind and its request, never a value.

import { expect, it } from 'vitest'
import { CitygraphError } from '../../../core/errors.ts'
import { createLogger } from '../../../core/logger.ts'
import { ownError } from '../../../subgraphs/answer-shape.ts'

const SECRET = '310199198503070112'

function heard(...errors: readonly unknown[]): readonly Record<string, unknown>[] {
  const lines: string[] = []
  const logger = createLogger('debug', { write: (line) => void lines.push(line) })
  const told = new Set<string>()
  for (const error of errors) ownError(error, { domain: 'credit', requestId: 'r1', logger }, told)
  expect(lines.join('')).not.toContain(SECRET)
  return lines.map((line): Record<string, unknown> => JSON.parse(line))
}

it('tells of our own INTERNAL errors, by the kind of their cause, once for each reason', () => {
  const failed = (): CitygraphError => new CitygraphError('INTERNAL', {}, { cause: Object.assign(new Error(`invalid input: "${SECRET}"`), { code: '22P02' }) })
  expect(heard(failed(), failed())).toEqual([expect.objectContaining({ domain: 'credit', requestId: 'r1', error: 'Error', code: '22P02' })])
  expect(heard(new CitygraphError('INTERNAL', {}, { cause: new RangeError(SECRET) }))).toEqual([expect.objectContaining({ requestId: 'r1', error: 'RangeError' })])
})

it('says nothing of refusals', () => {
  expect(heard(new CitygraphError('FORBIDDEN'), new CitygraphError('BAD_USER_INPUT', { argument: 'first' }))).toEqual([])
})
