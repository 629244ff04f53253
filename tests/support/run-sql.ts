// Runs SQL of resolvers with the values of a request, without the rest of a request.

import type { SQL } from 'drizzle-orm'
import type { Pool } from 'pg'
import { shanghaiDay } from '../../core/clock.ts'
import { slotName } from '../../resolvers/slots.ts'
import { compile } from '../../resolvers/statements.ts'

export type RequestValues = { readonly now: string; readonly pid?: string | undefined; readonly caseNo?: string; readonly authorizationRef?: string }

/** The rows as arrays of columns. */
export async function compileAndRun(pool: Pool, query: SQL, request: RequestValues): Promise<readonly (readonly unknown[])[]> {
  const { text, parameters } = compile(query)
  const values: Readonly<Record<string, unknown>> = { ...request, today: shanghaiDay(new Date(request.now)) }
  const bound = parameters.map((parameter) => {
    const name = slotName(parameter)
    return name === undefined ? parameter : (values[name] ?? null)
  })
  const { rows } = await pool.query<unknown[]>({ text, values: bound, rowMode: 'array' })
  return rows
}
