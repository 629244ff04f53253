// Configuration (DESIGN 5.1): environment only, read once, unknown CITYGRAPH_* refused. Keys have no defaults; with embedded
// databases they are made once by cli/keys.ts and kept in the city's folder.

import { z } from 'zod'
import { subgraphNames } from './domains.ts'
import type { SubgraphName } from './domains.ts'

const issuer = z.object({ issuer: z.string().min(1), jwksUrl: z.url(), audience: z.string().min(1) }).strict()
export type IssuerConfig = z.infer<typeof issuer>

/** Refused configuration: every problem at once, naming variables, never their values. */
export class ConfigRefused extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigRefused'
    this.problems = problems
  }
}

export type Executor = 'compiled' | 'apollo'

export type Config = {
  readonly port: number
  /** The city's folder for embedded data and keys. */
  readonly folder: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** How operations run: compiled once, or by Apollo's gateway and graphql-js each time. Answers are the same. */
  readonly executor: Executor
  /** Present where `<DOMAIN>_DATABASE_URL` is set. */
  readonly databaseUrls: Readonly<Partial<Record<SubgraphName, string>>>
  readonly auditUrls: Readonly<Partial<Record<SubgraphName | 'gateway', string>>>
  readonly issuers: readonly IssuerConfig[] | undefined
  readonly sealKey: string | undefined
  readonly sealPublicKeys: string | undefined
  readonly idKeys: readonly string[] | undefined
  readonly auditKey: string | undefined
  readonly routerSecret: string | undefined
  /** The address under which callers reach the gateway, without a path. */
  readonly publicUrl: string | undefined
  /** A frozen instant, or `system` for the machine's clock. Embedded databases only. */
  readonly now: string | undefined
  readonly subgraphs: Readonly<Partial<Record<SubgraphName, string>>> | undefined
}

const known = new Set([
  'CITYGRAPH_ISSUERS', 'CITYGRAPH_SEAL_KEY', 'CITYGRAPH_SEAL_PUBLIC_KEYS', 'CITYGRAPH_ID_KEY', 'CITYGRAPH_AUDIT_KEY', 'CITYGRAPH_NOW',
  'CITYGRAPH_FOLDER', 'CITYGRAPH_LOG_LEVEL', 'CITYGRAPH_ROUTER_SECRET', 'CITYGRAPH_EXECUTOR', 'CITYGRAPH_PUBLIC_URL',
])
const executors = z.enum(['compiled', 'apollo'])
const logLevels = z.enum(['debug', 'info', 'warn', 'error', 'silent'])

