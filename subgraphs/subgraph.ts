// What a subgraph is made of and what it can be asked: the words that create-subgraph.ts, answer.ts and the transports share.

import type { buildSubgraphSchema } from '@apollo/subgraph'
import type { GraphQLSchema } from 'graphql'
import type { AuditLog } from '../audit/access-record.ts'
import type { AnswerCommit } from '../audit/answer-commit.ts'
import type { SupplyLedger } from '../audit/supply.ts'
import type { Suspensions } from '../audit/suspensions.ts'
import type { Clock } from '../core/clock.ts'
import type { SubgraphName } from '../core/domains.ts'
import type { CitygraphError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'
import type { CursorSeal } from '../resolvers/cursors.ts'
import type { PublicIds } from '../resolvers/ids.ts'
import type { Queryable } from '../resolvers/read-context.ts'
import type { Classification } from '../schema/classification.ts'
import type { AccessContext } from './access-context.ts'
import type { SubgraphAnswer } from './answer-shape.ts'
import type { ExecutorKind } from './execute/executor.ts'
import type { PersonNames } from './person-names.ts'

/** What @apollo/subgraph takes as resolvers. */
export type ResolverMap = NonNullable<Extract<Extract<Parameters<typeof buildSubgraphSchema>[0], unknown[]>[number], { typeDefs: unknown }>['resolvers']>

export type SubgraphParts = {
  readonly domain: SubgraphName
  /** The whole SDL (schema/load.ts). */
  readonly sdl: string
  readonly resolvers: ResolverMap
  /** Of the whole graph, not of this subgraph alone. */
  readonly classification: Classification
  readonly engine: Pick<PolicyEngine, 'plan' | 'head' | 'organisation' | 'knows' | 'off' | 'reload'>
  readonly database: Queryable
  readonly audit: AuditLog
  /** Who and what may not be served now, whoever sealed it. */
  readonly suspensions: Pick<Suspensions, 'require' | 'stops'>
  /** Of whose data an organisation was given. */
  readonly supply: SupplyLedger
  readonly ids: PublicIds
  readonly cursors: CursorSeal
  readonly clock: Clock
  readonly logger: Logger
  /** Key of the subjects' tokens in this department's log. */
  readonly auditKey: Uint8Array
  /** Default: by linking token. */
  readonly persons?: PersonNames
  /** Default: compiled. */
  readonly executor?: ExecutorKind
}

export type SubgraphRequest = {
  readonly query: string
  readonly operationName?: string | undefined
  readonly variables?: Readonly<Record<string, unknown>> | undefined
  readonly access: AccessContext
  readonly requestId: string
  /** How the access context was proved; default `seal`. A router is not given `_service`. */
  readonly route?: 'seal' | 'router'
  /** The operation is the planner's of this process (operation.ts). */
  readonly planned?: boolean
  /** Of an asker in this process, who lets nothing leave before it is durable. Left out: the records are durable when this answers. */
  readonly commit?: AnswerCommit | undefined
}

/** A request that is not answered. `access` where it was proved before the refusal. */
export type Refusal = { readonly error: CitygraphError } & Pick<SubgraphRequest, 'requestId' | 'commit'> & Partial<Pick<SubgraphRequest, 'access'>>

export type Subgraph = {
  readonly domain: SubgraphName
  readonly schema: GraphQLSchema
  /** Never throws: failures are answers too. */
  answer(request: SubgraphRequest): Promise<SubgraphAnswer>
  /** Records a refusal and gives the answer for it. Never throws. */
  refuse(refusal: Refusal): Promise<SubgraphAnswer>
}
