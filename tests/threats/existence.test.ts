// No existence oracle (DOMAIN 3.2 M11): "there is no such row" and "it is not in your scope" are one and the same answer, but for
// ids of request and records. The same holds for ids that cannot be read at all.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPublicIds } from '../../resolvers/ids.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { residentId } from '../../synthetic-city/numbers.ts'
import { scenarioIds, scenarioPeople } from '../../synthetic-city/scenario.ts'
import { LINK_KEY } from '../support/loaded-city.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, Asked, RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

/** An id number that is right in every digit and nobody's: born 1880. */
const nobody = residentId('1880-01-01', 1)
const { zhangWei, liNa, wangZihan, ouyangJingyi, qianYiming, chen } = scenarioPeople

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => {
  await city.stop()
})

/** All of an answer but the ids of request and records. */
function told({ status, data, errors, sharing, text }: Answer): unknown {
  const { requestId: _request, records, ...rest } = sharing
  return { status, data, errors, rest, logs: records.map(({ log }) => log).sort(), length: text.length }
}

const ids = createPublicIds([new TextEncoder().encode('test-pair-key-v1')])
const idOf = (org: string, idNo: string, type = 'Person'): string => ids.encipher(org, type, linkingToken(idNo, LINK_KEY))
const guess = (): string => `1${randomBytes(16).toString('base64url')}`

/** An official of one district, by a token of the city's issuer. */
async function ofDistrict(claims: Record<string, unknown>, occasion: Asked): Promise<Asked> {
  return { ...occasion, headers: { authorization: `Bearer ${await signedToken(city, { claims })}` } }
}

async function expectSame(query: string, how: Asked, there: Record<string, unknown>, nowhere: Record<string, unknown>): Promise<unknown> {
  const [one, other] = [await city.ask(query, { ...how, variables: there }), await city.ask(query, { ...how, variables: nowhere })]
  expect(told(one), query).toEqual(told(other))
  expect(one.errors).toEqual([])
  return one.data
}

