// From Drizzle's SQL to a prepared statement and its rows. A statement is compiled once (for each type, shape and plan), constants
// are bound, and it runs as a named statement whose name is the hash of its text. A department that cannot answer in time is
// SUBGRAPH_UNAVAILABLE, a statement that PostgreSQL refuses is INTERNAL; what it said stays with the operator.

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
 * that took too long included; INTERNAL when a slot has no value or the statement itself is wrong (SQLSTATE classes 22 and 42). A
 * plan outdated by a change of the tables is made anew once.
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
  const { name, text } = statement
  try {
    return await withClient(database, async (client) => {
      const once = async (): Promise<readonly (readonly unknown[])[]> => (await client.query<unknown[]>({ name, text, values: bound, rowMode: 'array' })).rows
      await makeRoom(client, name)
      try {
        return await once()
      } catch (error) {
        // 0A000: a named statement keeps the columns that it had when it was parsed, and refuses to give others.
        if (stateOf(error) !== '0A000') throw error
        await deallocate(client, name)
        return once()
      }
    })
  } catch (error) {
    if (isCitygraphError(error)) throw error
    if (/^(22|42)/.test(stateOf(error))) throw new CitygraphError('INTERNAL', {}, { cause: error })
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
  await deallocate(client, oldest)
}

async function deallocate(client: PoolClient, name: string): Promise<void> {
  forget(client, name)
  await client.query(`DEALLOCATE "${name}"`)
}

/** SQLSTATE, '' where there is none. */
function stateOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** `pg` remembers by itself which names a connection has parsed, and would use the name again. */
function forget(client: PoolClient, name: string): void {
  if (!('connection' in client)) return
  const { connection } = client
  if (typeof connection !== 'object' || connection === null || !('parsedStatements' in connection)) return
  const { parsedStatements } = connection
  if (typeof parsedStatements === 'object' && parsedStatements !== null) Reflect.deleteProperty(parsedStatements, name)
}
