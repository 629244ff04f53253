// The log tells who read what; who reads the log must not learn more by it: no department another's reads, no citizen another's
// history, no operator a person or a value, and nobody what is held back.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../policy-engine/decision.ts'
import { createPublicIds } from '../../resolvers/ids.ts'
import { subjectToken } from '../../subgraphs/record.ts'
import { tokenUuid } from '../../subgraphs/person-names.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { scenarioPeople } from '../../synthetic-city/scenario.ts'
import { askedFields } from '../support/asked-fields.ts'
import { accessOf, citySubgraph } from '../support/city-subgraph.ts'
import type { CitySubgraph } from '../support/city-subgraph.ts'
import { editedPolicies } from '../support/edited-policies.ts'
import { LINK_KEY } from '../support/loaded-city.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, Asked, RunningCity } from '../support/running-city.ts'

const pids = { zhangWei: linkingToken(scenarioPeople.zhangWei.idNo, LINK_KEY), ayiguli: linkingToken(scenarioPeople.ayiguli.idNo, LINK_KEY) }
const LOOKS = 'accessHistory(first: 50) { nodes { at organisation purpose categories } edges { cursor } pageInfo { hasNextPage startCursor endCursor } }'
const police = { caller: 'psb-officer', purpose: 'PSB-0001', caseNo: 'PSB-2026-0001' }

let city: RunningCity
let governance: CitySubgraph
const texts: string[] = []

async function ask(query: string, how: Asked): Promise<Answer> {
  const answer = await city.ask(query, how)
  texts.push(answer.text)
  return answer
}

const idFor = (org: string, pid: string): string => createPublicIds(city.keys.ids).encipher(org, 'Person', pid)
const citizen = (pid?: string): Caller => ({ kind: 'subject', org: 'CITIZEN', sub: 'someone', roles: [], assurance: 3, zone: 'mainland', ...(pid === undefined ? {} : { pid }) })
const official = (org: string): Caller => ({ kind: 'department', org, sub: 'official', roles: ['official'], assurance: 3, zone: 'intranet' })
const operator: Caller = { kind: 'operator', org: 'OPS', sub: 'auditor', roles: ['auditor'], assurance: 3, zone: 'intranet' }

/** Past the gateway: a reference to a person as a planner would send it. */
async function refer(caller: Caller, id: string, occasion: { readonly purpose?: string; readonly caseNo?: string } = {}): Promise<string> {
  const query = `query ($them: [_Any!]!) { _entities(representations: $them) { ... on Person { ${LOOKS} } } }`
  const access = accessOf(city, caller, occasion, askedFields(governance.subgraph.schema, query))
  const answer = await governance.subgraph.answer({ query, variables: { them: [{ __typename: 'Person', id, accessHistory: { nodes: [{ organisation: 'FORGED' }] } }] }, access, requestId: randomUUID() })
  texts.push(JSON.stringify(answer))
  return JSON.stringify(answer.data)
}

beforeAll(async () => {
  city = await runningCity({ policies: editedPolicies({ 'purposes.yaml': (text) => text.replace('code: AMR-0001,', 'code: AMR-0001, delayedDisclosure: 30,') }) })
  governance = citySubgraph(city, 'governance')
  for (const { idNo } of [scenarioPeople.zhangWei, scenarioPeople.ayiguli]) {
    await ask('query ($idNo: String!) { resolvePerson(idNo: $idNo) { name } }', { ...police, variables: { idNo } })
  }
  await ask('{ vehicles(first: 5) { nodes { plateNo } } }', { caller: 'tpb-officer', purpose: 'TPB-0001' })
  await city.city.follower.caughtUp()
}, 300_000)
afterAll(async () => {
  await governance.close()
  await city.stop()
})

describe("another's history", () => {
  it('is the own one by a reference to oneself, so what follows could succeed', async () => {
    expect(await refer(citizen(pids.zhangWei), idFor('CITIZEN', pids.zhangWei))).toContain('"organisation":"PSB"')
  })

  it.each([
    ['a citizen by the id that citizens know', () => refer(citizen(pids.zhangWei), idFor('CITIZEN', pids.ayiguli))],
    ['a citizen by the id of another organisation', () => refer(citizen(pids.zhangWei), idFor('PSB', pids.ayiguli))],
    ['a citizen by the own id of another organisation', () => refer(citizen(pids.zhangWei), idFor('PSB', pids.zhangWei))],
    ['a citizen by a linking token', () => refer(citizen(pids.zhangWei), pids.ayiguli)],
    ['a citizen by the token of the records', () => refer(citizen(pids.zhangWei), tokenUuid(subjectToken(city.keys.subjects, pids.ayiguli)))],
    ['a citizen whose token names nobody', () => refer(citizen(), idFor('CITIZEN', pids.ayiguli))],
    ['the owner of the register', () => refer(official('PSB'), idFor('PSB', pids.ayiguli), { purpose: 'PSB-0001', caseNo: 'PSB-2026-0001' })],
    ['the data centre', () => refer(official('BDC'), idFor('BDC', pids.ayiguli), { purpose: 'BDC-0001', caseNo: 'BDC-2026-0001' })],
    ['an operator', () => refer(operator, idFor('OPS', pids.ayiguli))],
  ])('is not given to %s', async (_who, reach) => {
    const data = await reach()
    expect(data).not.toMatch(/organisation|FORGED|cursor":"|true/)
  })

  it.each([
    ['a citizen by person(id)', () => ask(`query ($id: ID!) { person(id: $id) { ${LOOKS} } }`, { caller: 'zhang-wei', variables: { id: idFor('CITIZEN', pids.ayiguli) } })],
    ['a citizen by an alias onto the key', () => ask(`{ me { id: gender ${LOOKS} } }`, { caller: 'zhang-wei' })],
    ['the police by resolvePerson', () => ask(`query ($idNo: String!) { resolvePerson(idNo: $idNo) { ${LOOKS} } }`, { ...police, variables: { idNo: scenarioPeople.ayiguli.idNo } })],
    ['the police by a list', () => ask(`{ people(first: 3) { nodes { ${LOOKS} } } }`, police)],
    ['the registry by an edge', () => ask(`{ enterprises(first: 5) { nodes { legalRepresentative { ${LOOKS} } } } }`, { caller: 'amr-officer', purpose: 'AMR-0002' })],
    ['an operator by me', () => ask(`{ me { ${LOOKS} } }`, { caller: 'auditor' })],
    ['anybody by me', () => ask(`{ me { ${LOOKS} } }`, {})],
  ])('is not given through the gateway to %s', async (_who, reach) => {
    const answer = await reach()
    expect(JSON.stringify(answer.data ?? null)).not.toMatch(/organisation|cursor":"/)
  })
})