/** Reads the environment. Throws ConfigRefused with every problem found. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = []
  const at = (name: string): string | undefined => {
    const value = environment[name]?.trim()
    return value === undefined || value === '' ? undefined : value
  }
  for (const name of Object.keys(environment)) {
    if (name.startsWith('CITYGRAPH_') && !known.has(name)) problems.push(`${name} is not a setting of citygraph`)
  }
  const port = at('PORT') ?? '4000'
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) problems.push('PORT is not a port number')
  const level = logLevels.safeParse(at('CITYGRAPH_LOG_LEVEL') ?? 'warn')
  if (!level.success) problems.push('CITYGRAPH_LOG_LEVEL is one of debug, info, warn, error, silent')
  const executor = executors.safeParse(at('CITYGRAPH_EXECUTOR') ?? 'compiled')
  if (!executor.success) problems.push('CITYGRAPH_EXECUTOR is one of compiled, apollo')
  const now = at('CITYGRAPH_NOW')
  if (now !== undefined && now !== 'system' && Number.isNaN(Date.parse(now))) problems.push('CITYGRAPH_NOW is neither an ISO 8601 instant nor "system"')

  const publicUrl = at('CITYGRAPH_PUBLIC_URL')
  if (publicUrl !== undefined && !/^https?:\/\/[^\s/?#@]+$/.test(publicUrl)) problems.push('CITYGRAPH_PUBLIC_URL is an address such as https://data.example.org, without a path')

  const databaseUrls = urls(at, (domain) => `${domain.toUpperCase()}_DATABASE_URL`, problems)
  const shared = at('AUDIT_DATABASE_URL')
  const own = urls(at, (domain) => `${domain.toUpperCase()}_AUDIT_DATABASE_URL`, problems)
  if (shared !== undefined && !isPostgresUrl(shared)) problems.push('AUDIT_DATABASE_URL is not a postgres:// URL')
  const gateway = at('GATEWAY_AUDIT_DATABASE_URL')
  if (gateway !== undefined && !isPostgresUrl(gateway)) problems.push('GATEWAY_AUDIT_DATABASE_URL is not a postgres:// URL')
  // The gateway's log lies where it is said to, never silently beside some department's.
  const ofGateway = gateway ?? shared
  const auditUrls = {
    ...(ofGateway === undefined ? {} : { gateway: ofGateway }),
    ...(shared === undefined ? own : Object.fromEntries(subgraphNames.map((domain) => [domain, own[domain] ?? shared]))),
  }

  if (problems.length > 0 || !level.success || !executor.success) throw new ConfigRefused(problems)
  const parsed = {
    issuers: readIssuers(at('CITYGRAPH_ISSUERS'), problems),
    subgraphs: readSubgraphs(at('SUBGRAPHS'), problems),
  }
  if (problems.length > 0) throw new ConfigRefused(problems)
  return {
    port: Number(port),
    folder: at('CITYGRAPH_FOLDER') ?? '.citygraph',
    logLevel: level.data,
    executor: executor.data,
    databaseUrls,
    auditUrls,
    sealKey: at('CITYGRAPH_SEAL_KEY'),
    sealPublicKeys: at('CITYGRAPH_SEAL_PUBLIC_KEYS'),
    idKeys: at('CITYGRAPH_ID_KEY')?.split(',').map((key) => key.trim()),
    auditKey: at('CITYGRAPH_AUDIT_KEY'),
    routerSecret: at('CITYGRAPH_ROUTER_SECRET'),
    publicUrl,
    now,
    ...parsed,
  }
}

function isPostgresUrl(value: string): boolean {
  return /^postgres(ql)?:\/\//.test(value)
}

function urls(at: (name: string) => string | undefined, nameOf: (domain: SubgraphName) => string, problems: string[]): Partial<Record<SubgraphName, string>> {
  const found: Partial<Record<SubgraphName, string>> = {}
  for (const domain of subgraphNames) {
    const value = at(nameOf(domain))
    if (value === undefined) continue
    if (isPostgresUrl(value)) found[domain] = value
    else problems.push(`${nameOf(domain)} is not a postgres:// URL`)
  }
  return found
}

function readIssuers(text: string | undefined, problems: string[]): readonly IssuerConfig[] | undefined {
  if (text === undefined) return undefined
  try {
    return z.array(issuer).min(1).parse(JSON.parse(text))
  } catch {
    problems.push('CITYGRAPH_ISSUERS is not a JSON list of {issuer, jwksUrl, audience}')
    return undefined
  }
}

/** `population=http://…,enterprises=http://…` */
function readSubgraphs(text: string | undefined, problems: string[]): Partial<Record<SubgraphName, string>> | undefined {
  if (text === undefined) return undefined
  const found: Partial<Record<SubgraphName, string>> = {}
  for (const pair of text.split(',')) {
    const [name, ...rest] = pair.split('=')
    const domain = subgraphNames.find((known) => known === name?.trim())
    const url = rest.join('=').trim()
    if (domain === undefined || !/^https?:\/\//.test(url)) problems.push('SUBGRAPHS is a list such as population=http://…,credit=http://…')
    else found[domain] = url
  }
  return found
}

/** Whether the configuration names a database of one's own at all. */
export function namesDatabases(config: Config): boolean {
  return subgraphNames.some((domain) => config.databaseUrls[domain] !== undefined)
}

/** True when the configuration names no database: then PostgreSQL is ours. Throws ConfigRefused when it names only some. */
export function isEmbedded(config: Config): boolean {
  if (!namesDatabases(config)) return true
  const problems = subgraphNames.filter((domain) => config.databaseUrls[domain] === undefined).map((domain) => `${domain.toUpperCase()}_DATABASE_URL is missing`)
  if (config.now !== undefined) problems.push('CITYGRAPH_NOW is only for embedded databases')
  if (problems.length > 0) throw new ConfigRefused(problems)
  return false
}
