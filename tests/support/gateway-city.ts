// A running gateway for tests: the city's own schema, classification, policies and engine, over whatever subgraphs the test brings.
// Records of the gateway's log are kept in memory, which is a log like any other to the gateway.

import { generateKeyPairSync } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import http from 'node:http'
import { fileURLToPath } from 'node:url'
import type { JWK } from 'jose'
import type { AccessRecord, AuditLog } from '../../audit/access-record.ts'
import { frozenClock } from '../../core/clock.ts'
import { CitygraphError } from '../../core/errors.ts'
import { createLogger } from '../../core/logger.ts'
import { createAuthenticate } from '../../gateway/authenticate.ts'
import { createDemonstrationIssuer } from '../../gateway/demonstration-issuer.ts'
import type { DemonstrationIssuer } from '../../gateway/demonstration-issuer.ts'
import { createGateway } from '../../gateway/gateway.ts'
import type { GatewayParts } from '../../gateway/gateway.ts'
import type { SubgraphLink } from '../../gateway/link.ts'
import { listen } from '../../gateway/listen.ts'
import type { Listening } from '../../gateway/listen.ts'
import { createPolicyEngine } from '../../policy-engine/engine.ts'
import type { PolicyEngine } from '../../policy-engine/engine.ts'
import { readClassification } from '../../schema/classification.ts'
import { composeSupergraph } from '../../schema/compose.ts'
import { allSubgraphSdl } from '../../schema/load.ts'
import { createSealer } from '../../subgraphs/access-context.ts'
import { executorUnderTest } from './executor-under-test.ts'
import { watchText } from './watched.ts'

export const clock = frozenClock('2026-03-01T10:00:00+08:00')
export const PID = '6f9619ff-8b86-4011-b42d-00c04fc964ff'

export type GatewayCity = {
  readonly url: string
  readonly issuer: DemonstrationIssuer
  readonly engine: PolicyEngine
  readonly records: AccessRecord[]
  readonly logged: string[]
  /** From now on the gateway's log fails, or works again. */
  breakLog(broken: boolean): void
  readonly listening: Listening
  ask(body: unknown, headers?: Record<string, string>): Promise<Reply>
  as(caller: string, body: unknown, headers?: Record<string, string>): Promise<Reply>
}

export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string; readonly body: Answer }
export type Answer = {
  readonly data?: unknown
  readonly errors?: readonly { readonly message: string; readonly path?: readonly unknown[]; readonly extensions: { readonly code: string; readonly domain?: string } }[]
  readonly extensions: { readonly sharing: { readonly requestId: string; readonly policyVersion: string; readonly records: readonly unknown[]; readonly decisions: readonly { path: string; decision: string; code: string }[] } }
}

export function newKey(): JWK {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK
}

/** `supergraphSdl` left out: the city's own. `parts` replaces what the test is about. */
export async function startGateway(link: SubgraphLink, parts: Partial<GatewayParts> & { readonly sealKey?: JWK; readonly foreign?: string } = {}): Promise<GatewayCity> {
  const { sealKey = newKey(), foreign, ...replaced } = parts
  const sdls = allSubgraphSdl()
  const classification = readClassification(sdls)
  const engine = await createPolicyEngine({ directory: fileURLToPath(new URL('../../policies', import.meta.url)), classification, clock })
  const issuer = await createDemonstrationIssuer({ privateKey: newKey(), clock, pids: { 'zhang-wei': PID } })
  const records: AccessRecord[] = []
  const logged: string[] = []
  let broken = false
  const audit: AuditLog = {
    async append(made) {
      if (broken) throw new CitygraphError('AUDIT_UNAVAILABLE')
      for (const record of made) watchText('records in memory', JSON.stringify(record))
      records.push(...made.flatMap((record) => ('event' in record ? [] : [record])))
    },
    refused: async (made) => {
      await audit.append(made)
      return true
    },
    close: async () => undefined,
  }
  const supergraphSdl = foreign ?? composeSupergraph(sdls).supergraphSdl
  if (supergraphSdl === undefined) throw new Error('the city does not compose')
  const gateway = await createGateway({
    supergraphSdl, link, executor: executorUnderTest(), engine, audit, clock, suspensions: { require: async () => undefined },
    ...(foreign === undefined ? { classification } : {}),
    authenticate: createAuthenticate({ issuers: [issuer.trusted], clock, organisationKind: (org) => engine.organisation(org)?.kind }),
    sealer: createSealer({ privateKey: sealKey, keyId: 'test', clock }),
    logger: createLogger('debug', { write: (line) => void logged.push(line) }),
    demonstration: issuer,
    ...replaced,
  })
  const listening = await listen(gateway, { port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${listening.port}`
  const ask = (body: unknown, headers: Record<string, string> = {}): Promise<Reply> => send(`${url}/graphql`, 'POST', body, headers)
  return {
    url, issuer, engine, records, logged, listening, ask,
    breakLog: (now) => void (broken = now),
    as: async (caller, body, headers = {}) => ask(body, { authorization: `Bearer ${await issuer.token(caller)}`, ...headers }),
  }
}

/** One HTTP exchange; `body` that is not a string is sent as JSON. */
export function send(url: string, method: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString('utf8')
        const json = response.headers['content-type']?.includes('json') === true
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer, body: json ? (JSON.parse(answer) as Answer) : { extensions: { sharing: { requestId: '', policyVersion: '', records: [], decisions: [] } } } })
      })
    })
    request.on('error', reject)
    request.end(text)
  })
}
