// A yes-or-no question with a moving threshold is a measurement (DOMAIN 2.6 K7): how many different ones an organisation may ask of one
// person, what happens at the next, and that copies, users and purposes add up.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { combiningPolicies, grantee, loweredIn, recordedFields } from '../support/combining-city.ts'
import { accessOf, citySubgraph } from '../support/city-subgraph.ts'
import { httpCity } from '../support/http-city.ts'
import { auditSql, said } from '../support/quota-city.ts'
import { demonstrationIssuer } from '../../cli/issuer.ts'
import type { Clock } from '../../core/clock.ts'
import { post, runningCity, TEST_DAY } from '../support/running-city.ts'
import type { Answer, Asked, RunningCity } from '../support/running-city.ts'
import { idOf } from '../support/use-cases.ts'
import { createPublicIds } from '../../resolvers/ids.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import { LINK_KEY } from '../support/loaded-city.ts'

const HOUR = 3_600_000
let at = Date.parse(TEST_DAY)
const clock: Clock = { now: () => new Date(at) }
const policies = combiningPolicies({ grant: (text) => text.replace('validTo: 2026-04-30', 'validTo: 2026-04-30\nbulkApproved: true') })

let city: RunningCity
let sima: string
let liNa: string
const ask = async (query: string, how: Partial<Asked> = {}): Promise<Answer> => {
  const { caller } = { ...grantee, ...how }
  return post(city.url, query, { ...grantee, ...how }, await (await demonstrationIssuer(city.keys, clock)).token(caller))
}
beforeAll(async () => {
  city = await runningCity({ clock, policies })
  sima = await idOf({ ask }, 'simaGuangming', grantee)
  liNa = await idOf({ ask }, 'liNa', grantee)
})
afterAll(() => city.stop())
afterEach(async () => void (await auditSql(city, 'TRUNCATE audit.threshold')))

const born = (person: string, from: string, to = '2000-01-01'): string => `bornBetween(person: "${person}", from: "${from}", to: "${to}")`
const one = async (field: string, how: Partial<Asked> = {}): Promise<Answer> => ask(`{ answer: ${field} }`, how)
const years = ['1970-01-01', '1975-01-01', '1978-01-01', '1979-01-01', '1980-01-01']
const kept = async (): Promise<number> => Number((await auditSql(city, 'SELECT count(*) FROM audit.threshold'))[0]?.['count'])