describe('out of scope is not there', () => {
  // Of one subject, and with a detour over a household, which counts as of many (5.5).
  const resolve = 'query($idNo: String!) { resolvePerson(idNo: $idNo) { id name birthDate idNo gender driver { points } creditRecords { nodes { recordNo } } licenses { nodes { status } } } }'
  const withHousehold = 'query($idNo: String!) { resolvePerson(idNo: $idNo) { id household { address } } }'

  it('for resolvePerson of an official of another district', async () => {
    const pudong = await ofDistrict({ org: 'AMR', division: '310115' }, { purpose: 'AMR-0001', caseNo: 'SH-2026-0001' })
    expect(await expectSame(resolve, pudong, { idNo: zhangWei.idNo }, { idNo: nobody })).toEqual({ resolvePerson: null })
    expect(await expectSame(withHousehold, pudong, { idNo: liNa.idNo }, { idNo: nobody })).toEqual({ resolvePerson: null })
    // The entry itself is open to this caller.
    expect((await city.ask(resolve, { ...pudong, variables: { idNo: liNa.idNo } })).data.resolvePerson).toMatchObject({ name: '李娜' })
  })

  it('for resolvePerson and person of callers without rights', async () => {
    for (const how of [{}, { caller: 'nav-b' }, { caller: 'auditor' }, { caller: 'bank-a', purpose: 'BANK-0602' }, { caller: 'zhang-wei' }, { caller: 'huangpu-investment', purpose: 'DIST-0601' }, { caller: 'appr-clerk', purpose: 'APPR-0102' }]) {
      expect(await expectSame(resolve, how, { idNo: liNa.idNo }, { idNo: nobody })).toEqual({ resolvePerson: null })
    }
    const person = 'query($id: ID!) { person(id: $id) { id name hukouDivision licenses { nodes { status } } } }'
    for (const [how, org] of [[{}, 'PUBLIC'], [{ caller: 'nav-b' }, 'NAV-B'], [{ caller: 'zhang-wei' }, 'CITIZEN'], [{ caller: 'huangpu-investment', purpose: 'DIST-0601' }, 'DIST']] as const) {
      expect(await expectSame(person, how, { id: idOf(org, liNa.idNo) }, { id: guess() })).toEqual({ person: null })
      await expectSame(person, how, { id: idOf(org, liNa.idNo) }, { id: 'no id at all' })
    }
  })

  it('for verifyIdentity: a minor, another district, nobody', async () => {
    const verify = 'query($name: String!, $idNo: String!) { verifyIdentity(name: $name, idNo: $idNo) }'
    const amr: Asked = { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001' }
    expect(await expectSame(verify, amr, { name: wangZihan.name, idNo: wangZihan.idNo }, { name: wangZihan.name, idNo: nobody })).toEqual({ verifyIdentity: 'NOT_FOUND' })
    expect(await expectSame(verify, amr, { name: '别人', idNo: qianYiming.idNo }, { name: '别人', idNo: nobody })).toEqual({ verifyIdentity: 'NOT_FOUND' })
    const pudong = await ofDistrict({ org: 'AMR', division: '310115' }, { purpose: 'AMR-0001', caseNo: 'SH-2026-0001' })
    expect(await expectSame(verify, pudong, { name: zhangWei.name, idNo: zhangWei.idNo }, { name: zhangWei.name, idNo: nobody })).toEqual({ verifyIdentity: 'NOT_FOUND' })
    expect((await city.ask(verify, { ...pudong, variables: { name: liNa.name, idNo: liNa.idNo } })).data).toEqual({ verifyIdentity: 'MATCH' })
    for (const how of [{}, { caller: 'nav-b' }, { caller: 'edu-clerk', purpose: 'EDU-0701', caseNo: 'SH-2026-0001' }, { caller: 'zhang-wei' }]) {
      expect(await expectSame(verify, how, { name: zhangWei.name, idNo: zhangWei.idNo }, { name: zhangWei.name, idNo: nobody })).toEqual({ verifyIdentity: null })
    }
  })

  it('for checkResidence, bornBetween, checkInsurance and verifyGuardian', async () => {
    const edu: Asked = { purpose: 'EDU-0701', caseNo: 'SH-2026-0001' }
    const pudong = await ofDistrict({ org: 'EDU', division: '310115' }, edu)
    const questions = [
      'query($id: ID!) { checkResidence(person: $id, division: "310101", minMonths: 24) }',
      'query($id: ID!) { bornBetween(person: $id, from: "1900-01-01", to: "2026-01-01") }',
      'query($id: ID!) { checkInsurance(person: $id, scheme: "PEN", minMonths: 1) }',
      'query($id: ID!) { verifyGuardian(ward: $id, guardian: $id) }',
    ]
    for (const question of questions) {
      await expectSame(question, pudong, { id: idOf('EDU', ouyangJingyi.idNo) }, { id: guess() })
      await expectSame(question, pudong, { id: idOf('EDU', ouyangJingyi.idNo) }, { id: 'not an id' })
      for (const how of [{}, { caller: 'nav-b' }, { caller: 'appr-clerk', purpose: 'APPR-0102' }] as const) await expectSame(question, how, { id: idOf('EDU', ouyangJingyi.idNo) }, { id: guess() })
    }
    const [residence = ''] = questions
    expect((await city.ask(residence, { ...edu, caller: 'edu-clerk', variables: { id: idOf('EDU', ouyangJingyi.idNo) } })).data).toEqual({ checkResidence: true })
    expect(await expectSame(residence, { ...edu, caller: 'edu-clerk' }, { id: idOf('PSB', ouyangJingyi.idNo) }, { id: guess() })).toEqual({ checkResidence: null })
  })

  it('for license(id), verifyLicense and enterprise', async () => {
    const license = 'query($id: ID!) { license(id: $id) { id status certNo holderName items { nodes { key } } } }'
    for (const [how, org] of [[{}, 'PUBLIC'], [{ caller: 'nav-b' }, 'NAV-B'], [{ caller: 'zhang-wei' }, 'CITIZEN']] as const) {
      const there = ids.encipher(org, 'License', scenarioIds.ayiguliDisability)
      expect(await expectSame(license, how, { id: there }, { id: guess() })).toEqual({ license: null })
      await expectSame(license, how, { id: there }, { id: '' })
    }
    const own = await city.ask(license, { caller: 'ayiguli', variables: { id: ids.encipher('CITIZEN', 'License', scenarioIds.ayiguliDisability) } })
    expect(own.data.license.status).toEqual(expect.any(String))
    const verify = 'query($no: String!) { verifyLicense(certNo: $no, typeCode: "000000000000000000001") { status validTo } }'
    await expectSame(verify, { caller: 'nav-b' }, { no: zhangWei.idNo }, { no: nobody })
    await expectSame('query($uscc: ID!) { enterprise(uscc: $uscc) { name } }', { caller: 'auditor' }, { uscc: '91310199MA1K0T2A0A' }, { uscc: '91310199MA1K0T9999' })
  })

  it('for checks about persons: officers, drivers, credit', async () => {
    const officer = 'query($id: ID!) { checkOfficerEligibility(person: $id) { result reasons } }'
    const driver = 'query($id: ID!) { checkDriver(person: $id, category: "TAXI") { result reasons } }'
    const credit = 'query($id: ID!) { creditCheck(person: $id, matterCode: "M0001") { blocked recordCount reasons } }'
    for (const [question, org, how] of [
      [officer, 'NAV-B', { caller: 'nav-b' }], [officer, 'APPR', { caller: 'appr-clerk', purpose: 'APPR-0102' }], [driver, 'AMR', { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001' }],
      [driver, 'PUBLIC', {}], [credit, 'PUBLIC', {}], [credit, 'BANK-A', { caller: 'bank-a', purpose: 'BANK-0602' }],
    ] as const) {
      await expectSame(question, how, { id: idOf(org, liNa.idNo) }, { id: guess() })
      await expectSame(question, how, { id: idOf(org, liNa.idNo) }, { id: '%' })
    }
    const transPudong = await ofDistrict({ org: 'TRANS', division: '310110' }, { purpose: 'TRANS-0802', caseNo: 'SH-2026-0001' })
    await expectSame(driver, transPudong, { id: idOf('TRANS', liNa.idNo) }, { id: guess() })
  })

  it('in lists: rows of another district leave no trace in pages and cursors', async () => {
    const huangpu = await ofDistrict({ org: 'PSB', division: '310101' }, { purpose: 'PSB-0001', caseNo: 'SH-2026-0001' })
    const people = 'query($name: String!) { people(where: { name: { eq: $name } }) { nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }'
    const answers = await Promise.all([liNa.name, chen.name, '没有这个人'].map((name) => city.ask(people, { ...huangpu, variables: { name } })))
    expect(new Set(answers.map((answer) => JSON.stringify(told(answer)))).size).toBe(1)
  })
})

describe('a grant that ended, was never given, or is for another purpose', () => {
  it('answers as if there were none, with the same shape', async () => {
    const query = 'query($idNo: String!) { resolvePerson(idNo: $idNo) { id name } }'
    const none = await city.ask(query, { caller: 'edu-clerk', variables: { idNo: zhangWei.idNo } })
    const wrong = await city.ask(query, { caller: 'edu-clerk', purpose: 'AMR-0001', caseNo: 'SH-2026-0001', variables: { idNo: zhangWei.idNo } })
    expect(none.data).toEqual({ resolvePerson: null })
    expect(wrong.data).toEqual(none.data)
    expect(wrong.errors).toEqual(none.errors)
  })
})
