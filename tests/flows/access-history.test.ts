// A citizen's own access history (PIPL 45): which organisation read which kinds of data about the person, when and for what; never
// which official, and for some purposes only after days.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demonstrationIssuer } from '../../cli/issuer.ts'
import { subjectToken } from '../../subgraphs/record.ts'
import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import { editedPolicies } from '../support/edited-policies.ts'
import { runningCity, TEST_DAY } from '../support/running-city.ts'
import type { Answer, Asked, RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

const { zhangWei } = scenarioPeople
const HISTORY = `query ($first: Int, $after: String) { me { accessHistory(first: $first, after: $after) {
  nodes { at organisation organisationName organisationNameZh purpose purposeTitle purposeTitleZh legalBasis register categories }
  edges { cursor } pageInfo { hasNextPage endCursor } } } }`
const police = { caller: 'psb-officer', purpose: 'PSB-0001', caseNo: 'PSB-2026-0001' }
const registry = { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001' }

let now = TEST_DAY
let city: RunningCity

function wait(minutes: number): void {
  now = new Date(Date.parse(now) + minutes * 60_000).toISOString()
}

/** As somebody, with a token of this moment; a minute passes after each question, so that their order shows. */
async function ask(query: string, { caller, ...how }: Asked & { readonly caller: string }): Promise<Answer> {
  const issuer = await demonstrationIssuer(city.keys, city.city.core.clock)
  const answer = await city.ask(query, { ...how, headers: { authorization: `Bearer ${await issuer.token(caller)}` } })
  wait(1)
  return answer
}

async function history(caller: string, variables: Readonly<Record<string, unknown>> = { first: 100 }): Promise<Answer> {
  await city.city.follower.caughtUp()
  const answer = await ask(HISTORY, { caller, variables })
  expect(answer.errors).toEqual([])
  return answer
}

/** Of anybody, though only two citizens are demonstration callers. */
async function historyOf(pid: string): Promise<Answer> {
  await city.city.follower.caughtUp()
  const bearer = await signedToken(city, { claims: { org: 'CITIZEN', kind: 'subject', roles: [], assurance: 3, pid } })
  const answer = await city.ask(HISTORY, { variables: { first: 100 }, headers: { authorization: `Bearer ${bearer}` } })
  expect(answer.errors).toEqual([])
  return answer
}

/** Without the person's own reading. */
const looks = (answer: Answer): readonly Readonly<Record<string, unknown>>[] =>
  answer.data.me.accessHistory.nodes.filter(({ organisation }: { organisation: string }) => organisation !== 'CITIZEN')

beforeAll(async () => {
  const policies = editedPolicies({ 'purposes.yaml': (text) => text.replace('code: AMR-0001,', 'code: AMR-0001, delayedDisclosure: 30,') })
  city = await runningCity({ policies, clock: { now: () => new Date(now) } })
}, 300_000)
afterAll(() => city.stop())

describe('the access history of 张伟', () => {
  it('says organisation, purpose and kinds of data, and not the official', async () => {
    const found = await ask('query ($idNo: String!) { resolvePerson(idNo: $idNo) { id name mobile gender } }', { ...police, variables: { idNo: zhangWei.idNo } })
    expect(found.data.resolvePerson.name).toBe('张伟')
    const answer = await history('zhang-wei')
    expect(looks(answer)).toEqual([{
      at: '2026-03-01T10:00:00+08:00', organisation: 'PSB', organisationName: 'Public Security Bureau', organisationNameZh: '公安局',
      purpose: 'PSB-0001', purposeTitle: 'Population register', purposeTitleZh: '人口管理', legalBasis: '户口登记条例 3',
      register: 'population', categories: ['PERSON_CONTACT', 'PERSON_IDENTITY'],
    }])
    expect(answer.text).not.toContain('psb-officer')
  })

  it('shows nobody else the look', async () => {
    expect(looks(await history('ayiguli'))).toEqual([])
  })

  it('shows the person one of many subjects of a request, also beyond the first two hundred', async () => {
    const page = (alias: string, gender: string, order: string) => `${alias}: people(first: 100, where: { gender: { eq: "${gender}" } }, orderBy: [${order}]) { nodes { birthDate } }`
    const query = `{ ${page('a', '2', 'NAME_ASC')} ${page('b', '2', 'NAME_DESC')} ${page('c', '1', 'NAME_ASC')} ${page('d', '1', 'NAME_DESC')}
      e: people(where: { name: { eq: "张伟" } }) { nodes { birthDate } } }`
    const many = await ask(query, police)
    expect(many.errors).toEqual([])
    const leaves = await auditLeaves()
    const further = leaves.filter((leaf) => leaf.continues === many.sharing.records[0]?.id)
    expect(further.length).toBeGreaterThan(0)
    // Reads run side by side, so anybody may be among the first two hundred: somebody of a further record whom nobody looked at before is asked, and 张伟.
    const before = new Set(leaves.flatMap((leaf) => (leaf.requestId === further[0]?.requestId ? [] : (leaf.subjects ?? []))))
    const token = further.flatMap(({ subjects = [] }) => subjects).find((subject) => !before.has(subject))
    const pid = (await pids()).find((candidate) => subjectToken(city.keys.subjects, candidate) === token)
    const another = await historyOf(pid ?? 'nobody')
    expect(looks(another)).toMatchObject([{ organisation: 'PSB', purpose: 'PSB-0001', register: 'population', categories: ['PERSON_IDENTITY'] }])
    const [newest, ...older] = looks(await history('zhang-wei'))
    expect(newest).toMatchObject({ organisation: 'PSB', purpose: 'PSB-0001', register: 'population', categories: ['PERSON_IDENTITY'] })
    expect(older).toHaveLength(1)
  })

  it('shows verifications as what they were about', async () => {
    const asked = await ask(`query ($idNo: String!) { verifyIdentity(name: "张伟", idNo: $idNo) }`, { ...police, variables: { idNo: zhangWei.idNo } })
    expect(asked.data.verifyIdentity).toBe('MATCH')
    expect(looks(await history('zhang-wei'))[0]).toMatchObject({ organisation: 'PSB', categories: ['PERSON_IDENTITY'] })
  })

  it('does not grow by being read, and shows what the person read besides', async () => {
    const before = (await history('zhang-wei')).data.me.accessHistory.nodes
    for (const query of ['{ me { id accessHistory { nodes { at } } } }', '{ me { accessHistory(first: 1) { nodes { register } } } }']) expect((await ask(query, { caller: 'zhang-wei' })).errors).toEqual([])
    expect((await history('zhang-wei')).data.me.accessHistory.nodes).toEqual(before)
    expect((await ask('{ me { mobile accessHistory { nodes { at } } } }', { caller: 'zhang-wei' })).errors).toEqual([])
    const [newest, ...rest] = (await history('zhang-wei')).data.me.accessHistory.nodes
    expect(newest).toMatchObject({ organisation: 'CITIZEN', register: 'population', categories: ['PERSON_CONTACT'] })
    expect(rest).toEqual(before)
  })

  it('does not show what was refused', async () => {
    const before = looks(await history('zhang-wei'))
    const refused = await ask('query ($idNo: String!) { resolvePerson(idNo: $idNo) { name } }', { caller: 'appr-clerk', purpose: 'APPR-0102', variables: { idNo: zhangWei.idNo } })
    expect(refused.data.resolvePerson).toBeNull()
    expect(looks(await history('zhang-wei'))).toEqual(before)
  })

  it('holds back a delayed purpose for its days, without a trace, and shows it then in its place', async () => {
    const before = await history('zhang-wei')
    const delayed = await ask(`query ($idNo: String!) { verifyIdentity(name: "张伟", idNo: $idNo) }`, { ...registry, variables: { idNo: zhangWei.idNo } })
    expect(delayed.data.verifyIdentity).toBe('MATCH')
    const readAt = now
    expect(looks(await history('zhang-wei'))).toEqual(looks(before))
    const onePage = looks(before).length + ownReads(before) + 1
    expect((await history('zhang-wei', { first: onePage + 1 })).data.me.accessHistory.pageInfo.hasNextPage).toBe(false)

    wait(30 * 24 * 60 - (Date.parse(now) - Date.parse(readAt)) / 60_000 - 3)
    expect(looks(await history('zhang-wei'))).toEqual(looks(before))
    wait(10)
    const [first, ...rest] = looks(await history('zhang-wei'))
    expect(first).toMatchObject({ organisation: 'AMR', purpose: 'AMR-0001', purposeTitle: 'Start a business' })
    expect(rest).toEqual(looks(before))
  })

  it('gives the same in pages of one', async () => {
    const whole = await history('zhang-wei')
    const nodes: unknown[] = []
    let after: string | null = null
    for (let page = 0; page < 60; page += 1) {
      const { accessHistory }: Answer['data'] = (await ask(HISTORY, { caller: 'zhang-wei', variables: { first: 1, after } })).data.me
      nodes.push(...accessHistory.nodes)
      if (!accessHistory.pageInfo.hasNextPage) break
      after = accessHistory.pageInfo.endCursor
    }
    // Reading adds nothing: all pages together are the whole.
    expect(nodes).toEqual(whole.data.me.accessHistory.nodes)
  })
})

function ownReads(answer: Answer): number {
  return answer.data.me.accessHistory.nodes.length - looks(answer).length
}

async function auditLeaves(): Promise<readonly { readonly requestId?: string; readonly continues?: string; readonly subjects?: readonly string[] }[]> {
  const rows = await rowsOf<{ leaf: Buffer }>(city.databases.audit.query, `SELECT leaf FROM audit.record WHERE log = 'population' ORDER BY seq`)
  return rows.map(({ leaf }) => JSON.parse(leaf.toString('utf8')))
}

async function pids(): Promise<readonly string[]> {
  return (await rowsOf<{ pid: string }>(city.databases.population.query, 'SELECT pid FROM pop_person')).map(({ pid }) => pid)
}

async function rowsOf<Row extends pg.QueryResultRow>(address: pg.ClientConfig, text: string): Promise<readonly Row[]> {
  const client = new pg.Client(address)
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}
