// Cursors and public ids fit one organisation, one list, one type (DOMAIN 4.7): nothing borrowed, altered, guessed or old is
// accepted, nothing in them can be read or compared, and a retired key works during its rotation and only then.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPublicIds } from '../../resolvers/ids.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { scenarioIds, scenarioPeople } from '../../synthetic-city/scenario.ts'
import { LINK_KEY } from '../support/loaded-city.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, Asked, RunningCity } from '../support/running-city.ts'

const [E1, E2] = ['91310199MA1K0T2A0A', '91310199MA1K0T3B5G']
const psb: Asked = { caller: 'psb-officer', purpose: 'PSB-0001', caseNo: 'SH-2026-0001' }
const amr: Asked = { caller: 'amr-officer', purpose: 'AMR-0002' }
const oldKey = new TextEncoder().encode('test-pair-key-v1')
const newKey = new TextEncoder().encode('test-pair-key-v2, which is newer')

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => {
  await city.stop()
})

const list = 'query($after: String, $first: Int = 3) { enterprises(first: $first, after: $after) { nodes { uscc } edges { cursor } pageInfo { endCursor hasNextPage startCursor } } }'

async function cursorOf(how: Asked = {}): Promise<string> {
  return (await city.ask(list, how)).data.enterprises.pageInfo.endCursor
}

function refused(answer: Answer, root = 'enterprises'): void {
  expect(answer.errors.map(({ extensions, message }) => [extensions.code, extensions.argument, message])).toEqual([['BAD_USER_INPUT', 'after', 'The request is not well formed. The cursor does not belong to this list.']])
  expect(answer.data?.[root] ?? null).toBeNull()
}

describe('a cursor', () => {
  it('goes on where it stands, with any page size, and is never twice the same', async () => {
    const all: string[] = (await city.ask(list, { variables: { first: 10 } })).data.enterprises.nodes.map(({ uscc }: { uscc: string }) => uscc)
    const after = await cursorOf()
    for (const first of [1, 2, 5, 7]) {
      const page = await city.ask(list, { variables: { after, first } })
      expect(page.data.enterprises.nodes.map(({ uscc }: { uscc: string }) => uscc)).toEqual(all.slice(3, 3 + first))
    }
    expect(await cursorOf()).not.toBe(after)
    expect((await city.ask(list, { variables: { after, first: 0 } })).data.enterprises.nodes).toEqual([])
  })

  it('tells nothing: no code, no name, no date, and lengths in steps', async () => {
    const answer = await city.ask('{ people(first: 20, orderBy: [NAME_ASC, BIRTH_DATE_DESC]) { edges { cursor node { id name birthDate } } } }', psb)
    const lengths = new Set<number>()
    for (const { cursor, node } of answer.data.people.edges) {
      const bytes = Buffer.from(cursor, 'base64url')
      for (const value of [node.name, node.birthDate, node.id, node.id.slice(1)]) expect(bytes.includes(Buffer.from(value))).toBe(false)
      lengths.add(bytes.length)
    }
    expect([...lengths].every((length) => (length - 28) % 64 === 0)).toBe(true)
  })

  it('is refused to another organisation', async () => {
    const open = await cursorOf()
    for (const how of [{ caller: 'nav-b' }, { caller: 'bank-a' }, amr, { caller: 'zhang-wei' }]) refused(await city.ask(list, { ...how, variables: { after: open } }))
    refused(await city.ask(list, { variables: { after: await cursorOf(amr) } }))
    // Two callers of one organisation share their lists.
    expect((await city.ask(list, { caller: 'ayiguli', variables: { after: await cursorOf({ caller: 'zhang-wei' }) } })).errors).toEqual([])
  })

  it('is refused by another list, another where, another order, another parent', async () => {
    const after = await cursorOf()
    const others: readonly (readonly [string, string])[] = [
      ['creditRecords', 'creditRecords(after: $after) { nodes { recordNo } }'],
      ['metroLines', 'metroLines(after: $after) { nodes { name } }'],
      ['enterprises', 'enterprises(after: $after, where: { status: { eq: "1" } }) { nodes { uscc } }'],
      ['enterprises', 'enterprises(after: $after, where: {}) { nodes { uscc } }'],
      ['enterprises', 'enterprises(after: $after, orderBy: [NAME_ASC]) { nodes { uscc } }'],
    ]
    for (const [root, field] of others) {
      const answer = await city.ask(`query($after: String) { ${field} }`, { variables: { after } })
      refused(answer, root)
    }
    const where = 'query($after: String, $value: String) { enterprises(first: 2, after: $after, where: { division: { eq: $value } }) { pageInfo { endCursor } } }'
    const huangpu = (await city.ask(where, { variables: { value: '310101' } })).data.enterprises.pageInfo.endCursor
    expect((await city.ask(where, { variables: { value: '310101', after: huangpu } })).errors).toEqual([])
    refused(await city.ask(where, { variables: { value: '310115', after: huangpu } }))
    const nested = 'query($uscc: ID!, $after: String) { enterprise(uscc: $uscc) { shareholders(first: 1, after: $after) { nodes { holderName } pageInfo { endCursor } } } }'
    const of1 = (await city.ask(nested, { variables: { uscc: E1 } })).data.enterprise.shareholders.pageInfo.endCursor
    expect((await city.ask(nested, { variables: { uscc: E1, after: of1 } })).errors).toEqual([])
    const borrowed = await city.ask(nested, { variables: { uscc: E2, after: of1 } })
    expect(borrowed.errors.map(({ extensions }) => [extensions.code, extensions.argument])).toEqual([['BAD_USER_INPUT', 'after']])
    expect(borrowed.data.enterprise.shareholders).toBeNull()
  })

  it('is refused when one byte of it is altered, cut off, added or spelt otherwise', async () => {
    const after = await cursorOf()
    const bytes = Buffer.from(after, 'base64url')
    const altered = Array.from(bytes, (_, at) => at).filter((at) => at % 7 === 0 || at === bytes.length - 1).map((at) => Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 0x40 : byte))).toString('base64url'))
    const cut = [0, 1, 11, 12, 27, 28, 29, bytes.length - 1].map((length) => bytes.subarray(0, length).toString('base64url')).filter((text) => text !== '')
    const spelt = [`${after}=`, `${after}A`, ` ${after}`, `${after}\n`, after.toUpperCase(), bytes.toString('base64'), bytes.toString('hex'), `${after}${after}`, 'x', '1', '0', 'null', '[]', "' OR 1=1 --", '\u0000', '😀', 'A'.repeat(5_000)].filter((text) => text !== after)
    for (const text of [...altered, ...cut, ...spelt]) refused(await city.ask(list, { variables: { after: text } }))
    expect((await city.ask(list, { variables: { after: '' } })).errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT'])
  })
})

