// From Drizzle's SQL to a prepared statement and its rows. A statement is compiled once (for each type, shape and plan), constants
// are bound, and it runs as a named statement whose name is the hash of its text. A department that cannot answer in time is
// SUBGRAPH_UNAVAILABLE, a statement that PostgreSQL refuses is INTERNAL; what it said stays with the operator.

import { createHash } from 'node:crypto'
import { is, Placeholder, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { PoolClient } from 'pg'
import { CitygraphError, isCitygraphError } from '../core/errors.ts'
import { STATEMENTS_PER_CONNECTION, type Rows } from '../migrations/lane.ts'
import type { BoundValue } from '../migrations/lane-wire.ts'
import { withClient } from '../migrations/pool.ts'
import { binderOf, type Binder } from './bind.ts'
import type { Queryable, ReadContext } from './read-context.ts'
import { slotName, type SlotValues } from './slots.ts'

export type Statement = {
  readonly name: string
  readonly text: string
  /** Constants, and slots until the statement runs; one parameter for each slot, wherever it stands. */
  readonly parameters: readonly unknown[]
  readonly binders: readonly Binder[]
  /** It reads by keys and pages: its plan does not depend on what the caller compares with, and it may go on a lane. */
  readonly isQuick: boolean
}

export { STATEMENTS_PER_CONNECTION }

/** What PostgreSQL's protocol counts in two bytes. */
const MOST_PARAMETERS = 65_535
/** More of them take long to bind, whatever the statement does. */
const MOST_QUICK_PARAMETERS = 1_000

/** Text and parameters. Throws CitygraphError INTERNAL for more parameters than PostgreSQL takes. */
export function compile(query: SQL): Statement {
  const parameters: unknown[] = []
  const places = new Map<string, number>()
  const dialect = Object.assign(new PgDialect(), {
    escapeParam: (_index: number, parameter: unknown): string => {
      const slot = is(parameter, Placeholder) ? parameter.name : undefined
      const known = slot === undefined ? undefined : places.get(slot)
      if (known !== undefined) return `$${known}`
      const place = parameters.push(parameter)
      if (slot !== undefined) places.set(slot, place)
      return `$${place}`
    },
  })
  const { sql: text } = dialect.sqlToQuery(query)
  if (parameters.length > MOST_PARAMETERS) throw new CitygraphError('INTERNAL', {}, { cause: new RangeError('more parameters than a statement takes') })
  return {
    name: `c${createHash('sha256').update(text).digest('hex').slice(0, 40)}`,
    text,
    parameters,
    binders: parameters.map(binderOf),
    isQuick: /^SELECT\b/.test(text) && parameters.length <= MOST_QUICK_PARAMETERS && !parameters.some((parameter) => slotName(parameter)?.startsWith('operand')),
  }
}

/**
 * The rows as arrays of columns. Throws CitygraphError SUBGRAPH_UNAVAILABLE (domain) on every failure of the database, a statement
 * that took too long included; INTERNAL when a slot has no value or the statement itself is wrong (SQLSTATE classes 22 and 42). A
 * plan outdated by a change of the tables is made anew once; a statement whose lane was lost is asked once more on the pool.
 */
export async function run(context: ReadContext, statement: Statement, values: SlotValues): Promise<Rows> {
  const { parameters, database } = context
  const bound = statement.binders.map((binder) => binder(parameters, values))
  try {
    const quick = statement.isQuick ? database.lanes.ask(statement, bound) : undefined
    return (quick === undefined ? undefined : await quick) ?? (await onPool(database, statement, bound))
  } catch (error) {
    if (isCitygraphError(error)) throw error
    if (/^(22|42)/.test(stateOf(error))) throw new CitygraphError('INTERNAL', {}, { cause: error })
    throw new CitygraphError('SUBGRAPH_UNAVAILABLE', { domain: database.domain }, { cause: error })
  }
}

function onPool(database: Queryable, { name, text }: Statement, bound: readonly BoundValue[]): Promise<Rows> {
  return withClient(database, async (client) => {
    const once = async (): Promise<Rows> => (await client.query<unknown[]>({ name, text, values: [...bound], rowMode: 'array' })).rows
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
