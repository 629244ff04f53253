// Every department has an audit database of its own, the gateway too, and each part is a process of its own that is told where governance's
// lies: a denial, an application, two approvals, a grant, its revocation and a stop work across all of them.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newKey, publicPart } from '../../cli/keys.ts'
import { subgraphNames } from '../../core/domains.ts'
import type { SubgraphName } from '../../core/domains.ts'
import { asSuperuser } from '../../migrations/databases.ts'
import { createDatabase, testCluster } from '../support/city-database.ts'
import type { TestDatabase } from '../support/city-database.ts'
import { servingProcesses } from '../support/city-of-processes.ts'
import type { CityOfProcesses, Environment } from '../support/city-of-processes.ts'
import { cityFolder, command } from '../support/command.ts'
import { configuredIssuer } from '../support/configured-issuer.ts'
import type { ConfiguredIssuer } from '../support/configured-issuer.ts'
import { databaseUrl } from '../support/database-url.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { post } from '../support/running-city.ts'
import type { Answer, Asked } from '../support/running-city.ts'

vi.setConfig({ testTimeout: 180_000 })

type Part = SubgraphName | 'gateway'
const parts: readonly Part[] = [...subgraphNames, 'gateway']
const folder = cityFolder()
const sealKey = newKey()
const auditKey = newKey()
/** A second, and what an answer takes on a busy machine. */
const HEARD_MS = 1_500

let issuer: ConfiguredIssuer
const databases = new Map<SubgraphName, TestDatabase>()
const logs = new Map<Part, TestDatabase>()
let city: CityOfProcesses
beforeAll(async () => {
  issuer = await configuredIssuer()
  for (const domain of subgraphNames) databases.set(domain, await createDatabase(domain))
  for (const part of parts) logs.set(part, await createDatabase('audit'))
  const load = command(['load', '--size', '300', '--link-key', Buffer.from('a link key of the test').toString('base64url')], {
    ...common(), ...logUrls(parts), CITYGRAPH_SEAL_KEY: sealKey,
    ...Object.fromEntries(subgraphNames.map((domain) => [`${domain.toUpperCase()}_DATABASE_URL`, urlOf(databases.get(domain))])),
  })
  expect((await load.ended).code, load.err()).toBe(0)
  city = await servingProcesses(environmentOf, 1)
}, 300_000)
afterAll(async () => {
  await city?.stop()
  for (const database of [...databases.values(), ...logs.values()]) await database.drop()
  await issuer.close()
  folder.remove()
})

function urlOf(database: TestDatabase | undefined): string {
  if (database === undefined) throw new Error('no such database')
  return databaseUrl(database.owner)
}

function logUrls(of: readonly Part[]): Environment {
  return Object.fromEntries(of.map((part) => [`${part.toUpperCase()}_AUDIT_DATABASE_URL`, urlOf(logs.get(part))]))
}

function common(): Environment {
  return { CITYGRAPH_AUDIT_KEY: auditKey, CITYGRAPH_ID_KEY: Buffer.from('an id key of the test').toString('base64url'), CITYGRAPH_ISSUERS: issuer.setting, CITYGRAPH_FOLDER: `${folder.path}/unused` }
}

/** What each process must be told, and nothing else: its own database and log, and where governance's log lies; governance reads all. */
function environmentOf(part: Part): Environment {
  if (part === 'gateway') return { ...common(), ...logUrls(['gateway', 'governance']), CITYGRAPH_SEAL_KEY: sealKey }
  return {
    ...common(), ...logUrls(part === 'governance' ? parts : [part, 'governance']),
    [`${part.toUpperCase()}_DATABASE_URL`]: urlOf(databases.get(part)), CITYGRAPH_SEAL_PUBLIC_KEYS: JSON.stringify([publicPart(JSON.parse(sealKey))]),
  }
}

const callers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'nav-b': { org: 'NAV-B', kind: 'partner', roles: ['application'], assurance: 2, zone: 'mainland' },
  'officer': { org: 'BDC', kind: 'department', roles: ['policy-officer'], assurance: 2, zone: 'intranet' },
  'owner': { org: 'AMR', kind: 'department', roles: ['data-owner'], assurance: 2, zone: 'intranet' },
}
const ask = async (query: string, caller?: string, how: Asked = {}): Promise<Answer> => post(city.urls[0] ?? '', query, how, caller === undefined ? undefined : await issuer.token(caller, callers[caller] ?? {}))
const READ = '{ enterprise(uscc: "91310199MA1K0T2A0A") { name annualReports(first: 1) { nodes { totalAssets } } creditSummary { recordCount } } }'
const assets = async (): Promise<Answer> => ask(READ, 'nav-b', { purpose: 'NAV-0801' })
const valueIn = ({ data }: Answer): unknown => data.enterprise.annualReports.nodes[0].totalAssets

