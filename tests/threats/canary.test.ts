// Canary: every L3 and L4 column holds a marker; random operations over the whole graph by callers without rights to them never bring
// a marker back, in no encoding and on no surface: data, errors, extensions, cursors, ids, headers, logs, metrics, access records.
// Callers with masked rights never get one whole. Who may see what is written down here by DOMAIN 2.4, not asked of the engine.

import { buildClientSchema, getIntrospectionQuery } from 'graphql'
import type { GraphQLSchema, IntrospectionQuery } from 'graphql'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPublicIds } from '../../resolvers/ids.ts'
import type { Classification } from '../../schema/classification.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { random } from '../../synthetic-city/random.ts'
import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import { groups, markCity } from '../support/canary-marks.ts'
import type { Marks, Sighting } from '../support/canary-marks.ts'
import { send } from '../support/gateway-city.ts'
import { LINK_KEY } from '../support/loaded-city.ts'
import { randomOperations } from '../support/random-operations.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

const seed = Number(process.env['CANARY_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** For each caller, beside the ways and edges below; tests/long and a hunt by hand set more. */
const OPERATIONS = Number(process.env['CANARY_OPERATIONS'] ?? 6)
const ownPid = linkingToken(scenarioPeople.zhangWei.idNo, LINK_KEY)

let city: RunningCity
let classification: Classification
let schema: GraphQLSchema
let marks: Marks
let pids: ReadonlySet<string>
/** Access records named by the answers to everything asked below. */
let recorded = 0

beforeAll(async () => {
  console.log(`canary seed ${seed}`)
  city = await runningCity({ own: true })
  classification = city.city.core.classification
  // Before the numbers change: a citizen's token comes from the number of the scenario.
  await city.token('zhang-wei')
  marks = await markCity(city, classification, ownPid)
  schema = buildClientSchema((await city.ask(getIntrospectionQuery())).data as IntrospectionQuery)
  const client = new pg.Client(city.databases.population.owner)
  await client.connect()
  pids = new Set((await client.query<{ pid: string }>('SELECT pid FROM pop_person')).rows.map(({ pid }) => pid))
  await client.end()
})
afterAll(async () => {
  await city.stop()
})

type Rights = (coordinate: string, group: number) => boolean
type Watched = {
  readonly who: string
  readonly org: string
  readonly headers: () => Promise<Record<string, string>>
  /** May come whole: CLEAR by DOMAIN 2.4 or a grant. */
  readonly clear: Rights
  /** May come masked, so that a part of the marker is no fault. */
  readonly masked: Rights
  /** May learn ids of persons that are not its own. */
  readonly people: boolean
}

const as = (caller: string, more: Record<string, string> = {}) => async (): Promise<Record<string, string>> => ({ authorization: `Bearer ${await city.token(caller)}`, ...more })
const by = (claims: Record<string, unknown>, more: Record<string, string> = {}) => async (): Promise<Record<string, string>> => ({ authorization: `Bearer ${await signedToken(city, { claims })}`, ...more })
const nothing: Rights = () => false
/** Published by law: the domicile that is no home, and figures that the enterprise disclosed. */
const published: Rights = (coordinate, group) => group === groups.published && (coordinate === 'Enterprise.domicile' || coordinate.startsWith('AnnualReport.'))
/** L3 shared unconditionally: masked to every department. */
const shared: Rights = (coordinate) => ['Person.name', 'EnterpriseChange.before', 'EnterpriseChange.after'].includes(coordinate)
const official: Rights = (coordinate, group) => published(coordinate, group) || (group === groups.published && ['License.certNo', 'License.holderName'].includes(coordinate))
const owned = (org: string): Rights => (coordinate) => {
  const [type = '', field = ''] = coordinate.split('.')
  return classification.field(type, field)?.owner === org || (coordinate.includes('(') && classification.type(type)?.classification.owner === org)
}
const either = (...rights: readonly Rights[]): Rights => (coordinate, group) => rights.some((right) => right(coordinate, group))
const of = (...coordinates: readonly string[]): Rights => (coordinate) => coordinates.includes(coordinate)
const within = (group: number, right: Rights): Rights => (coordinate, its) => (its === group || its === groups.own) && right(coordinate, its)

const purpose = (code: string): Record<string, string> => ({ 'x-purpose': code, 'x-case-no': 'SH-2026-0001' })

const watched: readonly Watched[] = [
  { who: 'the public', org: 'PUBLIC', headers: async () => ({}), clear: published, masked: nothing, people: false },
  { who: 'a partner without grant', org: 'NAV-B', headers: as('nav-b'), clear: published, masked: nothing, people: false },
  { who: 'a partner with a grant', org: 'BANK-A', headers: as('bank-a', { 'x-purpose': 'BANK-0602' }), clear: published, masked: nothing, people: false },
  { who: 'a partner with a grant and an authorisation', org: 'BANK-A', headers: as('bank-a', { 'x-purpose': 'BANK-0602', 'x-authorization-ref': 'AUTH-2026-0007' }), clear: published, masked: nothing, people: false },
  { who: 'an auditor', org: 'OPS', headers: as('auditor'), clear: nothing, masked: nothing, people: false },
  { who: 'a department without grant', org: 'STAT', headers: by({}), clear: official, masked: shared, people: true },
  { who: 'a department abroad', org: 'STAT', headers: by({ zone: 'abroad' }), clear: nothing, masked: nothing, people: false },
  { who: 'an owner without purpose', org: 'PSB', headers: as('psb-officer'), clear: official, masked: shared, people: true },
  { who: 'an approval clerk', org: 'APPR', headers: as('appr-clerk', purpose('APPR-0102')), clear: official, masked: either(shared, of('AdministrativePenalty.facts', 'SeriousListing.reason')), people: true },
  { who: 'a district office', org: 'DIST', headers: as('huangpu-investment', purpose('DIST-0601')), clear: either(official, within(groups.district, of('CreditRating.score'))), masked: (coordinate, group) => group !== groups.other && shared(coordinate, group), people: true },
  { who: 'a citizen', org: 'CITIZEN', headers: as('zhang-wei'), clear: (coordinate, group) => (group === groups.own && coordinate !== 'DriverQualification.backgroundDetail') || published(coordinate, group), masked: (_coordinate, group) => group === groups.own, people: false },
  { who: 'an official who starts businesses', org: 'AMR', headers: as('amr-officer', purpose('AMR-0001')), clear: either(official, owned('AMR'), of('Person.name')), masked: either(shared, of('Person.idNo', 'Person.birthDate', 'any date')), people: true },
  { who: 'an official who admits drivers', org: 'TRANS', headers: as('trans-officer', purpose('TRANS-0802')), clear: either(official, owned('TRANS'), of('Person.name', 'Driver.points'), (coordinate, group) => coordinate === 'Vehicle.plateNo' && group === groups.published), masked: either(shared, of('Person.idNo', 'Driver.firstIssuedOn', 'any date')), people: true },
  { who: 'a school clerk', org: 'EDU', headers: as('edu-clerk', purpose('EDU-0701')), clear: either(official, of('Person.name')), masked: either(shared, of('Person.birthDate', 'any date')), people: true },
]

/** The text as it is, with escapes undone, and everything that could be base64 or hexadecimal decoded. */
function readings(text: string): string {
  const unescaped = text.replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  const decoded = (text.match(/[A-Za-z0-9+/_-]{16,}={0,2}/g) ?? [])
    .flatMap((token) => [Buffer.from(token, 'base64'), ...(token.startsWith('1') ? [Buffer.from(token.slice(1), 'base64')] : []), ...(/^[0-9a-f]+$/i.test(token) ? [Buffer.from(token, 'hex')] : [])])
    .map((bytes) => bytes.toString('utf8'))
    // Random bytes are no UTF-8, and among many of them a single sign stands by chance; a whole word does not.
    .map((read) => (read.includes('\ufffd') ? read.replace(/[\ue000-\uf8ff](?!CANARY)/g, '') : read))
  let url = ''
  if (text.includes('%E') || text.includes('%e')) url = decodeURIComponent(text.replace(/%(?![0-9a-fA-F]{2})/g, ''))
  return [text, unescaped, url, ...decoded].join('\n')
}

function faults({ clear, masked }: Watched, text: string): readonly Sighting[] {
  const seen = marks.sightings(readings(text))
  const allowed = (one: Sighting): boolean => clear(one.coordinate, one.group) || (!one.whole && masked(one.coordinate, one.group))
  // "CANARY" alone says nothing of where it comes from; a sighting of its column says more.
  const placed = seen.filter(({ coordinate }) => coordinate !== 'any text')
  const rest = placed.length > 0 ? placed : seen
  return rest.filter((one) => !allowed(one))
}

const tokens = (text: string): ReadonlySet<string> => new Set(text.match(/(?<![A-Za-z0-9_-])1[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])/g) ?? [])
const uuids = (text: string): readonly string[] => text.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? []

async function watch(one: Watched, operations: number): Promise<{ readonly codes: Record<string, number>; readonly answered: number }> {
  const made = randomOperations(schema, random(seed, one.who), {
    uscc: ['91310199MA1K0T2A0A', '91310199MA1K0T3B5G', '92310199MA1K0T4CXE'], idNo: marks.idNos, name: ['张伟', '李娜', 'CANARY'], division: ['310101', '310115', '31'], scheme: ['PEN', 'MED'],
    minMonths: [1, 12, 24], category: ['TAXI', 'RIDE_HAILING'], matterCode: ['M1'], section: ['S0001'], from: ['2026-02-28T00:00:00+08:00'], to: ['2026-02-28T12:00:00+08:00'], identifier: [], certNo: ['91310199MA1K0T2A0A'],
    Date: ['1990-01-01', '1700-01-01', '2020-05-05'], DateTime: ['2026-02-28T00:00:00+08:00'],
  })
  const ids = createPublicIds(city.keys.ids)
  const codes: Record<string, number> = {}
  let answered = 0
  const headers = await one.headers()
  const asked = [...ways.map(([, way]) => way), ...edges].map(spelt)
  for (let done = 0; done < operations + asked.length; done += 4) {
    const batch = done < asked.length ? asked.slice(done, done + 4).map((query) => ({ query, variables: {} })) : Array.from({ length: 4 }, () => made.next())
    const replies = await Promise.all(batch.map((operation) => send(`${city.url}/graphql`, 'POST', operation, headers)))
    for (const [at, reply] of replies.entries()) {
      const operation = batch[at]
      if (operation === undefined) throw new Error('a reply without operation')
      const surface = `${reply.text}\n${JSON.stringify({ ...reply.headers, 'content-length': '' })}`
      const where = `${one.who}, seed ${seed}: ${operation.query} ${JSON.stringify(operation.variables)}`
      expect(faults(one, surface), `${where}\n${reply.text}`).toEqual([])
      for (const id of tokens(surface)) {
        const found = ['Person', 'Driver'].flatMap((type) => ids.decipher(one.org, type, id)).filter((pid) => pids.has(pid))
        if (!one.people) expect(found.filter((pid) => one.org !== 'CITIZEN' || pid !== ownPid), `${where}\nid of a person`).toEqual([])
      }
      expect(uuids(surface).filter((uuid) => pids.has(uuid)), where).toEqual([])
      for (const { extensions } of reply.body.errors ?? []) {
        codes[extensions.code] = (codes[extensions.code] ?? 0) + 1
        expect(['NOT_FILTERABLE', 'BAD_USER_INPUT', 'TOO_COSTLY'], `${where}\n${reply.text}`).toContain(extensions.code)
      }
      if (done < asked.length) expect(reply.status, where).toBe(200)
      if (reply.status === 200) answered += 1
      recorded += reply.body.extensions.sharing.records.length
      made.learn(operation, reply.body.data)
    }
  }
  return { codes, answered }
}

/** Ways to every marked type, and who owns what stands there; `Type*` is all its leaves. */
const ways: readonly (readonly [() => Promise<Record<string, string>>, string])[] = [
  [as('psb-officer', purpose('PSB-0001')), 'people(first: 40) { nodes { Person* household { Household* members { nodes { HouseholdMember* } } } residenceRegistrations { nodes { ResidenceRegistration* } } guardianships { nodes { Guardianship* } } } }'],
  [as('amr-officer', purpose('AMR-0002')), 'enterprises(first: 30) { nodes { Enterprise* changes { nodes { EnterpriseChange* } } annualReports { nodes { AnnualReport* } } } }'],
  [as('credit-officer', purpose('CREDIT-0001')), 'creditRecords(first: 100) { nodes { CreditRecord* penalty { AdministrativePenalty* } seriousListing { SeriousListing* } judgmentDebtor { JudgmentDebtor* } objections { nodes { CreditObjection* } } } }'],
  [as('credit-officer', purpose('CREDIT-0001')), 'creditRecords(first: 100, orderBy: [DECIDED_ON_ASC], where: { kind: { eq: ADMIN_PENALTY } }) { nodes { objections { nodes { CreditObjection* } } } }'],
  [as('credit-officer', purpose('CREDIT-0001')), 'enterprises(first: 20) { nodes { creditRating { CreditRating* } } }'],
  [as('bdc-officer', purpose('BDC-0001')), 'licenses(first: 100) { nodes { License* items { nodes { LicenseItem* } } useLogs { nodes { LicenseUse* } } } }'],
  [as('tpb-officer', purpose('TPB-0001')), 'vehicles(first: 100) { nodes { Vehicle* violations { nodes { TrafficViolation* } } } }'],
  [as('tpb-officer', purpose('TPB-0001')), 'people(first: 60) { nodes { driver { Driver* } } }'],
  [as('trans-officer', purpose('TRANS-0001')), 'roadSections { nodes { RoadSection* } }'],
  [by({ org: 'CITIZEN', kind: 'subject', roles: [], assurance: 3, pid: linkingToken(scenarioPeople.ouyangJingyi.idNo, LINK_KEY) }), 'me { Person* household { Household* members { nodes { HouseholdMember* } } } socialInsurances { nodes { SocialInsurance* employer { uscc } } } }'],
]

/** More ways, over the edges. */
const edges: readonly string[] = [
  'enterprises(first: 5, where: { status: { eq: "1" } }) { nodes { Enterprise* legalRepresentative { id Person* driver { id Driver* } licenses { nodes { id License* } } vehicles { nodes { id Vehicle* } } } shareholders(first: 3) { nodes { Shareholder* holderPerson { id Person* } } } keyPersons(first: 3) { nodes { KeyPerson* person { id Person* } } } } }',
  'enterprises(first: 10) { nodes { licenses { nodes { id License* holder { id Person* } items { nodes { LicenseItem* } } useLogs { nodes { LicenseUse* } } } } vehicles { nodes { id Vehicle* owner { id Person* } violations { nodes { TrafficViolation* } } } } } }',
  'people(first: 20) { nodes { id Person* positions { nodes { KeyPerson* } } creditRecords { nodes { id CreditRecord* judgmentDebtor { JudgmentDebtor* } } } driver { id Driver* violations { nodes { TrafficViolation* } } qualifications { nodes { DriverQualification* employer { uscc } } } } } }',
  'people(first: 20) { nodes { household { members { nodes { HouseholdMember* person { id Person* } } } } guardianships { nodes { guardian { id Person* } } } socialInsurances { nodes { SocialInsurance* employer { uscc } } } } }',
  'me { id Person* creditRecords { nodes { CreditRecord* } } licenses { nodes { id License* items { nodes { LicenseItem* } } useLogs { nodes { LicenseUse* } } } } vehicles { nodes { id Vehicle* violations { nodes { TrafficViolation* } } } } positions { nodes { KeyPerson* person { id Person* } } } household { members { nodes { person { id Person* } } } } }',
]

const spelt = (way: string): string => `{ ${way.replace(/(\w+) \{ nodes/g, '$1(first: 5) { nodes').replace(/(\w+)\*/g, (_, type: string) => leaves(type))} }`
const leaves = (type: string): string => classification.fields().filter((field) => field.type === type && classification.type(field.returns.named) === undefined).map(({ field }) => field).join(' ')

describe('the canaries', () => {
  it('stand in every L3 and L4 column', () => {
    expect([...marks.unmarked].sort()).toEqual([
      // Computed from marked columns.
      'Driver.licenseNo', 'Driver.violationCount', 'Person.age', 'Person.ageBand',
      // Truth values have no room for a marker.
      'DriverQualification.backgroundPassed', 'TrafficViolation.handled', 'TrafficViolation.paid',
    ].sort())
    expect(marks.coordinates.length).toBeGreaterThan(70)
  })

  it('are seen by those who may see them, so that the watch is awake', async () => {
    const seen = new Set<string>()
    for (const [headers, way] of ways) {
      const query = spelt(way)
      const reply = await send(`${city.url}/graphql`, 'POST', { query }, await headers())
      expect(reply.body.errors, query).toBeUndefined()
      for (const sighting of marks.sightings(reply.text)) if (sighting.whole) seen.add(sighting.coordinate)
    }
    const missed = marks.coordinates.filter((name) => !seen.has(name) && !name.includes('('))
    console.log(`seen by owners: ${seen.size} of ${marks.coordinates.length}; not: ${missed.join(' ')}`)
    expect(missed.length).toBeLessThanOrEqual(6)
  })
})

describe('random operations over the whole graph never bring a canary', () => {
  for (const one of watched) {
    it(`to ${one.who}`, async () => {
      const { answered, codes } = await watch(one, OPERATIONS)
      console.log(`${one.who}: ${answered} of ${OPERATIONS} answered, ${JSON.stringify(codes)}`)
      expect(answered).toBeGreaterThan(OPERATIONS * 0.7)
    }, 600_000)
  }

  it('and none is in logs, metrics or access records', async () => {
    expect(marks.sightings(readings(city.log()))).toEqual([])
    expect(marks.sightings(readings((await send(`${city.url}/metrics`, 'GET', undefined)).text))).toEqual([])
    const client = new pg.Client(city.databases.audit.owner)
    await client.connect()
    const { rows } = await client.query<{ leaf: string }>(`SELECT convert_from(leaf, 'UTF8') AS leaf FROM audit.record`)
    await client.end()
    expect(recorded).toBeGreaterThan(100)
    expect(rows.length).toBeGreaterThanOrEqual(recorded)
    const leaves = rows.map(({ leaf }) => leaf).join('\n')
    expect(marks.sightings(readings(leaves))).toEqual([])
    for (const text of [leaves, city.log()]) expect(uuids(text).filter((uuid) => pids.has(uuid))).toEqual([])
  })
})
