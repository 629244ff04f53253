// Calendar rules are Shanghai's wherever a process runs: five years of a credit record, fourteen years of a minor, the last day of
// a grant, ages, top-coded birth years and hours. The product runs in one process under TZ=UTC and in one under
// TZ=America/New_York, the latter also on databases that think they are there; the answers are the same byte for byte, and right.

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { domains } from '../../core/domains.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { createPublicIds } from '../../resolvers/ids.ts'
import { matters } from '../../synthetic-city/authorities.ts'
import { scenarioOrganisations, scenarioPeople } from '../../synthetic-city/scenario.ts'
import type { ScenarioName } from '../../synthetic-city/scenario.ts'
import type { Answered, Job, Question } from '../support/ask-once.ts'
import { editedPolicies } from '../support/edited-policies.ts'
import { LINK_KEY } from '../support/loaded-city.ts'
import { asCityDatabases, runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'
import { callers } from '../support/use-cases.ts'

const PAIR_KEY = 'test-pair-key-v1'
const ids = createPublicIds([new TextEncoder().encode(PAIR_KEY)])
const idFor = (org: string, name: ScenarioName): string => ids.encipher(org, 'Person', linkingToken(scenarioPeople[name].idNo, LINK_KEY))

const owner = { caller: 'psb-officer', purpose: 'PSB-0001', caseNo: 'PSB-2026-0001' }
const about = (label: string, name: ScenarioName, org: string, how: Omit<Question, 'label' | 'query'>, fields: string): Question => ({
  label,
  query: `query ($person: ID!) { person(id: $person) { ${fields} } }`,
  ...how,
  variables: { person: idFor(org, name) },
})

const questions: readonly Question[] = [
  {
    label: 'five years',
    query: 'query ($uscc: String!, $matter: String!) { creditCheck(uscc: $uscc, matterCode: $matter) { recordCount } }',
    ...callers.creditCheck,
    variables: { uscc: scenarioOrganisations.e1.uscc, matter: matters.roadTransport },
  },
  about('born 2012-03-01', 'zhaoYiming', 'AMR', callers.startBusiness, 'name birthDate'),
  about('born 2012-03-02', 'qianYiming', 'AMR', callers.startBusiness, 'name birthDate'),
  about('born 2000-02-29', 'chen', 'PSB', owner, 'age ageBand birthDate'),
  about('born 1936-12-31', 'simaGuangming', 'EDU', callers.enrolment, 'birthDate'),
  about('born 1937-01-01', 'ayiguli', 'EDU', callers.enrolment, 'birthDate'),
  about('violation 2026-02-14T08:47:12+08:00', 'simaGuangming', 'TRANS', callers.admission, 'driver { violations { nodes { occurredAt } } }'),
  { label: 'around ten', query: '{ trafficFlow(section: "SH-0001", from: "2026-03-01T09:44:00+08:00", to: "2026-03-01T01:56:00Z") { nodes { at } } }' },
]

const instants = {
  before1March: '2026-02-28T15:59:59Z',
  utcTrap: '2026-02-28T16:30:00Z',
  before2March: '2026-03-01T15:59:59Z',
  on2March: '2026-03-01T16:00:00Z',
  lastSecondOfGrant: '2026-06-30T23:59:59+08:00',
  afterGrant: '2026-07-01T00:00:00+08:00',
  newYearsEve: '2026-12-31T15:59:59Z',
  newYear: '2026-12-31T16:00:00Z',
} as const

let city: RunningCity
let job: Job
const outputs = new Map<string, { readonly answers: string; readonly zone: string }>()

async function askUnder(zone: string): Promise<{ readonly answers: string; readonly zone: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/support/ask-once.ts'], { env: { ...process.env, TZ: zone, PGTZ: zone }, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(JSON.stringify(job))
  const [answers, said, code] = await Promise.all([text(child.stdout), text(child.stderr), new Promise((resolve) => child.on('close', resolve))])
  if (code !== 0) throw new Error(`the process ended with ${String(code)}: ${said}`)
  return { answers, zone: said.trim() }
}

async function asSuperuser(run: (client: pg.Client, name: string) => Promise<unknown>): Promise<void> {
  for (const domain of domains) {
    const { superuserUrl, name } = city.databases[domain]
    const client = new pg.Client({ connectionString: superuserUrl })
    await client.connect()
    try {
      await run(client, pg.escapeIdentifier(name))
    } finally {
      await client.end()
    }
  }
}

const answered = (at: string, label: string): unknown => {
  const lines: Answered[] = (outputs.get('UTC')?.answers ?? '').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line))
  const found = lines.find((line) => line.at === at && line.label === label)
  if (found === undefined || found.errors !== undefined) throw new Error(`no answer to ${label}: ${JSON.stringify(found)}`)
  return found.data
}

