import type { Answer } from './running-city.ts'

/**
 * Asks again, twice at most, where a record could not be made durable in time: a machine on which other tests run may be that busy, and
 * what two cities answer is compared, not how soon.
 */
export async function patiently(ask: () => Promise<Answer>): Promise<Answer> {
  let answer = await ask()
  for (let again = 0; again < 2 && answer.status === 503 && answer.errors.some(({ extensions }) => extensions.code === 'AUDIT_UNAVAILABLE'); again += 1) answer = await ask()
  return answer
}
