// A department that was given a datum reports it as wrong; the owner finds the person by its own id, answers, and every organisation that
// was given the datum finds a notice.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import { createPublicIds } from '../../resolvers/ids.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { post, runningCity, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'
import { callers, idOf } from '../support/use-cases.ts'

let city: RunningCity
let owner: string
let reporterId: string
beforeAll(async () => {
  city = await runningCity()
  owner = await signedToken(city, { subject: 'psb-data-owner', claims: { org: 'PSB', roles: ['official', 'data-owner'] } })
  reporterId = await idOf(city, 'zhangWei', callers.startBusiness)
  // Three organisations are given the name, a fourth one something else.
  const read = 'query ($id: ID!) { person(id: $id) { name } }'
  for (const [org, how] of [['AMR', callers.startBusiness], ['APPR', { caller: 'appr-clerk' }], ['TRANS', { caller: 'trans-officer' }]] as const) {
    const given = await city.ask(read, { ...how, variables: { id: knownTo(org) } })
    expect(given.data.person.name).toBeTypeOf('string')
  }
  await city.ask('query ($id: ID!) { person(id: $id) { id gender } }', { caller: 'huangpu-investment', variables: { id: knownTo('DIST') } })
  await city.city.follower.caughtUp()
}, 300_000)
afterAll(async () => city.stop())

/** The person's id for an organisation. */
function knownTo(org: string): string {
  const ids = createPublicIds(city.keys.ids)
  return ids.encipher(org, 'Person', ids.decipher('AMR', 'Person', reporterId)[0] ?? '')
}

const REPORT = 'mutation ($person: ID!, $field: String!) { reportIncorrect(person: $person, field: $field, kind: OUTDATED) { id field owner person kind reporterOrg reporterSub answerBy open overdue outcome } }'
const ANSWER = 'mutation ($id: ID!, $outcome: CorrectionOutcome!) { answerCorrection(id: $id, outcome: $outcome) { id person open outcome answeredBySub } }'
const NOTICES = '{ notices { nodes { id org field reads firstReadAt lastReadAt requestIds acknowledged } } }'
const report = (): Promise<Answer> => city.ask(REPORT, { caller: 'amr-officer', variables: { person: reporterId, field: 'Person.name' } })
/** What the catalogue says of open reports. */
const open = async (): Promise<Record<string, number>> => {
  await city.city.follower.caughtUp()
  const { data } = await city.ask('{ catalogue(where: { type: { eq: "Person" } }, first: 100) { nodes { coordinate openReports } } }', { caller: 'appr-clerk' })
  const items: readonly { coordinate: string; openReports: number }[] = data.catalogue.nodes
  return Object.fromEntries(items.filter(({ openReports }) => openReports > 0).map(({ coordinate, openReports }) => [coordinate, openReports]))
}