describe('a public id', () => {
  const pid = linkingToken(scenarioPeople.zhangWei.idNo, LINK_KEY)
  const person = 'query($id: ID!) { person(id: $id) { id name } }'
  const ids = createPublicIds([oldKey])
  const shape = ({ data, errors, sharing, status }: Answer): unknown => ({ status, data, errors, decisions: sharing.decisions, logs: sharing.records.map(({ log }) => log) })

  it('is another for each organisation and each type', async () => {
    const org = (name: string): string => ids.encipher(name, 'Person', pid)
    expect((await city.ask(person, { ...psb, variables: { id: org('PSB') } })).data.person).toEqual({ id: org('PSB'), name: '张伟' })
    const seen = new Set(['PSB', 'AMR', 'BANK-A', 'PUBLIC', 'CITIZEN'].flatMap((name) => ['Person', 'Driver', 'License'].map((type) => ids.encipher(name, type, pid))))
    expect(seen.size).toBe(15)
    const [theirs, ours] = await Promise.all([amr, { caller: 'tpb-officer', purpose: 'TPB-0001' }].map(async (how) => (await city.ask('{ creditRecords(first: 5) { nodes { id recordNo } } }', how)).data.creditRecords.nodes))
    expect(theirs.map((one: { recordNo: string }) => one.recordNo)).toEqual(ours.map((one: { recordNo: string }) => one.recordNo))
    for (const [at, one] of theirs.entries()) expect(one.id).not.toBe(ours[at].id)
  })

  it('hits nobody with another organisation’s id, another type’s, random bytes, a raw token, or anything else', async () => {
    const unknown = await city.ask(person, { ...psb, variables: { id: `1${randomBytes(16).toString('base64url')}` } })
    expect(unknown.data).toEqual({ person: null })
    expect(unknown.errors).toEqual([])
    const wrong = [
      ids.encipher('AMR', 'Person', pid), ids.encipher('PUBLIC', 'Person', pid), ids.encipher('PSB', 'Driver', pid), ids.encipher('PSB', 'License', scenarioIds.zhangWeiIdentity),
      createPublicIds([newKey]).encipher('PSB', 'Person', pid), pid, `1${pid}`, pid.replaceAll('-', ''), `1${Buffer.from(pid.replaceAll('-', ''), 'hex').toString('base64url')}`,
      ids.encipher('PSB', 'Person', pid).slice(0, -1), `${ids.encipher('PSB', 'Person', pid)}A`, ids.encipher('PSB', 'Person', pid).replace(/^1/, '2'), ` ${ids.encipher('PSB', 'Person', pid)}`,
      scenarioPeople.zhangWei.idNo, '', '0', '-1', "1' OR '1'='1", '1__________________________', '%', '__proto__', '\u0000', '\ud800', '1'.repeat(10_000),
    ]
    for (const id of wrong) {
      const answer = await city.ask(person, { ...psb, variables: { id } })
      expect(shape(answer), id.slice(0, 40)).toEqual(shape(unknown))
      expect(answer.text).not.toContain('张伟')
    }
    // The last character of 16 bytes holds four unused bits: one id has one spelling.
    const right = ids.encipher('PSB', 'Person', pid)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const twin = `${right.slice(0, -1)}${alphabet[alphabet.indexOf(right.at(-1) ?? 'A') + 1]}`
    expect(shape(await city.ask(person, { ...psb, variables: { id: twin } }))).toEqual(shape(unknown))
  })

  it('tells nothing about rows that are there but not for the caller', async () => {
    const license = 'query($id: ID!) { license(id: $id) { id status } }'
    for (const how of [{}, { caller: 'nav-b' }, { caller: 'zhang-wei' }]) {
      const org = how.caller === undefined ? 'PUBLIC' : how.caller === 'nav-b' ? 'NAV-B' : 'CITIZEN'
      const there = await city.ask(license, { ...how, variables: { id: ids.encipher(org, 'License', scenarioIds.ayiguliDisability) } })
      const nowhere = await city.ask(license, { ...how, variables: { id: ids.encipher(org, 'License', '00000000-0000-4000-8000-00000000dead') } })
      expect(there.data).toEqual({ license: null })
      expect(shape(there)).toEqual(shape(nowhere))
    }
  })

  it('of an old key works during the rotation and only then; cursors too', async () => {
    const rotating = await runningCity({ databases: city.databases, idKeys: [newKey, oldKey] })
    const rotated = await runningCity({ databases: city.databases, idKeys: [newKey] })
    try {
      const [old, fresh] = [ids.encipher('PSB', 'Person', pid), createPublicIds([newKey]).encipher('PSB', 'Person', pid)]
      const asked = async (where: RunningCity, id: string): Promise<unknown> => (await where.ask(person, { ...psb, variables: { id } })).data.person
      expect(await asked(city, fresh)).toBeNull()
      expect(await asked(rotating, old)).toEqual({ id: fresh, name: '张伟' })
      expect(await asked(rotating, fresh)).toEqual({ id: fresh, name: '张伟' })
      expect(await asked(rotated, fresh)).toEqual({ id: fresh, name: '张伟' })
      expect(await asked(rotated, old)).toBeNull()
      // Across subgraphs, where the id is the join.
      const joined = 'query($id: ID!) { person(id: $id) { id name driver { points } licenses { nodes { status } } } }'
      const whole = await rotating.ask(joined, { ...psb, variables: { id: old } })
      expect(whole.errors).toEqual([])
      expect(whole.data.person.id).toBe(fresh)
      const after = await cursorOf()
      expect((await rotating.ask(list, { variables: { after } })).errors).toEqual([])
      refused(await rotated.ask(list, { variables: { after } }))
      const [first, second] = [(await rotating.ask(list)).data.enterprises.pageInfo.endCursor, (await rotated.ask(list)).data.enterprises.pageInfo.endCursor]
      refused(await city.ask(list, { variables: { after: first } }))
      expect((await rotating.ask(list, { variables: { after: second } })).errors).toEqual([])
    } finally {
      await rotating.stop()
      await rotated.stop()
    }
  })
})
