// A real subgraph of the credit domain with three resolvers over one small table: what subgraphs/ does is tested without waiting for
// what resolvers/ do. Real schema, real bundle, real PostgreSQL, real audit log.

import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { AccessRecord } from '../../audit/access-record.ts'
import { openAuditPool } from '../../audit/audit-pool.ts'
import { openAuditLog } from '../../audit/postgres-log.ts'
import { openSupplyLedger } from '../../audit/supply.ts'
import { watchSuspensions } from '../../audit/suspensions.ts'
import { frozenClock } from '../../core/clock.ts'
import { CitygraphError } from '../../core/errors.ts'
import { createLogger } from '../../core/logger.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import type { DatabaseAddress } from '../../migrations/address.ts'
import { openPool, withClient } from '../../migrations/pool.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { createPolicyEngine, type PolicyEngine } from '../../policy-engine/engine.ts'
import { createCursorSeal } from '../../resolvers/cursors.ts'
import { createPublicIds } from '../../resolvers/ids.ts'
import type { ReadContext } from '../../resolvers/read-context.ts'
import { readClassification } from '../../schema/classification.ts'
import { allSubgraphSdl } from '../../schema/load.ts'
import type { AccessContext } from '../../subgraphs/access-context.ts'
import { createSubgraph } from '../../subgraphs/create-subgraph.ts'
import type { ResolverMap, Subgraph } from '../../subgraphs/subgraph.ts'
import { createDatabase } from './city-database.ts'

export const NOW = '2026-03-01T10:00:00+08:00'
export const clock = frozenClock(NOW)
export const PID = '6f9619ff-8b86-4011-b42d-00c04fc964ff'
/** A value that must never stand in a record, a log line or an error. */
export const SECRET = '秘密标题9137'

export const publicCaller: Caller = { kind: 'public', org: 'PUBLIC', sub: 'anonymous', roles: [], assurance: 1, zone: 'abroad' }
export const creditOfficer: Caller = { kind: 'department', org: 'CREDIT', sub: 'credit-officer', roles: [], assurance: 2, zone: 'intranet' }

/** `fields` as askedFields gives them; by default those of a list of titles. */
export function accessOf(caller: Caller, sequence: number, purpose?: string, fields: readonly string[] = ['Query.creditRecords', 'CreditRecord.id', 'CreditRecord.title']): AccessContext {
  const issuedAt = clock.now().getTime() / 1000
  const operation = { name: 'Look', hash: 'b'.repeat(64), singleSubject: false, fields }
  return { caller, ...(purpose === undefined ? {} : { purpose }), bundleSequence: sequence, operation, issuedAt, expiresAt: issuedAt + 60 }
}

export type TinyCredit = {
  readonly subgraph: Subgraph
  readonly engine: PolicyEngine
  readonly logged: string[]
  /** Records of the credit log, in order. */
  records(): Promise<readonly AccessRecord[]>
  /** The same subgraph with another database or audit database. */
  over(other: { database?: DatabaseAddress; audit?: DatabaseAddress }): { subgraph: Subgraph; close(): Promise<void> }
  readonly auditOwner: DatabaseAddress
  close(): Promise<void>
}

export async function tinyCredit(): Promise<TinyCredit> {
  const data = await createDatabase('credit')
  const logs = await createDatabase('audit')
  await applyMigrations(logs.owner, fileURLToPath(new URL('../../migrations/audit/sql', import.meta.url)), { domain: 'audit' })
  await query(data.owner, 'CREATE TABLE tiny_record (record_no text PRIMARY KEY, title text, subject_pid uuid)')
  await query(data.owner, 'INSERT INTO tiny_record VALUES ($1, $2, $3), ($4, $5, NULL)', ['R1', SECRET, PID, 'R2', 'boom'])

  const classification = readClassification(allSubgraphSdl())
  const engine = await createPolicyEngine({ directory: fileURLToPath(new URL('../../policies', import.meta.url)), classification, clock })
  const logged: string[] = []
  const build = (database: DatabaseAddress, audit: DatabaseAddress): { subgraph: Subgraph; close(): Promise<void> } => {
    const pool = openPool(database, { max: 2, domain: 'credit' })
    const auditPool = openAuditPool(audit, { log: 'credit' })
    const suspensions = watchSuspensions({ pool: auditPool })
    const log = openAuditLog({ pool: auditPool, log: 'credit' })
    const subgraph = createSubgraph({
      domain: 'credit',
      sdl: allSubgraphSdl().credit,
      resolvers,
      classification,
      engine,
      database: pool,
      audit: log,
      suspensions,
      supply: openSupplyLedger({ pool: auditPool }),
      ids: createPublicIds(['test-pair-key-v1']),
      cursors: createCursorSeal(['test-pair-key-v1']),
      clock,
      logger: createLogger('debug', { write: (line) => void logged.push(line) }),
      auditKey: Buffer.from('test-audit-key'),
    })
    return { subgraph, close: async () => {
      await log.close()
      await suspensions.close()
      await Promise.all([pool.end(), auditPool.end()])
    } }
  }
  const own = build(data.query, logs.writer('credit'))
  return {
    subgraph: own.subgraph,
    engine,
    logged,
    records: async () => {
      const rows = await query<{ leaf: Buffer }>(logs.query, `SELECT leaf FROM audit.record WHERE log = 'credit' ORDER BY seq`)
      return rows.map(({ leaf }): AccessRecord => JSON.parse(leaf.toString('utf8')))
    },
    over: ({ database = data.query, audit = logs.writer('credit') }) => build(database, audit),
    auditOwner: logs.owner,
    close: async () => {
      await own.close()
      await Promise.all([data.drop(), logs.drop()])
    },
  }
}

export async function query<R extends pg.QueryResultRow>(address: DatabaseAddress, text: string, values: unknown[] = []): Promise<readonly R[]> {
  const client = new pg.Client(address)
  await client.connect()
  try {
    return (await client.query<R>(text, values)).rows
  } finally {
    await client.end()
  }
}

const resolvers: ResolverMap = {
  Query: {
    creditRecords: async (_parent: unknown, args: { first?: number; after?: string }, context: ReadContext) => {
      if (args.after !== undefined) throw new CitygraphError('BAD_USER_INPUT', { argument: 'after' })
      const { rows } = await withClient(context.database, (client) =>
        client.query<{ recordNo: string; title: string; pid: string | null }>(
          'SELECT record_no AS "recordNo", title, subject_pid AS pid FROM tiny_record ORDER BY record_no LIMIT $1', [args.first ?? 20]),
      )
      context.observe.rows(rows.length)
      for (const { pid } of rows) if (pid !== null) context.observe.subject(pid)
      return { nodes: rows.map((row) => ({ ...row, id: row.recordNo })), edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: false } }
    },
    creditCheck: () => ({ blocked: false }),
  },
  CreditRecord: {
    title: ({ title }: { title: string }) => {
      if (title === 'boom') throw new Error(`relation "crd" of ${SECRET}`)
      return title
    },
  },
  Enterprise: { __resolveReference: ({ uscc }: { uscc: string }) => ({ uscc, creditSummary: { recordCount: 2 } }) },
  Person: { __resolveReference: ({ id }: { id: string }) => ({ id }) },
}