describe('a correction', () => {
  let id = ''
  it('is reported by whoever was given the datum, with the owner\'s clock of working days, and once', async () => {
    const done = await report()
    expect(done.errors).toEqual([])
    const { id: made, ...shown } = done.data.reportIncorrect
    id = made
    // Sunday 2026-03-01 and five working days.
    expect(shown).toEqual({ field: 'Person.name', owner: 'PSB', person: null, kind: 'OUTDATED', reporterOrg: 'AMR', reporterSub: 'amr-officer', answerBy: '2026-03-06', open: true, overdue: false, outcome: null })
    expect((await report()).data.reportIncorrect.id).toBe(id)
    expect(await open()).toEqual({ 'Person.name': 1 })
  })

  it('is seen by its reporter, the owner and auditors; the person by the owner alone, under the id that the owner knows', async () => {
    const list = '{ corrections { nodes { id person field } } }'
    expect((await post(city.url, list, {}, owner)).data.corrections.nodes).toEqual([{ id, person: knownTo('PSB'), field: 'Person.name' }])
    for (const caller of ['amr-officer', 'auditor']) expect((await city.ask(list, { caller })).data.corrections.nodes, caller).toEqual([{ id, person: null, field: 'Person.name' }])
    for (const caller of ['appr-clerk', 'bank-a', 'psb-officer']) expect((await city.ask(list, { caller })).data.corrections.nodes, caller).toEqual([])
    expect((await city.ask(list)).data.corrections).toBeNull()
    // A citizen sees what he reported himself, not what others report of him.
    expect((await city.ask('{ corrections { nodes { id field } } }', { caller: 'zhang-wei' })).data.corrections.nodes).toEqual([])
  })

  it('that the owner says is corrected gives a notice to every organisation that was given the datum, and to no other', async () => {
    // A later day would leave out whom it is about to be told.
    const later = await post(city.url, ANSWER.replace('outcome: $outcome)', 'outcome: $outcome, since: "2099-01-01")'), { variables: { id, outcome: 'CORRECTED' } }, owner)
    expect(later.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'since' })
    const done = await post(city.url, ANSWER, { variables: { id, outcome: 'CORRECTED' } }, owner)
    expect(done.errors).toEqual([])
    expect(done.data.answerCorrection).toMatchObject({ id, open: false, outcome: 'CORRECTED', answeredBySub: 'psb-data-owner' })
    for (const [caller, org] of [['amr-officer', 'AMR'], ['appr-clerk', 'APPR'], ['trans-officer', 'TRANS']] as const) {
      const { nodes } = (await city.ask(NOTICES, { caller })).data.notices
      expect(nodes, org).toMatchObject([{ org, field: 'Person.name', acknowledged: false }])
      // Its own requests, which its own files know.
      const own = (await logLeaves(city.databases.audit.owner, 'population')).filter((leaf) => leaf.caller?.org === org).map(({ requestId }) => requestId)
      expect(nodes[0].requestIds).toHaveLength(nodes[0].reads)
      for (const requestId of nodes[0].requestIds) expect(own).toContain(requestId)
    }
    for (const caller of ['huangpu-investment', 'psb-officer', 'bank-a']) expect(await city.ask(NOTICES, { caller }), caller).toMatchObject({ errors: [], data: { notices: { nodes: [] } } })
    expect(await open()).toEqual({})
  })

  it('is acknowledged by the organisation, once', async () => {
    const [{ id: notice }] = (await city.ask(NOTICES, { caller: 'appr-clerk' })).data.notices.nodes
    const ACKNOWLEDGE = `mutation { acknowledgeNotice(id: "${notice}") { acknowledged acknowledgedBySub } }`
    expect((await city.ask(ACKNOWLEDGE, { caller: 'amr-officer' })).errors[0]?.extensions.code).toBe('BAD_USER_INPUT')
    expect((await city.ask(ACKNOWLEDGE, { caller: 'appr-clerk' })).data.acknowledgeNotice).toEqual({ acknowledged: true, acknowledgedBySub: 'appr-clerk' })
    expect((await city.ask(ACKNOWLEDGE, { caller: 'appr-clerk' })).errors[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })

  it('that is upheld gives no notice, and may be reported again', async () => {
    const again = await report()
    expect(again.data.reportIncorrect.id).not.toBe(id)
    const answered = await post(city.url, ANSWER, { variables: { id: again.data.reportIncorrect.id, outcome: 'UPHELD' } }, owner)
    expect(answered.data.answerCorrection).toMatchObject({ open: false, outcome: 'UPHELD' })
    expect((await city.ask(NOTICES, { caller: 'trans-officer' })).data.notices.nodes).toHaveLength(1)
  })

  it('stands in the log, and no value, number or public id with it', async () => {
    const events = (await logLeaves(city.databases.audit.owner, 'governance')).filter(({ event }) => event?.startsWith('CORRECTION') === true || event === 'NOTICE_ACKNOWLEDGED')
    expect(events.map(({ event }) => event)).toEqual(['CORRECTION', 'CORRECTION_ANSWER', 'NOTICE_ACKNOWLEDGED', 'CORRECTION', 'CORRECTION_ANSWER'])
    expect(events[0]).toMatchObject({ target: 'Person.name', reason: 'OUTDATED', by: { org: 'AMR', sub: 'amr-officer' } })
    const written = JSON.stringify(events)
    for (const value of [reporterId, scenarioPeople.zhangWei.idNo, '张伟']) expect(written).not.toContain(value)
  })
})
