// The same city run compiled and on Apollo's and graphql-js's own path: every question of the tests and random ones answered alike,
// byte for byte, with access records that say the same.

import { buildClientSchema, getIntrospectionQuery, isObjectType } from 'graphql'
import type { IntrospectionQuery } from 'graphql'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fiveDomainQuery } from '../../bench/five-domain-query.ts'
import { createPublicIds } from '../../resolvers/ids.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { random } from '../../synthetic-city/random.ts'
import { scenarioOrganisations, scenarioPeople } from '../../synthetic-city/scenario.ts'
import { askedPeople, askingCallers, askings } from '../support/askings.ts'
import { LINK_KEY } from '../support/loaded-city.ts'
import { takeAway, giveBack } from '../support/outage.ts'
import { randomOperations } from '../support/random-operations.ts'
import { driverAdmission, enterprise360, schoolChild, startBusiness } from '../support/use-cases.ts'
import { patiently } from '../support/patiently.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, Asked, RunningCity } from '../support/running-city.ts'

const seed = Number(process.env['EQUAL_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const OPERATIONS = Number(process.env['EQUAL_OPERATIONS'] ?? 20)

let compiled: RunningCity
let apollo: RunningCity
let audit: pg.Client
beforeAll(async () => {
  console.log(`equal seed ${seed}`)
  compiled = await runningCity({ own: true, executor: 'compiled' })
  apollo = await runningCity({ executor: 'apollo', databases: compiled.databases })
  audit = new pg.Client(compiled.databases.audit.query)
  await audit.connect()
})
afterAll(async () => {
  await audit?.end()
  await apollo?.stop()
  await compiled?.stop()
})

const organisations: Readonly<Record<string, string>> = { 'amr-officer': 'AMR', 'psb-officer': 'PSB', 'edu-clerk': 'EDU', 'trans-officer': 'TRANS', 'bank-a': 'BANK-A', 'zhang-wei': 'CITIZEN', auditor: 'OPS' }

function idsFor(how: Asked): Record<string, string> {
  const ids = createPublicIds([...compiled.keys.ids])
  const org = organisations[how.caller ?? ''] ?? 'PUBLIC'
  return Object.fromEntries(Object.entries(askedPeople).map(([name, idNo]) => [name, ids.encipher(org, 'Person', linkingToken(idNo, LINK_KEY))]))
}

/** Cursors are sealed anew each time. */
const sealed = /"[A-Za-z0-9_-]{100,}"/g

/** The answer's text but for ids of records, and what the records hold but for what is new each time. */
async function said({ status, text, sharing }: Answer): Promise<unknown> {
  const kept = await audit.query<{ leaf: Buffer }>('SELECT leaf FROM audit.record WHERE id = ANY($1::uuid[])', [sharing.records.map(({ id }) => id)])
  const records = kept.rows.map(({ leaf }) => {
    // Subjects stand under tokens by each city's own key.
    const { id: _id, at: _at, requestId: _request, subjects, ...rest } = JSON.parse(leaf.toString('utf8')) as Record<string, unknown>
    return { ...rest, subjects: Array.isArray(subjects) ? subjects.length : subjects }
  }).map((one) => JSON.stringify(one)).toSorted().map((one) => JSON.parse(one) as unknown)
  // Fetches that run together record in any order.
  const [, before, logs, after] = /^(.*"records":)\[(.*?)\](,"decisions":.*)$/s.exec(text.replace(sealed, '"cursor"')) ?? []
  const sorted = [...(logs ?? '').matchAll(/"log":"([a-z]+)"/g)].map((match) => match[1]).toSorted()
  return { status, before, logs: sorted, after, records, answered: sharing.records.length }
}

const requestId = '5d3c1a52-0000-4000-8000-00000000e4a1'

async function both(query: string, how: Asked): Promise<Answer> {
  const full = { ...how, headers: { ...how.headers, 'x-request-id': requestId } }
  const [one, other] = [await patiently(() => compiled.ask(query, full)), await patiently(() => apollo.ask(query, full))]
  expect(await said(one), query).toEqual(await said(other))
  return one
}

const conditional = `query ($x: Boolean!, $y: Boolean = true) { enterprises(first: 3) @skip(if: $x) { nodes { name @include(if: $y) ...e } } people(first: 2) @include(if: $y) { nodes { gender ... @skip(if: $x) { name } } } }
  fragment e on Enterprise { creditRating @include(if: $y) { grade } legalRepresentative @skip(if: $x) { name } name }`

const plans = async (city: RunningCity): Promise<string> => (await (await fetch(`${city.url}/metrics`)).text()).split('\n').filter((line) => line.startsWith('citygraph_plans_total')).join('\n')

describe('compiled operations', () => {
  for (const [who, how] of Object.entries(askingCallers)) {
    it(`answer ${who} byte for byte like Apollo's path`, async () => {
      for (const asking of Object.values(askings)) {
        const ids = asking.query.includes('$person') || asking.query.includes('$ward') ? idsFor(how) : {}
        await both(asking.query, { ...how, ...asking, variables: { ...ids, ...asking.variables } })
      }
      await both(fiveDomainQuery, how)
      const uscc = scenarioOrganisations.e1.uscc
      const ids = idsFor(how)
      await both(startBusiness, { ...how, variables: { person: ids['person'], name: scenarioPeople.zhangWei.name, idNo: scenarioPeople.zhangWei.idNo, uscc, identityCard: 'RESIDENT_IDENTITY_CARD' } })
      await both(enterprise360, { ...how, variables: { uscc } })
      await both(schoolChild, { ...how, variables: { child: ids['ward'], guardian: ids['guardian'] } })
      await both(driverAdmission, { ...how, variables: { person: ids['person'] } })
      for (const variables of [{ x: true, y: true }, { x: true, y: false }, { x: false }, { x: false, y: false }, { y: true }, { x: null }]) await both(conditional, { ...how, variables })
    })
  }

  it('tell the same accesses', async () => {
    // Else the lists would grow between two answers that are to be the same.
    for (const { city } of [compiled, apollo]) {
      await city.follower.caughtUp()
      await city.follower.close()
    }
    const told = async (city: RunningCity): Promise<readonly string[]> => {
      const { data, errors } = await city.ask('{ me { accessHistory(first: 100) { nodes { at organisation organisationName organisationNameZh purpose purposeTitle purposeTitleZh legalBasis register categories } pageInfo { hasNextPage } } } }', askingCallers['a citizen'])
      expect([errors, data.me.accessHistory.pageInfo]).toEqual([[], { hasNextPage: false }])
      return data.me.accessHistory.nodes.map((node: unknown) => JSON.stringify(node)).toSorted()
    }
    const accesses = await told(compiled)
    expect(accesses.length).toBeGreaterThan(3)
    expect(accesses).toEqual(await told(apollo))
  })

  it('answer random operations like Apollo’s path', async () => {
    const schema = buildClientSchema((await compiled.ask(getIntrospectionQuery())).data as IntrospectionQuery)
    // A page of accesses at one moment of a clock that stands still begins with whichever ids were drawn: compared below.
    const person = schema.getType('Person')
    if (isObjectType(person)) delete person.getFields()['accessHistory']
    let rows = 0
    for (const [who, how] of Object.entries(askingCallers)) {
      const operations = randomOperations(schema, random(seed, who), { ID: ['1'], Int: [1, 20], Float: [0.5], Boolean: [true], ...Object.fromEntries(Object.values(idsFor(how)).map((id) => ['Person.id', [id]])) })
      for (let at = 0; at < OPERATIONS; at += 1) {
        const operation = operations.next()
        const answer = await both(operation.query, { ...how, variables: operation.variables })
        if (answer.status !== 200) continue
        operations.learn(operation, answer.data)
        if (Object.values(answer.data ?? {}).some((value) => value !== null)) rows += 1
      }
    }
    expect(rows).toBeGreaterThan(OPERATIONS)
  }, 240_000)

  it('answer alike when a department is away', async () => {
    const query = `{ enterprises(first: 3) { nodes { name creditRating { grade } creditRecords(first: 1) { nodes { recordNo } } legalRepresentative { name } } } me { name vehicles { nodes { plateNo } } } }`
    await both(query, askingCallers['market regulation'] ?? {})
    await takeAway(compiled.databases.credit)
    try {
      const answer = await both(query, askingCallers['market regulation'] ?? {})
      expect(answer.errors.map(({ extensions }) => extensions.code)).toContain('SUBGRAPH_UNAVAILABLE')
    } finally {
      await giveBack(compiled.databases.credit)
    }
  })

  it('are what the one city runs, and the other does not', async () => {
    expect(await plans(apollo)).toBe('')
    expect(await plans(compiled)).toMatch(/executor="compiled"\} [1-9]/)
    // Questions about the schema alone are Apollo's on either way.
    expect(await plans(compiled)).toMatch(/executor="apollo",reason="introspection"\} [1-9]/)
  })
})
