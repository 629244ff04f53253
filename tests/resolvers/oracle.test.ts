// What SQL serves against what Cedar says, cell by cell: the officers' bundle, demonstration callers, sampled rows of a loaded city.
// Cedar is asked on the concrete row with attributes computed in TypeScript; the statement under test is the one that serves.
// SEED chooses callers and rows; SHARE=1 asks for all callers (two minutes).

import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { frozenClock, shanghaiDay } from '../../core/clock.ts'
import { domains, type Domain } from '../../core/domains.ts'
import { demonstrationCallers } from '../../gateway/demonstration-callers.ts'
import { createCedarOracle, type CedarOracle } from '../../policy-engine/cedar-oracle.ts'
import type { AccessPlan, Caller, Occasion } from '../../policy-engine/decision.ts'
import { createPolicyEngine, type PolicyEngine } from '../../policy-engine/engine.ts'
import type { Action, Situation } from '../../policy-engine/environment.ts'
import { inForce } from '../../policy-engine/grants.ts'
import { cell } from '../../resolvers/cell.ts'
import { domainEntities } from '../../resolvers/domain-resolvers.ts'
import { own, type Entity } from '../../resolvers/entity.ts'
import { kept } from '../../resolvers/formats.ts'
import { predicate } from '../../resolvers/predicates.ts'
import { readClassification } from '../../schema/classification.ts'
import { allSubgraphSdl } from '../../schema/load.ts'
import { clear, masked } from '../support/hand-made-plan.ts'
import { loadedDatabase } from '../support/loaded-city.ts'
import { rawTypes, type RawRow, type RawType } from '../support/raw-attributes.ts'
import { NOW, overDatabase, type ResolverCity } from '../support/resolver-city.ts'
import { theScenario } from '../support/scenario-city.ts'
import { compileAndRun } from '../support/run-sql.ts'

const SEED = Number(process.env['SEED'] ?? 20260301)
const SHARE = Number(process.env['SHARE'] ?? 8)
const ROWS = 4
const classification = readClassification(allSubgraphSdl())
const clock = frozenClock(NOW)
const today = shanghaiDay(clock.now())
const { people } = theScenario()

let engine: PolicyEngine
let oracle: CedarOracle
const cities = new Map<Domain, ResolverCity>()
const judged = { cells: 0, clear: 0, masked: 0 }

beforeAll(async () => {
  console.info(`oracle seed ${SEED}`)
  engine = await createPolicyEngine({ directory: 'policies', classification, clock })
  oracle = createCedarOracle(engine.bundle().policies)
  for (const domain of domains) cities.set(domain, overDatabase(domain, await loadedDatabase(domain, 400)))
})
afterAll(async () => {
  for (const city of cities.values()) await city.close()
  console.info(`oracle: ${judged.cells} cells, ${judged.clear} clear, ${judged.masked} masked`)
  expect(judged.clear).toBeGreaterThan(500)
  expect(judged.masked).toBeGreaterThan(5)
})

type Asker = { readonly caller: Caller; readonly occasion: Occasion }

/** Every caller with the first and the last of their purposes, with a case number and without any. */
function askers(): readonly Asker[] {
  const pids: Readonly<Record<string, string>> = { 'zhang-wei': people.zhangWei.pid, ayiguli: people.ayiguli.pid }
  const known = demonstrationCallers.filter(({ name }) => name !== 'second-officer').flatMap(({ name, kind, org, roles, division, assurance, zone, purposes }) => {
    const pid = pids[name]
    const caller: Caller = { kind, org, sub: name, roles, assurance, zone, ...(division === undefined ? {} : { division }), ...(pid === undefined ? {} : { pid }) }
    const full = [...new Set([purposes[0], purposes.at(-1)])].map((purpose) => ({ singleSubject: true, caseNo: 'CASE-000001', authorizationRef: 'AUTH-1', ...(purpose === undefined ? {} : { purpose }) }))
    return [{ singleSubject: false }, ...full].map((occasion) => ({ caller, occasion }))
  })
  return [...known, { caller: { kind: 'public', org: 'PUBLIC', sub: 'public', roles: [], assurance: 1, zone: 'mainland' }, occasion: { singleSubject: false } }]
}

/** Each type has its own share of the callers, so that together they ask for everything. */
function chosen(type: string): readonly Asker[] {
  const at = rawTypes.findIndex((raw) => raw.type === type)
  return askers().filter((_, index) => (index + at + SEED) % SHARE === 0)
}

