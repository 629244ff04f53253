// What is kept of an operation between requests serves nobody else: the same text asked again by others, for other purposes, under
// edited policies, with other literals. A comment makes a text that was never asked: it is answered from nothing kept.

import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { post, runningCity } from '../support/running-city.ts'
import type { Answer, Asked, RunningCity } from '../support/running-city.ts'
import { askingCallers, askings } from '../support/askings.ts'
import { editedPolicies } from '../support/edited-policies.ts'
import { eventually } from '../support/outage.ts'

let folder: string
let city: RunningCity
beforeAll(async () => {
  folder = editedPolicies({ 'limits.cedar': (text) => `${text}\n` })
  city = await runningCity({ policies: folder })
})
afterAll(async () => {
  await city?.stop()
})

const requestId = '5d3c1a52-0000-4000-8000-00000000a9a1'
let asked = 0
const never = (query: string): string => `${query}\n# ${(asked += 1)}`

/** All that an answer says but for the ids of its records and what is sealed anew each time. */
function said({ status, text }: Answer): unknown {
  return [status, text.replace(/"records":\[[^\]]*\]/, '').replace(/"[A-Za-z0-9_-]{100,}"/g, '"sealed"').replace(/"locations":\[[^\]]*\],?/g, '')]
}

const ask = (query: string, how: Asked): Promise<Answer> => city.ask(query, { ...how, headers: { ...how.headers, 'x-request-id': requestId } })

/** By GET, where literals stay in the text. */
async function got(query: string, how: Asked): Promise<Answer> {
  const search = new URLSearchParams({ query, ...(how.variables === undefined ? {} : { variables: JSON.stringify(how.variables) }) })
  const header = (name: string, value: string | undefined): Record<string, string> => (value === undefined ? {} : { [name]: value })
  const response = await fetch(`${city.url}/graphql?${search.toString()}`, {
    headers: {
      'apollo-require-preflight': 'true', 'x-request-id': requestId, ...header('authorization', how.caller === undefined ? undefined : `Bearer ${await city.token(how.caller)}`),
      ...header('x-purpose', how.purpose), ...header('x-case-no', how.caseNo), ...header('x-authorization-ref', how.authorizationRef), ...how.headers,
    },
  })
  const text = await response.text()
  const body = JSON.parse(text)
  return { status: response.status, text, data: body.data, errors: body.errors ?? [], sharing: body.extensions?.sharing }
}

const rating = '{ enterprise(uscc: "91310199MA1K0T2A0A") { name contactMobile legalRepresentative { name birthDate mobile } creditRating { grade score } } }'

