// What a day changes: the five-year boundary of credit records and the fourteenth birthday, over the same databases on both days
// and on both sides of midnight in Shanghai. Nothing else of the use cases changes.

import { createPublicIds } from '../../resolvers/ids.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { LINK_KEY } from '../support/loaded-city.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frozenClock } from '../../core/clock.ts'
import { matters } from '../../synthetic-city/authorities.ts'
import { licenseKinds } from '../../synthetic-city/license-kinds.ts'
import { scenarioOrganisations, scenarioPeople } from '../../synthetic-city/scenario.ts'
import type { ScenarioName } from '../../synthetic-city/scenario.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, RunningCity } from '../support/running-city.ts'
import { callers, creditCheck, driverAdmission, enterprise360, idOf, schoolChild, startBusiness } from '../support/use-cases.ts'

const { e1, e3 } = scenarioOrganisations
const times = {
  'at ten on 1 March': { at: '2026-03-01T10:00:00+08:00', next: false },
  'a second before midnight': { at: '2026-03-01T15:59:59Z', next: false },
  'at midnight in Shanghai': { at: '2026-03-01T16:00:00Z', next: true },
  'at ten on 2 March': { at: '2026-03-02T10:00:00+08:00', next: true },
} as const
type Time = keyof typeof times
/** What stands to the end, for the comparison of the two days. */
const compared: readonly Time[] = ['at ten on 1 March', 'at ten on 2 March']
const moments = Object.entries(times).map(([time, { next }]) => ({ time: time as Time, next }))

const cities = new Map<Time, RunningCity>()
const at = (time: Time): RunningCity => {
  const found = cities.get(time)
  if (found === undefined) throw new Error('no city stands at that time')
  return found
}
let databases: RunningCity['databases'] | undefined

/** No more than two stand at a time: four would take all connections of the tests' one server. */
async function stand(time: Time): Promise<void> {
  const clock = frozenClock(times[time].at)
  const city = await runningCity(databases === undefined ? { clock } : { clock, databases })
  databases = city.databases
  cities.set(time, city)
}
async function leave(time: Time): Promise<void> {
  const city = cities.get(time)
  cities.delete(time)
  await city?.stop()
}

afterAll(async () => {
  for (const time of [...cities.keys()]) await leave(time)
})

describe.each(moments)('$time', ({ time, next }) => {
  beforeAll(() => stand(time))
  afterAll(async () => {
    if (!compared.includes(time)) await leave(time)
  })

  it(`E1 has ${next ? 'one record' : 'two records'} in force, however it is asked`, async () => {
    const { data } = await at(time).ask(creditCheck, { ...callers.creditCheck, variables: { uscc: e1.uscc, enterprise: e1.uscc, matter: matters.roadTransport } })
    const count = next ? 1 : 2
    expect(data.creditCheck).toEqual({ blocked: false, commitmentAllowed: true, recordCount: count, reasons: [] })
    expect(data.enterprise.creditSummary).toEqual({ recordCount: count, penaltyCount: count, latestDecidedOn: '2024-11-02' })
    const decided = ['2024-11-02', ...(next ? [] : ['2021-02-01'])]
    expect(data.enterprise.creditRecords.nodes.map((record: { decidedOn: string }) => record.decidedOn)).toEqual(decided)
    const open = await at(time).ask('query ($uscc: ID!) { enterprise(uscc: $uscc) { creditRecords { nodes { decidedOn } } } creditRecords(where: { decidedOn: { eq: "2021-02-01" } }) { nodes { recordNo } } }', { variables: { uscc: e1.uscc } })
    expect(open.data.enterprise.creditRecords.nodes.map((record: { decidedOn: string }) => record.decidedOn)).toEqual(decided)
    expect(open.data.creditRecords.nodes.map((record: { recordNo: string }) => record.recordNo).includes('XY-E1-2021')).toBe(!next)
  })

  it('the owner still has all three', async () => {
    const { data } = await at(time).ask('query ($uscc: ID!) { enterprise(uscc: $uscc) { creditRecords { nodes { recordNo } } } }', { caller: 'credit-officer', purpose: 'CREDIT-0001', variables: { uscc: e1.uscc } })
    expect(data.enterprise.creditRecords.nodes).toHaveLength(3)
  })

  it.each([
    ['赵一鸣', 'zhaoYiming', true],
    ['钱一鸣', 'qianYiming', next],
    ['王子涵', 'wangZihan', false],
  ] as const)('%s (%s) is decided by the ordinary rule: %s', async (name, who, ordinary) => {
    const city = at(time)
    const { idNo } = scenarioPeople[who]
    // Made here: a child's number is resolved for nobody without approval.
    const person = createPublicIds(city.keys.ids).encipher('AMR', 'Person', linkingToken(idNo, LINK_KEY))
    const variables = { person, name, idNo }
    const answer = await city.ask('query ($person: ID!, $name: String!, $idNo: String!) { person(id: $person) { name birthDate gender } verifyIdentity(name: $name, idNo: $idNo) }', { ...callers.startBusiness, variables })
    expect(answer.errors).toEqual([])
    expect(answer.data).toEqual(
      ordinary
        ? { person: { name, birthDate: idNo.slice(6, 10), gender: '1' }, verifyIdentity: 'MATCH' }
        : { person: null, verifyIdentity: 'NOT_FOUND' },
    )
    const grown = await city.ask('query ($person: ID!) { person(id: $person) { name birthDate gender } }', { ...callers.startBusiness, variables: { person: await idOf(city, 'zhangWei', callers.startBusiness) } })
    expect(answer.sharing.decisions.filter(({ path }) => path.startsWith('person'))).toEqual(grown.sharing.decisions)
  })
})