describe('departments with audit databases of their own', () => {
  it('serve and end a grant that is applied for in the graph, and stop a field', async () => {
    const denied = await assets()
    expect(denied.errors).toEqual([])
    expect(valueIn(denied)).toBeNull()
    expect(denied.sharing.decisions).toContainEqual({ path: 'enterprise.annualReports.nodes.totalAssets', decision: 'MIXED', code: 'APPLY' })

    const input = { purpose: 'NAV-0801', scenario: 'Size of enterprises', legalBasis: '上海市数据条例 41', days: 30, agreementRef: 'OPEN-2026-0001', fields: [{ field: 'AnnualReport.totalAssets', mode: 'MASKED' }] }
    const made = await ask('mutation ($input: GrantApplication!) { applyForGrant(input: $input) { id } }', 'nav-b', { variables: { input } })
    expect(made.errors).toEqual([])
    const { id } = made.data.applyForGrant
    for (const [caller, status] of [['officer', 'PENDING'], ['owner', 'APPROVED']] as const) {
      const approved = await ask('mutation ($id: ID!) { approveApplication(id: $id, version: 1) { status } }', caller, { variables: { id } })
      expect(approved).toMatchObject({ errors: [], data: { approveApplication: { status } } })
    }
    await pause(HEARD_MS)
    const granted = await assets()
    expect(granted.errors).toEqual([])
    expect(valueIn(granted)).toContain('万')
    expect(granted.sharing.records.map(({ log }) => log).sort()).toEqual(['credit', 'enterprises'])

    expect((await ask('mutation ($id: ID!) { revokeGrant(id: $id) { state } }', 'officer', { variables: { id: `G_${id}` } })).data.revokeGrant).toEqual({ state: 'REVOKED' })
    await pause(HEARD_MS)
    const revoked = await assets()
    expect([revoked.data, revoked.sharing.policyVersion]).toEqual([denied.data, denied.sharing.policyVersion])

    expect((await ask('mutation { stopSharing(field: "Enterprise.name", reason: LEAK) { active } }', 'owner')).data.stopSharing).toEqual({ active: true })
    await pause(HEARD_MS)
    const stopped = await ask(READ)
    expect([stopped.data.enterprise.name, stopped.sharing.decisions.find(({ path }) => path === 'enterprise.name')]).toEqual([null, { path: 'enterprise.name', decision: 'DENIED', code: 'POLICY' }])

    expect((await ask('mutation { stopServing(kind: ORGANISATION, name: "NAV-B", reason: MISUSE) { active } }', 'officer')).data.stopServing).toEqual({ active: true })
    await pause(HEARD_MS)
    expect(await assets()).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
  })

  it('each keep the records of their own reads; governance alone those of officers', async () => {
    const held = async (part: Part, log: string): Promise<number> => {
      const database = logs.get(part)
      if (database === undefined) throw new Error('no such log')
      return (await logLeaves(database.owner, log)).length
    }
    expect(await held('enterprises', 'enterprises')).toBeGreaterThanOrEqual(4)
    expect(await held('credit', 'credit')).toBeGreaterThanOrEqual(4)
    const register = logs.get('governance')
    if (register === undefined) throw new Error('no register')
    // A demand of the catalogue opens an application of its own.
    const events = (await logLeaves(register.owner, 'governance')).flatMap(({ event }) => (event === undefined || event === 'APPLICATION' ? [] : [event]))
    expect(events).toEqual(['APPROVAL', 'APPROVAL', 'GRANT', 'REVOCATION', 'STOP', 'STOP'])
    expect([await held('credit', 'governance'), await held('gateway', 'governance')]).toEqual([0, 0])
  })
})

describe('a part that is told wrongly where the register lies', () => {
  const started = (args: readonly string[], environment: Environment) => command([...args, '--port', '0'], { ...environment, SUBGRAPHS: subgraphNames.map((domain) => `${domain}=http://127.0.0.1:9/graphql`).join(',') })
  const without = ({ GOVERNANCE_AUDIT_DATABASE_URL: _left, ...rest }: Environment): Environment => rest

  beforeAll(async () => {
    // The test's cluster has the roles of an embedded city, so that a migration opens every log in every audit database.
    const { name } = logs.get('transport') ?? { name: '' }
    await asSuperuser(await testCluster(), name, async (client) => {
      await client.query(`SET session_replication_role = replica`)
      await client.query(`DELETE FROM audit.writer WHERE log = 'governance'`)
      await client.query(`DELETE FROM audit.log WHERE name = 'governance'`)
    })
  })

  it.each(['gateway', 'credit'] as const)('does not start: %s', async (part) => {
    const args = part === 'gateway' ? [part] : ['subgraph', part]
    const environment = environmentOf(part)
    const wrong = [
      [without(environment), 2, /GOVERNANCE_AUDIT_DATABASE_URL is missing: it says where grants, suspensions and stops are kept/],
      [{ ...environment, GOVERNANCE_AUDIT_DATABASE_URL: urlOf(logs.get('transport')) }, 1, /The register of grants lies elsewhere: .*GOVERNANCE_AUDIT_DATABASE_URL/],
      [{ ...environment, GOVERNANCE_AUDIT_DATABASE_URL: urlOf(databases.get('credit')) }, 1, /The register of grants does not answer: GOVERNANCE_AUDIT_DATABASE_URL/],
    ] as const
    for (const [settings, code, sentence] of wrong) {
      const refused = started(args, settings)
      expect((await refused.ended).code, refused.err()).toBe(code)
      expect(refused.err()).toMatch(sentence)
      expect(refused.err()).not.toMatch(/postgres(ql)?:\/\/| at .*\.ts:\d+/)
    }
  })
})
