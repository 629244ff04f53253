// One department's database with a few rows of DOMAIN 4.8, and its resolvers over it without gate and transport: what a test asks
// is answered by the same statements that serve.

import { drizzle } from 'drizzle-orm/node-postgres'
import type { PgTable } from 'drizzle-orm/pg-core'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse, type ExecutionResult, type GraphQLSchema } from 'graphql'
import pg from 'pg'
import { frozenClock } from '../../core/clock.ts'
import type { Domain } from '../../core/domains.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { openPool, type ServingPool } from '../../migrations/pool.ts'
import type { AccessPlan, Caller } from '../../policy-engine/decision.ts'
import { createCursorSeal } from '../../resolvers/cursors.ts'
import { domainResolvers } from '../../resolvers/domain-resolvers.ts'
import { createPublicIds, type PublicIds } from '../../resolvers/ids.ts'
import type { ReadContext } from '../../resolvers/read-context.ts'
import { subgraphSdl } from '../../schema/load.ts'
import { fromTemplate, type TestDatabase } from './city-database.ts'

export const PAIR_KEY = 'test-pair-key-v1'
export const NOW = '2026-03-01T10:00:00+08:00'

export type Rows = readonly (readonly [table: PgTable, rows: readonly Record<string, unknown>[]])[]

export type Asked = { readonly plan: AccessPlan; readonly org?: string; readonly pid?: string; readonly now?: string; readonly variables?: Record<string, unknown> }

export type Answer = ExecutionResult & { readonly subjects: readonly string[]; readonly fields: readonly string[]; readonly rows: number }

export type ResolverCity = {
  readonly schema: GraphQLSchema
  readonly ids: PublicIds
  readonly pool: ServingPool
  /** Executes against the resolvers, no gate before them. Statements that ran are in `statements`. */
  ask(query: string, asked: Asked): Promise<Answer>
  /** Texts of the statements that ran since the last call. */
  statements(): readonly string[]
  close(): Promise<void>
}

/** A database of the domain with these rows; `key` names the template and must change with them. */
export async function resolverCity(domain: Domain, key: string, rows: Rows): Promise<ResolverCity> {
  const database = await fromTemplate(domain, key, async ({ owner }) => {
    await applyMigrations(owner, 'migrations/shared/sql', { domain, list: 'shared' })
    await applyMigrations(owner, `migrations/${domain}/sql`, { domain })
    const client = new pg.Client(owner)
    await client.connect()
    try {
      const db = drizzle(client)
      for (const [table, values] of rows) await db.insert(table).values([...values])
      await client.query('ANALYZE')
    } finally {
      await client.end()
    }
  })
  return overDatabase(domain, database)
}

/** Resolvers over a database that is already filled; `close` drops it. */
export function overDatabase(domain: Domain, database: TestDatabase): ResolverCity {
  const pool = openPool(database.query, { max: 2, domain })
  const ran = listen(pool)
  const schema = buildSubgraphSchema([{ typeDefs: parse(subgraphSdl(domain)), resolvers: domainResolvers(domain) }])
  const ids = createPublicIds([PAIR_KEY])
  return {
    schema,
    ids,
    pool,
    ask: (query, asked) => askSchema(schema, { query, asked, pool, ids }),
    statements: () => ran.splice(0),
    close: async () => {
      await pool.end()
      await database.drop()
    },
  }
}

async function askSchema(schema: GraphQLSchema, { query, asked, pool, ids }: { query: string; asked: Asked; pool: ServingPool; ids: PublicIds }): Promise<Answer> {
  const org = asked.org ?? 'AMR'
  const clock = frozenClock(asked.now ?? NOW)
  const subjects = new Set<string>()
  const fields = new Set<string>()
  let count = 0
  const caller: Caller = { kind: 'department', org, sub: 'tester', roles: [], assurance: 2, zone: 'intranet' }
  const context: ReadContext = {
    plan: asked.plan,
    caller,
    org,
    parameters: { now: clock.now(), ...(asked.pid === undefined ? {} : { pid: asked.pid }) },
    database: pool,
    ids,
    cursors: createCursorSeal([PAIR_KEY]),
    clock,
    loaders: new Map(),
    observe: { subject: (pid) => void subjects.add(pid), rows: (n) => void (count += n), supply: () => undefined, field: (type, field) => void fields.add(`${type}.${field}`), threshold: () => undefined },
  }
  const result = await graphql({ schema, source: query, contextValue: context, ...(asked.variables === undefined ? {} : { variableValues: asked.variables }) })
  return { ...result, subjects: [...subjects], fields: [...fields].sort(), rows: count }
}

/** Texts of all statements that go through the pool's connections and the lanes. */
function listen(pool: ServingPool): string[] {
  const texts: string[] = []
  const { lanes } = pool
  Object.assign(pool, {
    lanes: {
      ...lanes,
      ask: (...asked: Parameters<typeof lanes.ask>) => {
        const answer = lanes.ask(...asked)
        if (answer !== undefined) texts.push(asked[0].text)
        return answer
      },
    },
  })
  pool.on('connect', (client) => {
    const query = client.query.bind(client)
    Object.assign(client, {
      query: (first: unknown, ...rest: unknown[]) => {
        texts.push(typeof first === 'object' && first !== null && 'text' in first ? String(first.text) : String(first))
        return Reflect.apply(query, client, [first, ...rest])
      },
    })
  })
  return texts
}
