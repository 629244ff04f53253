// The five departments' subgraphs in process, as the city opens them, over databases of a test and the bundle of a directory: what
// a test asks here has passed gate, resolvers, SQL and access record, and no gateway.

import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processLeaves } from '../../audit/own-leaves.ts'
import { openSubgraphs, policiesFolder } from '../../cli/city-parts.ts'
import { embeddedKeys } from '../../cli/keys.ts'
import type { Clock } from '../../core/clock.ts'
import { readConfig } from '../../core/config.ts'
import { subgraphNames } from '../../core/domains.ts'
import type { Domain, SubgraphName } from '../../core/domains.ts'
import { createLogger } from '../../core/logger.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { rememberingReader } from '../../open/library.ts'
import type { Caller, Occasion } from '../../policy-engine/decision.ts'
import { createPolicyEngine } from '../../policy-engine/engine.ts'
import type { PolicyEngine } from '../../policy-engine/engine.ts'
import type { Classification } from '../../schema/classification.ts'
import type { SubgraphAnswer } from '../../subgraphs/answer-shape.ts'
import { askedFields } from './asked-fields.ts'
import { fromTemplate } from './city-database.ts'
import type { TestDatabase } from './city-database.ts'
import { governanceDatabase } from './governance-database.ts'
import { asCityDatabases } from './running-city.ts'

export const PAIR_KEY = 'test-pair-key-v1'

export type DepartmentSubgraphs = {
  readonly engine: PolicyEngine
  ask(domain: SubgraphName, query: string, how: { readonly caller: Caller; readonly occasion: Occasion; readonly variables?: Readonly<Record<string, unknown>> }): Promise<SubgraphAnswer>
  /** What was logged, JSON lines. */
  log(): string
  close(): Promise<void>
}

export async function departmentSubgraphs(parts: {
  readonly databases: Readonly<Record<Domain, TestDatabase>>
  readonly classification: Classification
  readonly clock: Clock
  /** The officers' bundle; the project's own by default. */
  readonly policies?: string
}): Promise<DepartmentSubgraphs> {
  const { classification, clock } = parts
  const engine = await createPolicyEngine({ directory: parts.policies ?? policiesFolder, classification, clock })
  const audit = await fromTemplate('audit', 'records', ({ owner }) => applyMigrations(owner, 'migrations/audit/sql', { domain: 'audit' }).then(() => undefined))
  const folder = mkdtempSync(join(tmpdir(), 'citygraph-test-'))
  const keys = { ...embeddedKeys(folder, readConfig({ CITYGRAPH_FOLDER: folder })), ids: [new TextEncoder().encode(PAIR_KEY)] }
  const lines: string[] = []
  const logger = createLogger('info', { write: (line) => void lines.push(line) })
  const opened = openSubgraphs({ classification, engine, clock, logger, openFiles: [], readOpen: rememberingReader(), leaves: processLeaves(), close: () => undefined }, asCityDatabases({ ...parts.databases, governance: await governanceDatabase(), audit }, folder), keys)
  const of = new Map(subgraphNames.map((domain, at) => [domain, opened[at]?.it]))
  return {
    engine,
    ask: async (domain, query, { caller, occasion, variables }) => {
      const { singleSubject, ...given } = occasion
      const issuedAt = Math.floor(clock.now().getTime() / 1000)
      const subgraph = of.get(domain)
      if (subgraph === undefined) throw new RangeError(`no subgraph ${domain}`)
      const operation = { hash: 'test', singleSubject, fields: askedFields(subgraph.schema, query) }
      const access = { caller, ...given, bundleSequence: engine.head().sequence, operation, issuedAt, expiresAt: issuedAt + 60 }
      return subgraph.answer({ query, access, requestId: randomUUID(), ...(variables === undefined ? {} : { variables }) })
    },
    log: () => lines.join(''),
    close: async () => {
      for (const subgraph of opened) await subgraph.close()
    },
  }
}