describe("another department's reads", () => {
  it.each([
    ['by their caller', { callerOrg: { eq: 'PSB' } }],
    ['by their log', { log: { eq: 'population' } }],
    ['by their purpose', { purpose: { in: ['PSB-0001'] } }],
    ['by the gateway', { log: { eq: 'gateway' } }],
  ])('are not found %s', async (_how, where) => {
    const answer = await ask('query ($where: AccessRecordWhere) { accessRecords(where: $where) { nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }', { caller: 'amr-officer', variables: { where } })
    expect(answer.errors).toEqual([])
    expect(answer.data.accessRecords).toEqual({ nodes: [], edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null } })
  })

  it('are not found by the official, since that is not clear on every row', async () => {
    const answer = await ask('{ accessRecords(where: { callerSub: { eq: "psb-officer" } }) { nodes { id } } }', { caller: 'tpb-officer' })
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['NOT_FILTERABLE'])
  })

  it("are not reached by an operator's or another department's cursor", async () => {
    const list = 'query ($after: String) { accessRecords(first: 1, after: $after) { nodes { id } pageInfo { endCursor } } }'
    for (const other of ['auditor', 'psb-officer']) {
      const { endCursor } = (await ask(list, { caller: other })).data.accessRecords.pageInfo
      const answer = await ask(list, { caller: 'tpb-officer', variables: { after: endCursor } })
      expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT'])
    }
  })

  it('are not reached from a field of a record that is seen', async () => {
    const answer = await ask('{ accessRecords(first: 50) { nodes { fields(first: 100) { nodes { field owner } } } } }', { caller: 'tpb-officer' })
    const owners = answer.data.accessRecords.nodes.flatMap(({ fields }: Answer['data']) => fields.nodes.map(({ owner }: Answer['data']) => owner))
    expect(new Set(owners)).toEqual(new Set(['TPB']))
  })
})

describe('what is held back', () => {
  it('changes nothing that the person can see: entries, pages, order, cursors that others gave', async () => {
    const look = async (): Promise<unknown> => {
      await city.city.follower.caughtUp()
      const pages: unknown[] = []
      for (const first of [0, 1, 2, 50]) {
        const { me } = (await ask(`{ me { accessHistory(first: ${first}) { nodes { at organisation purpose register categories } pageInfo { hasNextPage hasPreviousPage } } } }`, { caller: 'ayiguli' })).data
        pages.push(first === 50 ? me.accessHistory.nodes.filter(({ organisation }: Answer['data']) => organisation !== 'CITIZEN') : me.accessHistory.pageInfo.hasPreviousPage)
      }
      return pages
    }
    const before = await look()
    const delayed = await ask('query ($name: String!, $idNo: String!) { verifyIdentity(name: $name, idNo: $idNo) }', { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001', variables: { name: scenarioPeople.ayiguli.name, idNo: scenarioPeople.ayiguli.idNo } })
    expect(delayed.data.verifyIdentity).toBe('MATCH')
    expect(await look()).toEqual(before)
  })

  it('knows no count, filter or order of a history', () => {
    const { classification } = city.city.core
    const shown = classification.fields().filter(({ type }) => type === 'Access')
    expect(shown.length).toBeGreaterThan(5)
    expect(shown.filter(({ sortable, filterOperators }) => sortable || filterOperators.length > 0)).toEqual([])
  })
})

it('tells no token, number or linking token in any answer', () => {
  expect(texts.length).toBeGreaterThan(30)
  for (const pid of Object.values(pids)) {
    const token = subjectToken(city.keys.subjects, pid)
    for (const secret of [pid, token, tokenUuid(token)]) expect(texts.filter((text) => text.includes(secret))).toEqual([])
  }
  const log = city.log() + governance.log()
  for (const pid of Object.values(pids)) expect(log).not.toContain(subjectToken(city.keys.subjects, pid))
})