describe.each(rawTypes.map((raw) => [raw.type, raw] as const))('%s', (_type, raw) => {
  test('serves each cell as Cedar decides it on that row', async () => {
    const city = cities.get(raw.domain)
    const entity = domainEntities(raw.domain).find(({ type }) => type === raw.type)
    if (city === undefined || entity === undefined) throw new Error('not bound')
    const rows = await drizzle(city.pool).select().from(raw.table).where(sql`NOT is_deleted`).orderBy(sql`md5(${sql.identifier(columnOf(raw))}::text || ${String(SEED)})`).limit(ROWS)
    expect(rows.length).toBeGreaterThan(0)
    for (const asker of chosen(raw.type)) await judge(city, entity, { raw, rows, asker })
  })
})

async function judge(city: ResolverCity, entity: Entity, { raw, rows, asker }: { raw: RawType; rows: readonly RawRow[]; asker: Asker }): Promise<void> {
  const plan = engine.plan(asker.caller, asker.occasion)
  const fields = classification.fieldsOf(raw.domain).filter(({ type, field, derivedFrom, declassifier }) =>
    type === raw.type && own(entity.relations, field) === undefined && (derivedFrom.length === 0 || declassifier !== undefined))
  const cells = (under: (field: string) => AccessPlan) => fields.map(({ field }) => cell(field, { entity, classification, plan: under(field) }) ?? sql`NULL`)
  const forced = (field: string, decision: typeof clear): AccessPlan => ({ ...plan, field: (type, name) => (type === raw.type && name === field ? decision : plan.field(type, name)) })
  const columns = [
    kept(entity.tieBreaker?.value ?? sql`NULL`),
    sql`(${predicate(plan.rows(raw.type), entity.attributes)}) IS TRUE`,
    ...cells(() => plan),
    ...cells((field) => forced(field, clear)),
    ...cells((field) => forced(field, masked)),
  ]
  const keys = rows.map((row) => String(row[raw.key]))
  const found = await compileAndRun(city.pool, sql`SELECT ${sql.join(columns, sql`, `)} FROM ${entity.from} WHERE (${entity.tieBreaker?.value})::text = ANY(${sql.param(keys)}::text[])`, { now: NOW, pid: asker.caller.pid, ...asker.occasion })
  const served = new Map(found.map((values) => [String(values[0]), values]))
  for (const row of rows) {
    const values = served.get(String(row[raw.key])) ?? []
    const attributes = raw.attributes(row, today)
    const allows = (action: Action, coordinate: string): boolean => cedarAllows(asker, action, coordinate, attributes)
    const facts = { type: raw.type, key: row[raw.key], caller: asker.caller.sub, ...asker.occasion }
    expect({ ...facts, sees: values[1] }).toEqual({ ...facts, sees: allows('see', raw.type) })
    for (const [index, { field, mask }] of fields.entries()) {
      const [actual, whole, hidden] = [0, 1, 2].map((part) => values[2 + part * fields.length + index])
      const coordinate = `${raw.type}.${field}`
      const isClear = allows('read', coordinate)
      const isMasked = !isClear && mask !== 'REDACT' && allows('readMasked', coordinate)
      expect({ ...facts, field, value: actual }).toEqual({ ...facts, field, value: isClear ? inText(whole, actual) : isMasked ? hidden : null })
      judged.cells += 1
      judged.clear += isClear ? 1 : 0
      judged.masked += isMasked ? 1 : 0
    }
  }
}

function cedarAllows({ caller, occasion }: Asker, action: Action, coordinate: string, attributes: ReturnType<RawType['attributes']>): boolean {
  const bundle = engine.bundle()
  const found = bundle.subjects.get(coordinate)
  if (found === undefined) throw new Error(`${coordinate} is unknown`)
  const now = clock.now().getTime()
  const situation: Situation = {
    caller,
    occasion,
    purposeOrganisations: occasion.purpose === undefined ? [] : (bundle.purposes.get(occasion.purpose)?.organisations ?? []),
    minorsApproved: [...bundle.grants.values()].some((grant) => grant.minorsApproved === true && grant.org === caller.org && grant.purpose === occasion.purpose && inForce(grant, now)),
    now,
  }
  return oracle.allows({ situation, action, ...found }, attributes)
}

/** A clear number stands as text where another row's cell is masked. */
function inText(whole: unknown, actual: unknown): unknown {
  return typeof actual === 'string' && (typeof whole === 'number' || typeof whole === 'boolean') ? String(whole) : whole
}

function columnOf({ table, key }: RawType): string {
  const column = Reflect.get(table, key) as { name: string }
  return column.name
}
