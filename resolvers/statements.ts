// From Drizzle's SQL to a prepared statement and its rows. A statement is compiled once (for each type, shape and plan), constants
// are bound, and it runs as a named statement whose name is the hash of its text. A department that cannot answer in time is
// SUBGRAPH_UNAVAILABLE; what PostgreSQL said stays with the operator.

import { createHash } from 'node:crypto'
import type { SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { PoolClient } from 'pg'
import { shanghaiDay } from '../core/clock.ts'
import { CitygraphError, isCitygraphError } from '../core/errors.ts'
import { withClient } from '../migrations/pool.ts'
import type { ReadContext } from './read-context.ts'
import { slotName, type SlotValues } from './slots.ts'

export type Statement = { readonly name: string; readonly text: string; readonly parameters: readonly unknown[] }

/** Named statements that one connection keeps; the one not used for the longest time is deallocated. */
export const STATEMENTS_PER_CONNECTION = 200

/** Text and parameters; slots stay among the parameters until the statement runs. */
export function compile(query: SQL): Statement {
  const { sql: text, params } = new PgDialect().sqlToQuery(query)
  return { name: `c${createHash('sha256').update(text).digest('hex').slice(0, 40)}`, text, parameters: params }
}

/**
 * The rows as arrays of columns. Throws CitygraphError SUBGRAPH_UNAVAILABLE (domain) on every failure of the database, a statement
 * that took too long included; INTERNAL when a slot has no value.
 */
export async function run(context: ReadContext, statement: Statement, values: SlotValues): Promise<readonly (readonly unknown[])[]> {
  const { parameters, database } = context
  const known = new Map<string, unknown>(Object.entries(values))
  known.set('pid', parameters.pid ?? null)
  known.set('now', parameters.now.toISOString())
  known.set('today', shanghaiDay(parameters.now))
  known.set('caseNo', parameters.caseNo ?? null)
  known.set('authorizationRef', parameters.authorizationRef ?? null)
  const bound = statement.parameters.map((parameter) => valueOf(parameter, known))
  try {
    return await withClient(database, async (client) => {
      await makeRoom(client, statement.name)
      const result = await client.query<unknown[]>({ name: statement.name, text: statement.text, values: bound, rowMode: 'array' })
      return result.rows
    })
  } catch (error) {
    if (isCitygraphError(error)) throw error
    throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain: database.domain }, { cause: error })
  }
}

function valueOf(parameter: unknown, known: ReadonlyMap<string, unknown>): unknown {
  const name = slotName(parameter)
  if (name === undefined) return parameter
  if (!known.has(name)) throw new CitygraphError('INTERNAL', {}, { cause: new RangeError(`no value for ${name}`) })
  return known.get(name)
}

const prepared = new WeakMap<PoolClient, Set<string>>()

/** Notes the use of a statement on a connection; deallocates the oldest when the connection keeps too many. */
async function makeRoom(client: PoolClient, name: string): Promise<void> {
  const names = prepared.get(client) ?? new Set<string>()
  prepared.set(client, names)
  // A Set remembers the order of insertion: used again means young again.
  const isNew = !names.delete(name)
  names.add(name)
  if (!isNew || names.size <= STATEMENTS_PER_CONNECTION) return
  const [oldest] = names
  if (oldest === undefined) return
  names.delete(oldest)
  forget(client, oldest)
  await client.query(`DEALLOCATE "${oldest}"`)
}

/** `pg` remembers by itself which names a connection has parsed, and would use the name again. */
function forget(client: PoolClient, name: string): void {
  if (!('connection' in client)) return
  const { connection } = client
  if (typeof connection !== 'object' || connection === null || !('parsedStatements' in connection)) return
  const { parsedStatements } = connection
  if (typeof parsedStatements === 'object' && parsedStatements !== null) Reflect.deleteProperty(parsedStatements, name)
}
