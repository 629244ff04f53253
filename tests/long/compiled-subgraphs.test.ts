// Every subgraph twice over the same city, its operations compiled and on graphql-js: random operations and entity fetches of all
// demonstration callers bring the same data, errors and access records.

import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse, validate } from 'graphql'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AccessRecord, LogRecord } from '../../audit/access-record.ts'
import { processLeaves } from '../../audit/own-leaves.ts'
import { openSubgraph, policiesFolder, type Open } from '../../cli/city-parts.ts'
import { embeddedKeys } from '../../cli/keys.ts'
import { frozenClock } from '../../core/clock.ts'
import { readConfig } from '../../core/config.ts'
import { domains } from '../../core/domains.ts'
import type { Domain } from '../../core/domains.ts'
import { createLogger } from '../../core/logger.ts'
import { demonstrationCallers } from '../../gateway/demonstration-callers.ts'
import { applyMigrations } from '../../migrations/apply.ts'
import { rememberingReader } from '../../open/library.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { createPolicyEngine, type PolicyEngine } from '../../policy-engine/engine.ts'
import { openPool } from '../../migrations/pool.ts'
import { createCursorSeal } from '../../resolvers/cursors.ts'
import { domainResolvers } from '../../resolvers/domain-resolvers.ts'
import type { ReadContext } from '../../resolvers/read-context.ts'
import { createPublicIds } from '../../resolvers/ids.ts'
import { readClassification } from '../../schema/classification.ts'
import { allSubgraphSdl, subgraphSdl } from '../../schema/load.ts'
import type { SubgraphAnswer } from '../../subgraphs/answer-shape.ts'
import { groupEntities } from '../../subgraphs/execute/entities.ts'
import { createExecutor } from '../../subgraphs/execute/executor.ts'
import type { Subgraph } from '../../subgraphs/subgraph.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { random, type Random } from '../../synthetic-city/random.ts'
import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import { askedFields } from '../support/asked-fields.ts'
import { fromTemplate, type TestDatabase } from '../support/city-database.ts'
import { governanceDatabase } from '../support/governance-database.ts'
import { LINK_KEY, loadedCity } from '../support/loaded-city.ts'
import { randomFetches } from '../support/random-references.ts'
import { asCityDatabases, TEST_DAY } from '../support/running-city.ts'