describe('everything else is answered alike on both days', () => {
  const both = async (ask: (city: RunningCity) => Promise<Answer>): Promise<readonly [unknown, unknown]> => {
    const answers = await Promise.all(compared.map((time) => ask(at(time))))
    // A department that cannot be reached is said so; its nulls are then no difference between the days.
    expect(answers.flatMap(({ errors }) => errors.filter(({ extensions }) => extensions.code === 'SUBGRAPH_UNAVAILABLE'))).toEqual([])
    const [before, after] = answers.map(({ data, errors, sharing }) => ({ data, errors, decisions: sharing.decisions }))
    return [before, after]
  }

  it.each(['zhangWei', 'liNa'] as const satisfies readonly ScenarioName[])('UC1 for %s', async (who) => {
    const { idNo, name } = scenarioPeople[who]
    const [before, after] = await both(async (city) =>
      city.ask(startBusiness, { ...callers.startBusiness, variables: { person: await idOf(city, who, callers.startBusiness), name, idNo, uscc: e1.uscc, identityCard: licenseKinds.identity.typeCode } }),
    )
    expect(after).toEqual(before)
  })

  it.each(['district', 'bank', 'authorizedBank', 'anybody'] as const)('UC7 for %s, but for the record past its time', async (who) => {
    const [e3Before, e3After] = await both((city) => city.ask(enterprise360, { ...callers[who], variables: { uscc: e3.uscc } }))
    expect(e3After).toEqual(e3Before)
    const withoutRecords = enterprise360.replace(/creditRecords .*\n/, '')
    const [before, after] = await both((city) => city.ask(withoutRecords, { ...callers[who], variables: { uscc: e1.uscc } }))
    expect(after).toEqual(before)
  })

  it.each([['wangZihan', 'ouyangJingyi'], ['zhaoYiming', 'zhaoGuoping'], ['qianYiming', 'qianWenhua']] as const)('UC8 for %s, since the grant covers minors', async (child, guardian) => {
    const how = callers.enrolment
    const [before, after] = await both(async (city) => city.ask(schoolChild, { ...how, variables: { child: await idOf(city, child, how), guardian: await idOf(city, guardian, how) } }))
    expect(after).toEqual(before)
  })

  it.each(['simaGuangming', 'liNa'] as const)('UC9 for %s', async (who) => {
    const [before, after] = await both(async (city) => city.ask(driverAdmission, { ...callers.admission, variables: { person: await idOf(city, who, callers.admission) } }))
    expect(after).toEqual(before)
  })
})