beforeAll(async () => {
  city = await runningCity({ own: true })
  const client = new pg.Client(city.databases.population.owner)
  await client.connect()
  await client.query('UPDATE pop_person SET birth_date = $2 WHERE id_no = $1', [scenarioPeople.simaGuangming.idNo, '1936-12-31'])
  await client.query('UPDATE pop_person SET birth_date = $2 WHERE id_no = $1', [scenarioPeople.ayiguli.idNo, '1937-01-01'])
  await client.end()
  // No registered grant serves the hour of a violation, and none reaches over New Year; this bundle's do.
  const policies = editedPolicies({
    'grants/trans-0802.yaml': (grant) =>
      grant.replace('Driver.violationCount]', 'Driver.violationCount, Driver.violations]').replace('Driver.firstIssuedOn]', 'Driver.firstIssuedOn, TrafficViolation.occurredAt]'),
    'grants/edu-0701.yaml': (grant) => grant.replace('validFrom: 2025-12-01', 'validFrom: 2026-02-01').replace('validTo: 2026-11-30', 'validTo: 2027-01-31'),
  })
  const { serving, owners, records, auditOwner, auditReader, logs, follower } = asCityDatabases(city.databases, '')
  job = {
    databases: { serving, owners, records, auditOwner, auditReader, logs, follower },
    keys: { link: LINK_KEY, ids: PAIR_KEY },
    policies,
    instants: Object.values(instants),
    questions,
  }
  for (const zone of ['UTC', 'America/New_York']) {
    await asSuperuser((one, name) => one.query(`ALTER DATABASE ${name} SET timezone = ${pg.escapeLiteral(zone)}`))
    outputs.set(zone, await askUnder(zone))
  }
}, 300_000)
afterAll(async () => {
  await city.stop()
})

it('answers byte for byte the same in New York as in UTC', () => {
  const [utc, newYork] = [outputs.get('UTC'), outputs.get('America/New_York')]
  expect([utc?.zone, newYork?.zone]).toEqual([expect.stringContaining('UTC0'), expect.stringContaining('UTC-5')])
  expect(utc?.answers.trim().split('\n')).toHaveLength(questions.length * Object.keys(instants).length)
  expect(newYork?.answers).toBe(utc?.answers)
})

describe('and rightly', () => {
  const { before1March, utcTrap, before2March, on2March, lastSecondOfGrant, afterGrant, newYearsEve, newYear } = instants

  it.each([[before1March, 2], [utcTrap, 2], [before2March, 2], [on2March, 1]])('at %s E1 has %i records within five years', (at, recordCount) => {
    expect(answered(at, 'five years')).toEqual({ creditCheck: { recordCount } })
  })

  const nobody = { person: null }
  it.each([
    [before1March, nobody, nobody],
    [utcTrap, { person: { name: '赵一鸣', birthDate: '2012' } }, nobody],
    [before2March, { person: { name: '赵一鸣', birthDate: '2012' } }, nobody],
    [on2March, { person: { name: '赵一鸣', birthDate: '2012' } }, { person: { name: '钱一鸣', birthDate: '2012' } }],
  ])('at %s those born on 1 and 2 March 2012 are served as %j and %j', (at, first, second) => {
    expect(answered(at, 'born 2012-03-01')).toEqual(first)
    expect(answered(at, 'born 2012-03-02')).toEqual(second)
  })

  it.each([[before1March, 25], [utcTrap, 26], [on2March, 26]])('at %s somebody born on a leap day is %i', (at, age) => {
    expect(answered(at, 'born 2000-02-29')).toEqual({ person: { age, ageBand: '20-29', birthDate: '2000-02-29' } })
  })

  // By years, not by days: the day on which the mask changed would be the birthday (docs/masking.md).
  it.each([
    [before1March, '≤1936', '1937'],
    [newYearsEve, '≤1936', '1937'],
    [newYear, '≤1937', '≤1937'],
  ])('at %s the years of those born on either side of New Year 1937 are masked as %s and %s', (at, first, second) => {
    expect(answered(at, 'born 1936-12-31')).toEqual({ person: { birthDate: first } })
    expect(answered(at, 'born 1937-01-01')).toEqual({ person: { birthDate: second } })
  })

  it('a grant holds to the last second of its last day', () => {
    expect(answered(lastSecondOfGrant, 'born 2012-03-01')).toEqual({ person: { name: '赵一鸣', birthDate: '2012' } })
    expect(answered(afterGrant, 'born 2012-03-01')).toEqual({ person: { name: '赵**', birthDate: null } })
  })

  it('an hour is Shanghai’s', () => {
    expect(answered(utcTrap, 'violation 2026-02-14T08:47:12+08:00')).toEqual({ person: { driver: { violations: { nodes: [{ occurredAt: '2026-02-14T08+08:00' }] } } } })
  })

  it('instants are compared as instants, in whatever offset they are written', () => {
    expect(answered(utcTrap, 'around ten')).toEqual({ trafficFlow: { nodes: ['45', '50', '55'].map((minute) => ({ at: `2026-03-01T09:${minute}:00+08:00` })) } })
  })
})