const seed = Number(process.env['SUBGRAPHS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** For each caller in each department; a hunt by hand sets more. */
const OPERATIONS = Number(process.env['SUBGRAPHS_OPERATIONS'] ?? 10)
const PAIR_KEY = new TextEncoder().encode('test-pair-key-v1')
const ids = createPublicIds([PAIR_KEY])

type Twice = { readonly compiled: Open<Subgraph>; readonly plain: Open<Subgraph>; readonly records: { compiled: AccessRecord[]; plain: AccessRecord[] } }
let databases: Readonly<Record<Domain, TestDatabase>>
let engine: PolicyEngine
const departments = new Map<Domain, Twice>()
/** Keys of rows by department: column values as text. */
const keys = new Map<string, readonly string[]>()

beforeAll(async () => {
  console.log(`compiled subgraphs seed ${seed}`)
  const clock = frozenClock(TEST_DAY)
  const classification = readClassification(allSubgraphSdl())
  engine = await createPolicyEngine({ directory: policiesFolder, classification, clock })
  databases = await loadedCity(400)
  const audit = await fromTemplate('audit', 'records', ({ owner }) => applyMigrations(owner, 'migrations/audit/sql', { domain: 'audit' }).then(() => undefined))
  const folder = mkdtempSync(join(tmpdir(), 'citygraph-test-'))
  const own = { ...embeddedKeys(folder, readConfig({ CITYGRAPH_FOLDER: folder })), ids: [PAIR_KEY] }
  const core = { classification, engine, clock, logger: createLogger('silent'), openFiles: [], readOpen: rememberingReader(), leaves: processLeaves(), close: () => undefined }
  const addresses = asCityDatabases({ ...databases, governance: await governanceDatabase(), audit }, folder)
  const isAccess = (record: LogRecord): record is AccessRecord => 'entries' in record
  for (const domain of domains) {
    const records = { compiled: [] as AccessRecord[], plain: [] as AccessRecord[] }
    const open = (executor: 'compiled' | 'apollo', kept: AccessRecord[]): Open<Subgraph> =>
      openSubgraph(domain, core, addresses, own, {
        executor,
        wrap: (log) => ({
          ...log,
          append: (all) => (kept.push(...all.filter(isAccess)), log.append(all)),
          refused: (all) => (kept.push(...all.filter(isAccess)), log.refused(all)),
        }),
      })
    departments.set(domain, { compiled: open('compiled', records.compiled), plain: open('apollo', records.plain), records })
  }
  const columns = [
    ['population', 'pop_person', 'pid'], ['enterprises', 'ent_base', 'uscc'], ['credit', 'crd_record', 'record_id'], ['licenses', 'lic_instance', 'cert_uid'], ['licenses', 'lic_catalog', 'type_code'],
    ['transport', 'trf_vehicle', 'vehicle_uid'], ['transport', 'trf_driver', 'pid'], ['transport', 'trf_metro_line', 'line_no'], ['transport', 'trf_metro_station', 'station_code'], ['transport', 'trf_road_section', 'section_id'],
  ] as const
  for (const [domain, table, column] of columns) {
    const client = new pg.Client(databases[domain].owner)
    await client.connect()
    const { rows } = await client.query<{ key: string }>(`SELECT ${column}::text AS key FROM ${table} ORDER BY md5(${column}::text) LIMIT 60`)
    keys.set(`${table}.${column}`, rows.map(({ key }) => key))
    await client.end()
  }
})
afterAll(async () => {
  for (const { compiled, plain } of departments.values()) {
    await compiled.close()
    await plain.close()
  }
})

/** Under each caller's own ids: rows that are there, those of another organisation, and nobody. */
function referencesOf(org: string): Readonly<Record<string, readonly object[]>> {
  const publicly = (type: string, column: string): readonly object[] => [
    ...(keys.get(column) ?? []).map((key, index) => ({ id: ids.encipher(index % 9 === 8 ? 'ELSEWHERE' : org, type, key) })), { id: 'x' }, {}, { id: 4 },
  ]
  const openly = (field: string, column: string): readonly object[] => [...(keys.get(column) ?? []).map((key) => ({ [field]: key })), { [field]: 'nobody' }, { [field]: null }, {}]
  return {
    Person: publicly('Person', 'pop_person.pid'), Driver: publicly('Driver', 'trf_driver.pid'), CreditRecord: publicly('CreditRecord', 'crd_record.record_id'), License: publicly('License', 'lic_instance.cert_uid'), Vehicle: publicly('Vehicle', 'trf_vehicle.vehicle_uid'),
    Enterprise: [...openly('uscc', 'ent_base.uscc'), ...(keys.get('ent_base.uscc') ?? []).map((uscc) => ({ uscc, domicileGrid: { lat: 31.235, lng: 121.475 } }))],
    LicenseType: openly('typeCode', 'lic_catalog.type_code'), MetroLine: openly('lineNo', 'trf_metro_line.line_no'), MetroStation: openly('code', 'trf_metro_station.station_code'), RoadSection: openly('sectionId', 'trf_road_section.section_id'),
  }
}

const callers = demonstrationCallers.flatMap(({ name, kind, org, roles, assurance, zone, purposes, ...more }) => {
  const pid = name === 'zhang-wei' ? { pid: linkingToken(scenarioPeople.zhangWei.idNo, LINK_KEY) } : kind === 'subject' ? { pid: randomUUID() } : {}
  const caller: Caller = { kind, org, sub: name, roles, assurance, zone, ...(more.division === undefined ? {} : { division: more.division }), ...pid }
  return [undefined, ...purposes].map((purpose) => ({ caller, ...(purpose === undefined ? {} : { purpose, caseNo: 'SH-2026-0001' }) }))
})

/** Sealed cursors are different each time. */
function comparable(answer: SubgraphAnswer): object {
  const { data, errors = [], status } = answer
  const text = JSON.stringify(data ?? null).replace(/"[A-Za-z0-9_-]{100,}"/g, '"cursor"')
  return { status, text, errors: errors.map((error) => JSON.stringify(error)).toSorted(), decisions: answer.extensions.sharing.decisions, raised: answer.extensions.sharing.raised }
}

function contents(records: readonly AccessRecord[]): readonly object[] {
  return records.map(({ id: _id, at: _at, requestId: _requestId, continues, subjects, ...same }) => ({ ...same, continued: continues !== undefined, subjects: subjects.toSorted() }))
}

describe('subgraphs, compiled and on graphql-js', () => {
  it('lets nobody in whom the gate keeps out, and gives nothing where no gate stands', async () => {
    const auditor: Caller = { kind: 'operator', org: 'OPS', sub: 'auditor', roles: ['auditor'], assurance: 3, zone: 'intranet' }
    const query = 'query($r: [_Any!]!) { people(first: 3) { nodes { id name } } person(id: "x") { id } me { id } _entities(representations: $r) { ... on Person { id name residenceRegistrations { nodes { address } } } } }'
    const variables = { r: (keys.get('pop_person.pid') ?? []).slice(0, 5).map((pid) => ({ __typename: 'Person', id: ids.encipher('OPS', 'Person', pid) })) }
    const twice = departments.get('population')
    if (twice === undefined) throw new Error('no such department')
    const issuedAt = Math.floor(Date.parse(TEST_DAY) / 1000)
    const access = { caller: auditor, bundleSequence: engine.head().sequence, issuedAt, expiresAt: issuedAt + 60, operation: { hash: 'test', singleSubject: false, fields: askedFields(twice.plain.it.schema, query) } }
    for (const { it: subgraph } of [twice.compiled, twice.plain]) {
      const { data, errors } = await subgraph.answer({ query, variables, access, requestId: randomUUID() })
      expect([errors, JSON.stringify(data)]).toEqual([undefined, JSON.stringify({ people: null, person: null, me: null, _entities: variables.r.map(() => null) })])
    }
    expect([...twice.records.compiled, ...twice.records.plain].map(({ rowCount }) => rowCount)).toEqual([0, 0])

    const ungated = buildSubgraphSchema([{ typeDefs: parse(subgraphSdl('population')), resolvers: domainResolvers('population') }])
    groupEntities(ungated)
    const pool = openPool(databases.population.query, { max: 1, domain: 'population' })
    let rows = 0
    const clock = frozenClock(TEST_DAY)
    const context: ReadContext = {
      plan: engine.plan(auditor, { singleSubject: false }), caller: auditor, org: 'OPS', parameters: { now: clock.now() }, database: pool, ids, cursors: createCursorSeal([PAIR_KEY]), clock, loaders: new Map(),
      observe: { subject: () => undefined, rows: (count) => { rows += count }, supply: () => undefined, field: () => undefined, threshold: () => undefined },
    }
    const operation = { act: false, document: parse(query, { noLocation: true }), hash: '', entries: [], fields: [] }
    const { data } = await createExecutor(ungated, 'compiled')(operation, { context, variables })
    await pool.end()
    expect(JSON.parse(JSON.stringify(data))).toEqual({ people: null, person: null, me: null, _entities: variables.r.map(() => null) })
    expect(rows).toBe(0)
  })

  for (const domain of domains) {
    it(`answers and records the same in ${domain}`, async () => {
      const twice = departments.get(domain)
      if (twice === undefined) throw new Error('no such department')
      const { schema } = twice.plain.it
      let [asked, entities, errors, rows, denied] = [0, 0, 0, 0, 0]
      for (const [index, { caller, ...occasion }] of callers.entries()) {
        const stream: Random = random(seed, domain, index)
        const references = referencesOf(caller.org)
        const known = {
          id: Object.values(references).flat().flatMap((one) => ('id' in one && typeof one.id === 'string' ? [one.id] : [])),
          uscc: keys.get('ent_base.uscc') ?? [], typeCode: keys.get('lic_catalog.type_code') ?? [], section: keys.get('trf_road_section.section_id') ?? [],
          idNo: [scenarioPeople.zhangWei.idNo], Date: ['2020-01-01'], DateTime: ['2026-03-01T08:00:00+08:00', '2026-03-01T09:00:00+08:00'], category: ['TAXI'], scheme: ['310'], Int: [3],
        }
        const operations = randomFetches(schema, stream, references, known)
        for (let n = 0; n < OPERATIONS; ) {
          const operation = operations.next()
          if (validate(schema, parse(operation.query)).length > 0) continue
          n += 1
          const issuedAt = Math.floor(Date.parse(TEST_DAY) / 1000)
          const access = {
            caller, ...occasion, bundleSequence: engine.head().sequence, issuedAt, expiresAt: issuedAt + 60,
            operation: { hash: 'test', singleSubject: stream.chance(0.5), fields: askedFields(schema, operation.query) },
          }
          const request = { ...operation, access, requestId: randomUUID() }
          const place = `seed ${seed} ${domain} ${caller.sub} ${JSON.stringify(occasion)}: ${operation.query} ${JSON.stringify(operation.variables)}`
          const before = { compiled: twice.records.compiled.length, plain: twice.records.plain.length }
          const [ours, plain] = [await twice.compiled.it.answer(request), await twice.plain.it.answer(request)]
          expect(comparable(ours), place).toEqual(comparable(plain))
          const kept = contents(twice.records.compiled.slice(before.compiled))
          expect(kept, place).toEqual(contents(twice.records.plain.slice(before.plain)))
          asked += 1
          if (operation.query.includes('_entities')) entities += 1
          errors += plain.errors?.length ?? 0
          for (const record of twice.records.plain.slice(before.plain)) rows += record.rowCount
          if (plain.extensions.sharing.decisions.some(({ decision }) => decision === 'DENIED')) denied += 1
          operations.learn(operation, plain.data)
        }
      }
      console.log(`${domain}: ${asked} operations, ${entities} of them on entities, ${errors} errors, ${rows} rows, ${denied} with denied fields`)
      expect(rows).toBeGreaterThan(asked / 4)
      expect(entities).toBeGreaterThan(asked / 5)
    }, 300_000)
  }
})
