// Attempts to have the city serve something by an open query that its owner, its text or its level do not allow: under another's name, by
// one person alone, with another text than was reviewed, or with a text that is no plain query of data.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LICENSES, NAMES, openActs, openText, outcomeOf } from '../support/open-texts.ts'
import type { OpenActs } from '../support/open-texts.ts'
import { post, runningCity, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let city: RunningCity
let acts: OpenActs
const tokens = { owner: '', second: '', city: '', stranger: '', strangers: '' }
beforeAll(async () => {
  city = await runningCity()
  acts = openActs(city.url)
  tokens.owner = await city.token('amr-data-owner')
  tokens.second = await city.token('amr-second-owner')
  tokens.city = await city.token('security-officer')
  tokens.stranger = await signedToken(city, { subject: 'trans-owner', claims: { org: 'TRANS', roles: ['data-owner', 'data-approver'] } })
  tokens.strangers = await signedToken(city, { subject: 'trans-second', claims: { org: 'TRANS', roles: ['data-owner', 'data-approver'] } })
}, 300_000)
afterAll(async () => city.stop())

const problemsOf = ({ data, errors }: Answer): readonly string[] => {
  expect(errors).toEqual([])
  expect(data.proposeOpenQuery).toMatchObject({ hash: null, state: null })
  return data.proposeOpenQuery.problems
}
const submitted = async (text: string, token: string): Promise<string> => {
  const { hash, id } = (await acts.propose(text, token)).data.proposeOpenQuery
  expect(outcomeOf(await acts.submit(id, hash, token))).toBe('REVIEW')
  return hash
}
const sql = async (text: string, values: readonly unknown[] = [], as: 'owner' | 'governance' | 'gateway' = 'owner'): Promise<pg.QueryResult> => {
  const client = new pg.Client(as === 'owner' ? city.databases.audit.owner : city.databases.audit.writer(as))
  await client.connect()
  try {
    return await client.query(text, [...values])
  } finally {
    await client.end()
  }
}

describe('nobody', () => {
  it.each([
    ['the public', undefined], ['a partner', 'bank-a'], ['a citizen', 'zhang-wei'], ['an official without the role', 'amr-officer'], ['an auditor', 'auditor'],
  ])('acts as %s', async (_who, caller) => {
    const token = caller === undefined ? undefined : await city.token(caller)
    const hash = 'a'.repeat(64)
    for (const answer of [await acts.propose(openText(), token), await acts.submit('enterprise', hash, token), await acts.publish('enterprise', hash, token), await acts.sendBack('enterprise', hash, token), await acts.withdraw('enterprise', token), await acts.resume('enterprise', token)]) {
      expect(answer.errors.length > 0 ? answer.errors[0]?.extensions.code : Object.values(answer.data as object)[0]).toBeOneOf(['FORBIDDEN', null])
    }
    expect((await fetch(`${city.url}/open/v1/enterprise?uscc=91310199MA1K0T2A0A`)).status).toBe(200)
  })

  it('proposes, publishes, withdraws or resumes what another department owns, a file that ships among it', async () => {
    expect(problemsOf(await acts.propose(openText(), tokens.stranger))).toEqual(['1:1 the owner is the department of whoever proposes it'])
    expect(outcomeOf(await acts.propose(openText({ id: 'enterprise', version: 9, owner: 'TRANS' }), tokens.stranger))).toBe('FORBIDDEN')
    const hash = await submitted(openText({ id: 'of-amr' }), tokens.owner)
    expect(outcomeOf(await acts.publish('of-amr', hash, tokens.stranger))).toBe('BAD_USER_INPUT')
    expect(outcomeOf(await acts.sendBack('of-amr', hash, tokens.stranger))).toBe('BAD_USER_INPUT')
    expect(outcomeOf(await acts.propose(openText({ id: 'of-amr', version: 2, owner: 'TRANS' }), tokens.stranger))).toBe('FORBIDDEN')
    expect(outcomeOf(await acts.withdraw('enterprise', tokens.stranger))).toBe('BAD_USER_INPUT')
    expect((await sql(`SELECT FROM audit.open_text WHERE query = 'enterprise'`)).rowCount).toBe(0)
    expect(outcomeOf(await acts.publish('of-amr', hash, tokens.second))).toBe('PUBLISHED')
    expect(outcomeOf(await acts.withdraw('of-amr', tokens.stranger))).toBe('BAD_USER_INPUT')
    expect(outcomeOf(await acts.withdraw('of-amr', tokens.owner))).toBe('WITHDRAWN')
    expect(outcomeOf(await acts.resume('of-amr', tokens.stranger))).toBe('BAD_USER_INPUT')
  })

  it('publishes what he proposed or submitted himself, under whatever role or organisation', async () => {
    const hash = await submitted(openText({ id: 'alone' }), tokens.owner)
    expect(outcomeOf(await acts.publish('alone', hash, tokens.owner))).toBe('FORBIDDEN')
    const asCity = await signedToken(city, { subject: 'amr-data-owner', claims: { org: 'BDC', roles: ['policy-officer'] } })
    expect(outcomeOf(await acts.publish('alone', hash, asCity))).toBe('FORBIDDEN')
    // One writes, the other submits: neither of the two.
    const written = (await acts.propose(openText({ id: 'two-hands' }), tokens.owner)).data.proposeOpenQuery.hash
    expect(outcomeOf(await acts.submit('two-hands', written, tokens.second))).toBe('REVIEW')
    for (const token of [tokens.owner, tokens.second]) expect(outcomeOf(await acts.publish('two-hands', written, token))).toBe('FORBIDDEN')
  })

  it('is another person by another spelling of one name', async () => {
    const otherwise = await signedToken(city, { subject: 'AMR-Data-Owner', claims: { org: 'AMR', roles: ['data-owner', 'data-approver'] } })
    const hash = await submitted(openText({ id: 'respelt' }), tokens.owner)
    expect(outcomeOf(await acts.publish('respelt', hash, otherwise))).toBe('FORBIDDEN')
    expect(outcomeOf(await acts.publish('respelt', hash, tokens.second))).toBe('PUBLISHED')
    expect(outcomeOf(await acts.withdraw('respelt', tokens.owner))).toBe('WITHDRAWN')
    expect(outcomeOf(await acts.resume('respelt', otherwise))).toBe('FORBIDDEN')
  })

  it('publishes by the city office alone, or resumes as its owner what the city withdrew, also not by a newer version', async () => {
    const hash = await submitted(openText({ id: 'by-city' }), tokens.owner)
    expect(outcomeOf(await acts.publish('by-city', hash, tokens.city))).toBe('REVIEW')
    expect(outcomeOf(await acts.publish('by-city', hash, tokens.second))).toBe('PUBLISHED')
    expect(outcomeOf(await acts.withdraw('by-city', tokens.city))).toBe('WITHDRAWN')
    expect(outcomeOf(await acts.resume('by-city', tokens.second))).toBe('BAD_USER_INPUT')
    const next = await submitted(openText({ id: 'by-city', version: 2 }), tokens.owner)
    expect(outcomeOf(await acts.publish('by-city', next, tokens.second))).toBe('REVIEW')
    await new Promise((done) => setTimeout(done, 900))
    expect((await fetch(`${city.url}/open/v1/by-city?division=310101`)).status).toBe(404)
  })
})

describe('the text that was reviewed', () => {
  it('is the one that is published: a hash of another text, an older draft or a space more is refused', async () => {
    const hash = await submitted(openText({ id: 'reviewed' }), tokens.owner)
    for (const other of ['f'.repeat(64), hash.toUpperCase(), `${hash} `, '']) expect(outcomeOf(await acts.publish('reviewed', other, tokens.second)), other).toBe('BAD_USER_INPUT')
    await acts.propose(`${openText({ id: 'reviewed' })} `, tokens.owner)
    expect(outcomeOf(await acts.publish('reviewed', hash, tokens.second))).toBe('BAD_USER_INPUT')
  })

  it('cannot be changed where it is kept, nor can a hash be given to another text', async () => {
    await expect(sql(`UPDATE audit.open_text SET content = 'other'`)).rejects.toThrow()
    await expect(sql(`DELETE FROM audit.open_step`)).rejects.toThrow()
    await expect(sql('SELECT audit.propose_open($1, $2, 1, $3, 1, $4, $5, $3, $6, now())', ['0198f6de-0000-7000-8000-000000000001', 'forged', 'AMR', 'a'.repeat(64), 'text', 'somebody'], 'governance')).rejects.toThrow(/not an open query/)
    for (const text of [`SELECT audit.stand_open('0198f6de-0000-7000-8000-000000000002', 'of-amr', 'PUBLISHED', 'CITY', 'BDC', 'x', now())`, `SELECT audit.open_newest('of-amr')`, 'SELECT * FROM audit.open_text']) {
      await expect(sql(text, [], 'gateway'), text).rejects.toThrow()
    }
  })

  it('that differs from its hash in the register all the same is not served', async () => {
    const hash = await submitted(openText({ id: 'swapped' }), tokens.owner)
    expect(outcomeOf(await acts.publish('swapped', hash, tokens.second))).toBe('PUBLISHED')
    await new Promise((done) => setTimeout(done, 900))
    expect((await fetch(`${city.url}/open/v1/swapped?division=310101`)).status).toBe(200)
    // Whoever owns the database can take the trigger away.
    await sql(`ALTER TABLE audit.open_text DISABLE TRIGGER open_text_is_append_only`)
    await sql(`UPDATE audit.open_text SET content = replace(content, 'nodes { uscc name }', 'nodes { uscc legalRepName }') WHERE query = 'swapped'`)
    await sql(`ALTER TABLE audit.open_text ENABLE TRIGGER open_text_is_append_only`)
    await acts.withdraw('swapped', tokens.owner)
    await acts.resume('swapped', tokens.second)
    await new Promise((done) => setTimeout(done, 900))
    expect((await fetch(`${city.url}/open/v1/swapped?division=310101`)).status).toBe(404)
    expect(city.log()).toContain('its text is not the one that was published')
  })

  it('is published at most once where two people publish and its author edits it at the same moment', async () => {
    const hash = await submitted(openText({ id: 'racing' }), tokens.owner)
    const third = await signedToken(city, { subject: 'amr-third', claims: { org: 'AMR', roles: ['data-approver'] } })
    const ends = (await Promise.all([acts.publish('racing', hash, tokens.second), acts.publish('racing', hash, third), acts.propose(openText({ id: 'racing', more: ['keywords: [b]'] }), tokens.owner)])).map(outcomeOf)
    const steps = await sql(`SELECT s.state FROM audit.open_step AS s JOIN audit.open_text AS t ON t.id = s.text WHERE s.query = 'racing' AND t.hash = $1 AND s.state = 'PUBLISHED'`, [hash])
    expect(steps.rowCount).toBe(ends.slice(0, 2).filter((end) => end === 'PUBLISHED').length)
    expect(steps.rowCount).toBeLessThanOrEqual(1)
  })
})

describe('a text', () => {
  it.each([
    ['that acts', { operation: 'mutation Stop { stopSharing(field: "Enterprise.name", reason: LEAK) { id } }', parameters: '' }, /reads; acts are none/],
    ['that asks for the schema', { operation: 'query Schema { __schema { types { name } } }', parameters: '' }, /__schema is no data/],
    ['that asks for the schema beside data', { operation: NAMES.replace('  enterprises(', '  __schema { types { name } }\n  enterprises(') }, /__schema is no data/],
    ['that asks for names of types', { operation: NAMES.replace('uscc name', 'uscc __typename name') }, /__typename is no data/],
    ['that takes a key’s place by an alias', { operation: NAMES.replace('uscc name', 'uscc: name') }, /An alias may not/],
    ['that takes the place of __typename by an alias', { operation: NAMES.replace('uscc name', '__typename: name') }, /An alias may not/],
    ['that hides a person’s number in the operation', { operation: 'query Hidden { verifyIdentity(name: "张伟", idNo: "310199198503070112") }', parameters: '' }, /a number of a person/],
    ['that shows a person’s number in an example', { parameters: 'division: "310199198503070112"' }, /a number of a person/],
    ['above what the public may have', { operation: LICENSES, parameters: 'uscc: 91310199MA1K0T2A0A' }, /its level is L2, and the audience public may have no more than L1/],
    ['above what a key may have', { audience: 'key', operation: 'query Home($uscc: ID!) { enterprise(uscc: $uscc) { domicile } }', parameters: 'uscc: 91310199MA1K0T2A0A' }, /its level is L3/],
    ['of two operations', { operation: `${NAMES}\nquery Second { metroLines { nodes { name } } }` }, /one operation/],
    ['that fills the heap', { operation: NAMES, more: Array.from({ length: 600 }, () => `keywords: [${'x'.repeat(50)}]`) }, /at most 32768 characters/],
    ['whose id is another path', { id: '../graphql' }, /an id is of small letters/],
    ['whose id is percent-encoded', { id: 'a%2fb' }, /an id is of small letters/],
    ['whose purpose is not registered', { audience: 'grant', purpose: 'EDU-9999' }, /not registered/],
    ['that is called after serving’s own parameters', { operation: NAMES.replaceAll('$division', '$format'), parameters: 'format: "310101"' }, /every open query has/],
  ])('%s is refused, with the place', async (_what, changes, reason) => {
    const problems = problemsOf(await acts.propose(openText({ id: 'refused', ...changes }), tokens.owner))
    expect(problems.join('\n')).toMatch(reason)
    for (const problem of problems) expect(problem).toMatch(/^\d+:\d+ \S/)
    expect(problems.join('\n')).not.toContain('310199198503070112')
    expect((await sql(`SELECT FROM audit.open_text WHERE query LIKE 'refused%' OR query LIKE '%/%'`)).rowCount).toBe(0)
  })

  it('that takes a person’s number is asked by POST alone', async () => {
    const text = openText({ id: 'by-post', audience: 'grant', purpose: 'AMR-0001', operation: 'query ByPost($name: String!, $idNo: String!) { verifyIdentity(name: $name, idNo: $idNo) }', parameters: 'name: x, idNo: y' })
    const hash = await submitted(text, tokens.owner)
    expect(outcomeOf(await acts.publish('by-post', hash, tokens.second))).toBe('REVIEW')
    expect(outcomeOf(await acts.publish('by-post', hash, tokens.city))).toBe('PUBLISHED')
    await new Promise((done) => setTimeout(done, 900))
    const headers = { authorization: `Bearer ${await city.token('amr-officer')}`, 'x-case-no': 'SH-2026-0001' }
    expect((await fetch(`${city.url}/open/v1/by-post?name=x&idNo=y`, { headers })).status).toBe(405)
  })
})

it('what is not served is told to nobody but its department and the city, by list, filter or hash', async () => {
  const { hash } = (await acts.propose(openText({ id: 'secret-draft' }), tokens.owner)).data.proposeOpenQuery
  for (const token of [undefined, tokens.stranger, await city.token('bank-a'), await city.token('amr-officer')]) {
    for (const where of [`{ id: { eq: "secret-draft" } }`, `{ hash: { eq: "${hash}" } }`, '{ served: { eq: false } }', '{ state: { eq: DRAFT } }']) {
      const { data } = await post(city.url, `{ openQueries(where: ${where}) { nodes { id source } } }`, {}, token)
      expect(data.openQueries.nodes.filter(({ id }: { id: string }) => id === 'secret-draft')).toEqual([])
    }
  }
  expect((await post(city.url, '{ openQueries(where: { state: { eq: DRAFT } }) { nodes { id } } }', {}, tokens.second)).data.openQueries.nodes).toContainEqual({ id: 'secret-draft' })
  const { data } = await post(city.url, '{ openQueries(where: { served: { eq: true } }, first: 1) { nodes { id bySub byOrg problem steps { nodes { bySub } } } } }', {}, undefined)
  expect(data.openQueries.nodes[0]).toMatchObject({ bySub: null, byOrg: null, problem: null, steps: null })
})
