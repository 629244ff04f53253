// Whoever a verification asks about counts for the asker's quota and stands in that person's access history, whatever is found.

import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { scenarioOrganisations, scenarioPeople } from '../../synthetic-city/scenario.ts'
import { createPublicIds } from '../../resolvers/ids.ts'
import { auditSql, quotaCity, said } from '../support/quota-city.ts'
import type { QuotaCity } from '../support/quota-city.ts'
import type { Answer } from '../support/running-city.ts'
import { callers } from '../support/use-cases.ts'

const VERIFY_IDENTITY = 'query ($idNo: String!, $name: String!) { verifyIdentity(name: $name, idNo: $idNo) }'
const RESOLVE = 'query ($idNo: String!) { resolvePerson(idNo: $idNo) { id } }'
const answered = 'VERIFY'
const over = 'DENIED QUOTA'

let of: QuotaCity
let grownUps: readonly { readonly pid: string; readonly id_no: string; readonly name: string }[]
beforeAll(async () => {
  of = await quotaCity({ A: [3, 30], B: [3, 30], C: [3, 30] }, { own: true })
  grownUps = await people("minor_until IS NULL OR minor_until < DATE '2020-01-01'")
})
afterAll(async () => {
  await of?.city.stop()
})
afterEach(async () => {
  await auditSql(of.city, 'TRUNCATE audit.supply, audit.quota_passed')
  // Forgets what the processes remember of charges and refusals.
  of.wait(15 * 60_000)
})

describe('who is asked about counts for the quota', () => {
  it('of credit records when a person is checked, and organisations count nobody', async () => {
    const { uscc } = scenarioOrganisations.e1
    const organisation = `{ creditCheck(uscc: "${uscc}", matterCode: "3101990102") { recordCount } }`
    expect((await of.ask(organisation, callers.creditCheck)).data.creditCheck.recordCount).toBe(2)
    expect(await count()).toEqual([])
    const ids = await publicIds(4, callers.creditCheck)
    const answers: Answer[] = []
    for (const id of ids) answers.push(await of.ask(`{ creditCheck(person: "${id}", matterCode: "3101990102") { blocked } }`, callers.creditCheck))
    expect(answers.map((answer) => said(answer)['creditCheck'])).toEqual([...Array(3).fill(expect.stringContaining(answered)), over])
    expect(answers[3]?.data.creditCheck).toBeNull()
    expect(await count()).toEqual([{ org: 'APPR', bulk_class: 'A', count: 3 }])
  })

  it('of personal data when numbers are verified or resolved; a number that nobody has counts nobody', async () => {
    const ask = (query: string, at: number) => of.ask(query, { ...callers.startBusiness, variables: { idNo: grownUps[at]?.id_no, ...(query === RESOLVE ? {} : { name: at === 0 ? 'somebody else' : grownUps[at]?.name }) } })
    const nobody = await of.ask(VERIFY_IDENTITY, { ...callers.startBusiness, variables: { idNo: '11010519491231002X', name: '谁' } })
    expect(nobody.data.verifyIdentity).toBe('NOT_FOUND')
    expect(await count()).toEqual([])
    expect((await ask(VERIFY_IDENTITY, 0)).data.verifyIdentity).toBe('MISMATCH')
    expect((await ask(VERIFY_IDENTITY, 1)).data.verifyIdentity).toBe('MATCH')
    expect((await ask(RESOLVE, 1)).data.resolvePerson.id).toEqual(expect.any(String))
    expect(await count()).toEqual([{ org: 'AMR', bulk_class: 'C', count: 2 }])
    expect((await ask(RESOLVE, 2)).data.resolvePerson.id).toEqual(expect.any(String))
    const [verified, resolved] = [await ask(VERIFY_IDENTITY, 3), await ask(RESOLVE, 3)]
    expect([verified.data.verifyIdentity, said(verified)['verifyIdentity']]).toEqual([null, over])
    expect([resolved.data.resolvePerson, said(resolved)['resolvePerson']]).toEqual([null, over])
  })

  it('of personal data when guardians are verified', async () => {
    const answers: Answer[] = []
    for (const id of await publicIds(4, callers.enrolment)) answers.push(await of.ask(`{ verifyGuardian(ward: "${id}", guardian: "x") }`, callers.enrolment))
    expect(answers.map((answer) => said(answer)['verifyGuardian'])).toEqual([...Array(3).fill(expect.stringContaining(answered)), over])
  })
})

describe('the access history', () => {
  it('of somebody about whom nothing was found names who asked', async () => {
    const [zhangWei] = await people(`id_no = '${scenarioPeople.zhangWei.idNo}'`)
    const id = createPublicIds(of.city.keys.ids).encipher('APPR', 'Person', String(zhangWei?.pid))
    const checked = await of.ask(`{ creditCheck(person: "${id}", matterCode: "3101990102") { recordCount } }`, callers.creditCheck)
    expect(checked.data.creditCheck.recordCount).toBe(0)
    await of.city.city.follower.caughtUp()
    const { data } = await of.ask('{ me { accessHistory(first: 20) { nodes { organisation register categories } } } }', { caller: 'zhang-wei' })
    expect(data.me.accessHistory.nodes).toContainEqual({ organisation: 'APPR', register: 'credit', categories: ['CREDIT_NEGATIVE'] })
  })
})

describe('a question about the schema alone', () => {
  it.each(['{ __typename }', '{ __schema { queryType { name } } }'])('reads nobody and leaves no record: %s', async (query) => {
    const records = () => auditSql(of.city, 'SELECT count(*) FROM audit.record')
    const before = await records()
    const answer = await of.ask(query, callers.creditCheck)
    expect([answer.status, answer.sharing.records]).toEqual([200, []])
    expect(await records()).toEqual(before)
  })
})

async function publicIds(many: number, how: Parameters<QuotaCity['ask']>[1]): Promise<readonly string[]> {
  const { data } = await of.ask(`{ people(first: ${many}) { nodes { id } } }`, how)
  return data.people.nodes.map(({ id }: { id: string }) => id)
}

async function people(condition: string): Promise<typeof grownUps> {
  const client = new pg.Client(of.city.databases.population.owner)
  await client.connect()
  try {
    return (await client.query<(typeof grownUps)[number]>(`SELECT pid, id_no, full_name AS name FROM pop_person WHERE NOT is_deleted AND (${condition}) ORDER BY pid LIMIT 4`)).rows
  } finally {
    await client.end()
  }
}

async function count(): Promise<readonly Record<string, unknown>[]> {
  return auditSql(of.city, 'SELECT org, bulk_class, count(*)::integer FROM audit.supply GROUP BY 1, 2 ORDER BY 1, 2')
}