describe('a question with a threshold', () => {
  it('is answered for three different ones, and the fourth is not, as the report, the record and the log of the department say', async () => {
    for (const from of years.slice(0, 3)) {
      const answer = await one(born(sima, from))
      expect(answer.data.answer).toBe(true)
      expect(said(answer)).toEqual({ answer: 'VERIFY APPLY' })
    }
    const fourth = await one(born(sima, '1979-01-01'))
    expect(fourth.data).toEqual({ answer: null })
    expect(fourth.errors).toEqual([])
    expect(said(fourth)).toEqual({ answer: 'DENIED QUOTA' })
    const recorded = await recordedFields(city, fourth)
    expect(loweredIn(recorded)).toEqual(['Query.bornBetween K7'])
    expect(recorded).toContainEqual(expect.objectContaining({ field: 'Query.bornBetween', decision: 'DENIED' }))
    expect(await kept()).toBe(3)
  })

  it('may be repeated freely, before and after the limit', async () => {
    for (const from of [...years.slice(0, 3), ...years.slice(0, 3)]) expect((await one(born(sima, from))).data.answer).toBe(true)
    expect((await one(born(sima, '1980-01-01'))).data.answer).toBeNull()
    for (const from of years.slice(0, 3)) expect((await one(born(sima, from))).data.answer).toBe(true)
  })

  it('counts each person and each question for itself', async () => {
    for (const from of years.slice(0, 3)) await one(born(sima, from))
    expect((await one(born(liNa, '1980-01-01'))).data.answer).toBe(true)
    for (const months of [1, 12, 24]) expect((await one(`checkInsurance(person: "${sima}", scheme: "PEN", minMonths: ${months})`)).data.answer).not.toBeNull()
    expect((await one(`checkInsurance(person: "${sima}", scheme: "PEN", minMonths: 36)`)).data.answer).toBeNull()
    // The scheme is no threshold.
    expect((await one(`checkInsurance(person: "${sima}", scheme: "MED", minMonths: 24)`)).data.answer).not.toBeNull()
    for (const division of ['310101', '310115', '310106']) expect((await one(`checkResidence(person: "${sima}", division: "${division}", minMonths: 6)`)).data.answer).not.toBeNull()
    expect((await one(`checkResidence(person: "${sima}", division: "310104", minMonths: 6)`)).data.answer).toBeNull()
  })

  it('adds up aliases of one operation: too many are refused together, and none of them is counted', async () => {
    const query = `{ ${years.slice(0, 4).map((from, n) => `q${n}: ${born(sima, from)}`).join(' ')} other: checkInsurance(person: "${sima}", scheme: "PEN", minMonths: 1) }`
    const four = await ask(query)
    expect(four.data).toMatchObject({ q0: null, q1: null, q2: null, q3: null })
    // Another question of the same operation is answered.
    expect(four.data.other).not.toBeNull()
    expect(said(four)).toMatchObject({ q0: 'DENIED QUOTA', q3: 'DENIED QUOTA', other: 'VERIFY APPLY' })
    expect(await kept()).toBe(1)
    const three = await ask(`{ ${years.slice(0, 3).map((from, n) => `q${n}: ${born(sima, from)}`).join(' ')} }`)
    expect(three.data).toEqual({ q0: true, q1: true, q2: true })
  })

  it('adds up literals, variables and cases, and is told by errors to who wants errors', async () => {
    await one(born(sima, years[0] ?? ''))
    await ask('query ($p: ID!, $from: Date!) { bornBetween(person: $p, from: $from, to: "2000-01-01") }', { variables: { p: sima, from: years[1] } })
    await one(born(sima, years[2] ?? ''), { caseNo: 'TR-2026-0002' })
    const fourth = await ask('query ($p: ID!, $from: Date!) { bornBetween(person: $p, from: $from, to: "2000-01-01") }', { variables: { p: sima, from: years[3] }, headers: { 'x-denied': 'errors' } })
    expect(fourth.data.bornBetween).toBeNull()
    expect(fourth.errors.map(({ path, extensions }) => [path?.join('.'), extensions.code])).toEqual([['bornBetween', 'FORBIDDEN']])
  })

  it('is answered again when 24 hours have passed since an earlier one was asked', async () => {
    for (const from of years.slice(0, 3)) await one(born(sima, from))
    at += 24 * HOUR - 1
    expect((await one(born(sima, '1979-01-01'))).data.answer).toBeNull()
    at += 1
    expect((await one(born(sima, '1979-01-01'))).data.answer).toBe(true)
    expect(await kept()).toBe(1)
  })

  it('says the same of a child who may not be verified and of nobody at all', async () => {
    const ids = createPublicIds(city.keys.ids)
    const child = ids.encipher('TRANS', 'Person', linkingToken(scenarioPeople.wangZihan.idNo, LINK_KEY))
    const nobody = ids.encipher('TRANS', 'Person', '00000000-0000-4000-8000-000000000000')
    for (const person of [child, nobody]) {
      const answers: Answer[] = []
      for (const from of years) answers.push(await one(born(person, from)))
      expect(answers.map(({ data }) => data.answer)).toEqual(years.map(() => null))
      expect(answers.map((answer) => said(answer)['answer'])).toEqual(['VERIFY APPLY', 'VERIFY APPLY', 'VERIFY APPLY', 'DENIED QUOTA', 'DENIED QUOTA'])
    }
  })

  it('is not counted for the owner of the register', async () => {
    const how = { caller: 'psb-officer', purpose: 'PSB-0001', caseNo: 'PSB-2026-0001' }
    const id = await idOf({ ask }, 'simaGuangming', how)
    for (const from of years) expect((await one(born(id, from), how)).data.answer).not.toBeNull()
    expect(await kept()).toBe(0)
  })

  it('leaves nothing of its threshold or its person in the ledger', async () => {
    await one(born(sima, '1979-01-01'))
    const [row] = await auditSql(city, `SELECT org, entry, encode(subject, 'hex') AS subject, encode(threshold, 'hex') AS threshold FROM audit.threshold`)
    expect(row).toEqual({ org: 'TRANS', entry: 'bornBetween', subject: expect.stringMatching(/^[0-9a-f]{32}$/), threshold: expect.stringMatching(/^[0-9a-f]{32}$/) })
    await one(born(liNa, '1979-01-01'))
    const rows = await auditSql(city, 'SELECT DISTINCT threshold FROM audit.threshold')
    expect(rows).toHaveLength(2)
  })

  it('is refused when the ledger cannot be asked: no count, no answer', async () => {
    await auditSql(city, 'ALTER TABLE audit.threshold RENAME TO threshold_away')
    try {
      expect((await one(born(sima, '1979-01-01'))).errors.map(({ extensions }) => extensions.code)).toEqual(['AUDIT_UNAVAILABLE'])
    } finally {
      await auditSql(city, 'ALTER TABLE audit.threshold_away RENAME TO threshold')
    }
  })
})

describe('copies count together', () => {
  it('when ten questions race through two gateways whose departments are processes of their own', async () => {
    const apart = await httpCity(city, { clock, policies })
    try {
      const token = await (await demonstrationIssuer(city.keys, clock)).token(grantee.caller)
      const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => post(n % 2 === 0 ? city.url : apart.url, `{ answer: ${born(sima, `19${60 + n}-01-01`)} }`, grantee, token)))
      expect(answers.filter(({ data }) => data.answer === true)).toHaveLength(3)
      for (const answer of answers) expect(said(answer)).toEqual({ answer: answer.data.answer === null ? 'DENIED QUOTA' : 'VERIFY APPLY' })
      expect(await kept()).toBe(3)
    } finally {
      await apart.stop()
    }
  })

  it('and a subgraph that another router asks counts too', async () => {
    const population = citySubgraph(city, 'population')
    try {
      const access = { ...accessOf(city, { kind: 'department', org: 'TRANS', sub: 'trans-officer', roles: ['official'], assurance: 2, zone: 'intranet' }, { purpose: 'TRANS-0802', caseNo: 'TR-2026-0001' }), operation: { hash: 'unknown', singleSubject: false, fields: [] } }
      const given: unknown[] = []
      for (const from of years.slice(0, 4)) given.push((await population.subgraph.answer({ query: `{ ${born(sima, from)} }`, access, requestId: '00000000-0000-4000-8000-000000000000', route: 'router' })).data?.['bornBetween'])
      expect(given).toEqual([true, true, true, null])
    } finally {
      await population.close()
    }
  })
})