describe('an operation asked again', () => {
  it('is decided for who asks, for what, and with or without a case', async () => {
    const ways: readonly Asked[] = [
      ...Object.values(askingCallers), { caller: 'bank-a' }, { caller: 'bank-a', purpose: 'BANK-0602' }, { caller: 'psb-officer', purpose: 'PSB-0001' }, { caller: 'amr-officer' },
      { caller: 'bank-a', purpose: 'BANK-0602', headers: { 'x-denied': 'errors' } }, { caller: 'bank-a', purpose: 'BANK-0602', headers: { 'x-dry-run': 'decisions' } },
    ]
    const answers = new Set<string>()
    for (const turn of [ways, ways.toReversed()]) {
      for (const how of turn) {
        const kept = said(await ask(rating, how))
        expect(kept, JSON.stringify(how)).toEqual(said(await ask(never(rating), how)))
        answers.add(JSON.stringify(kept))
      }
    }
    expect(answers.size).toBeGreaterThan(6)
  })

  it('is decided by the bundle in force', async () => {
    const bank = { caller: 'bank-a', purpose: 'BANK-0602' }
    const before = await ask(rating, bank)
    expect(before.data.enterprise.creditRating.grade).toMatch(/^[A-D]$/)
    const file = join(folder, 'limits.cedar')
    const text = readFileSync(file, 'utf8')
    const edit = (now: string): void => {
      writeFileSync(`${file}.new~`, now)
      renameSync(`${file}.new~`, file)
    }
    edit(`${text}\n@id("flow-edit")\n@because("a test")\nforbid (principal, action, resource)\nwhen { context.field.coordinate == "CreditRating.grade" };\n`)
    await eventually(5_000, async () => expect((await ask('{ metroLines { nodes { name } } }', bank)).sharing.policyVersion).not.toBe(before.sharing.policyVersion))
    const after = await ask(rating, bank)
    expect(after.data.enterprise.creditRating.grade).toBeNull()
    expect(after.sharing.decisions).toContainEqual(expect.objectContaining({ path: 'enterprise.creditRating.grade', decision: 'DENIED' }))
    expect(said(after)).toEqual(said(await ask(never(rating), bank)))
    edit(text)
    await eventually(5_000, async () => expect((await ask(rating, bank)).text).toContain(before.sharing.policyVersion))
    expect(said(await ask(rating, bank))).toEqual(said(before))
  })

  it('with other literals is answered by these alone', async () => {
    const how = { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001' }
    const of = (uscc: string): string => `{ enterprise(uscc: "${uscc}") { uscc name } }`
    const usccs = ((await ask('{ enterprises(first: 4) { nodes { uscc } } }', how)).data.enterprises.nodes as { uscc: string }[]).map(({ uscc }) => uscc)
    for (const uscc of [...usccs, 'nobody', ...usccs.toReversed()]) {
      const { data } = await ask(of(uscc), how)
      expect(data.enterprise?.uscc ?? 'nobody').toBe(uscc)
    }
    for (const first of [1, 3, 2]) expect((await ask(`{ enterprises(first: ${first}) { nodes { uscc } } }`, how)).data.enterprises.nodes).toHaveLength(first)
    const large = (first: number): string => `{ enterprises(first: ${first}) { nodes { shareholders(first: ${first}) { nodes { holderEnterprise { shareholders(first: ${first}) { nodes { ratio } } } } } } } }`
    expect((await ask(large(2), how)).status).toBe(200)
    expect((await ask(large(100), how)).errors.map(({ extensions }) => extensions.code)).toEqual(['TOO_COSTLY'])
    expect((await ask(large(2), how)).status).toBe(200)
    for (const first of ['500', '0', '-1', '99999999999', '1.5', '"2"', 'null']) {
      const query = `{ enterprises(first: ${first}) { nodes { uscc } } }`
      expect(said(await ask(query, how)), first).toEqual(said(await got(query, how)))
    }
  })

  for (const [who, how] of Object.entries(askingCallers)) {
    it(`is answered to ${who} alike with literals in the text and lifted out of it`, async () => {
      for (const asking of Object.values(askings)) {
        if (/resolvePerson|verify|check|mutation|bornBetween/i.test(asking.query)) continue
        const full = { ...how, ...asking }
        expect(said(await ask(asking.query, full)), asking.query).toEqual(said(await got(asking.query, full)))
      }
    })
  }

  it('is refused alike whatever a client sends beside its text', async () => {
    const query = '{ enterprise(uscc: "1") { name } }'
    const token = await city.token('bank-a')
    const sent = async (body: unknown): Promise<number> => (await fetch(`${city.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify(body) })).status
    for (const variables of ['x', 1, [1]]) expect(await sent({ query, variables })).toBe(400)
    for (const variables of [null, {}, { lifted_0: '91310199MA1K0T2A0A' }]) expect(await sent({ query, variables })).toBe(200)
    expect(await sent({ query, operationName: 'Other' })).toBe(400)
    expect(await sent({ query, extensions: { persistedQuery: { version: 1, sha256Hash: 'a' } } })).toBe(400)
    const other = await post(city.url, query, { variables: { lifted_0: '91310199MA1K0T2A0A' } }, token)
    expect(other.data).toEqual({ enterprise: null })
  })
})
