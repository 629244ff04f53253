// An owner proposes an open query, another person publishes it: it is served by every gateway within a second, as the text that was
// reviewed and no other, until it is withdrawn or the policies no longer allow it.

import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openQueriesFolder } from '../../cli/open-queries.ts'
import { editedPolicies } from '../support/edited-policies.ts'
import { httpCity } from '../support/http-city.ts'
import type { HttpCity } from '../support/http-city.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { LICENSES, openActs, openText, outcomeOf } from '../support/open-texts.ts'
import type { OpenActs } from '../support/open-texts.ts'
import { post, runningCity, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let policies: string
let city: RunningCity
let other: HttpCity
let acts: OpenActs
const tokens = { owner: '', second: '', city: '', auditor: '', bdcOwner: '', bdcApprover: '' }
beforeAll(async () => {
  policies = editedPolicies({})
  // A file that was edited after its hash was listed.
  const folder = mkdtempSync(join(tmpdir(), 'citygraph-open-'))
  cpSync(openQueriesFolder, folder, { recursive: true })
  writeFileSync(join(folder, 'license-types.graphql'), readFileSync(join(folder, 'license-types.graphql'), 'utf8').replace('trustLevel\n', ''))
  city = await runningCity({ policies, openQueries: folder })
  other = await httpCity(city, { policies, openQueries: folder, engines: 'own' })
  acts = openActs(city.url)
  tokens.owner = await city.token('amr-data-owner')
  tokens.second = await city.token('amr-second-owner')
  tokens.city = await city.token('security-officer')
  tokens.auditor = await city.token('auditor')
  tokens.bdcOwner = await signedToken(city, { subject: 'bdc-owner', claims: { org: 'BDC', roles: ['data-owner'] } })
  tokens.bdcApprover = await signedToken(city, { subject: 'bdc-approver', claims: { org: 'BDC', roles: ['data-approver'] } })
}, 600_000)
afterAll(async () => {
  await other.stop()
  await city.stop()
})

const served = async (id: string, search = '?division=310101&limit=2', headers = {}): Promise<readonly number[]> =>
  Promise.all([city.url, other.url].map(async (url) => (await fetch(`${url}/open/v1/${id}${search}`, { headers })).status))
const soon = (): Promise<void> => pause(950)
const listed = async (id: string, token?: string): Promise<Answer['data']> =>
  (await post(city.url, 'query ($id: ID!) { openQueries(where: { id: { eq: $id } }) { nodes { id version state served hash level source problem steps { nodes { state role bySub } } } } }', { variables: { id } }, token)).data.openQueries.nodes

describe('what ships as files', () => {
  it('is served as the text whose hash is listed, and not where it was edited since', async () => {
    expect(await served('enterprises-by-division')).toEqual([200, 200])
    expect(await served('license-types', '')).toEqual([404, 404])
    expect(city.log()).toContain('differs from the text that was published')
    await city.city.follower.caughtUp()
    expect((await listed('enterprises-by-division'))[0]).toMatchObject({ state: 'PUBLISHED', served: true, level: 'L1' })
    expect(await listed('license-types')).toEqual([])
  })

  it('is withdrawn by one person at once and resumed by another, its text now among those that officers know', async () => {
    expect(outcomeOf(await acts.withdraw('enterprises-by-name', tokens.owner))).toBe('WITHDRAWN')
    await soon()
    expect(await served('enterprises-by-name', '?name=上海示例')).toEqual([404, 404])
    expect(await listed('enterprises-by-name')).toEqual([])
    expect(outcomeOf(await acts.resume('enterprises-by-name', tokens.owner))).toBe('FORBIDDEN')
    expect(outcomeOf(await acts.resume('enterprises-by-name', tokens.city))).toBe('BAD_USER_INPUT')
    expect(outcomeOf(await acts.resume('enterprises-by-name', tokens.second))).toBe('PUBLISHED')
    await soon()
    expect(await served('enterprises-by-name', '?name=上海示例')).toEqual([200, 200])
  })
})

describe('an open query for the public', () => {
  let hash = ''
  it('is a draft that nobody else sees, then reviewed, then published by another person, and served by every gateway within a second', async () => {
    const proposed = await acts.propose(openText(), tokens.owner)
    expect(proposed.data.proposeOpenQuery).toMatchObject({ problems: [], id: 'company-names', version: 1, level: 'L1', state: 'DRAFT' })
    hash = proposed.data.proposeOpenQuery.hash
    expect(await listed('company-names')).toEqual([])
    expect((await listed('company-names', tokens.second))[0]).toMatchObject({ state: 'DRAFT', served: false, source: openText() })
    expect(outcomeOf(await acts.publish('company-names', hash, tokens.second))).toBe('BAD_USER_INPUT')
    expect(outcomeOf(await acts.submit('company-names', hash, tokens.owner))).toBe('REVIEW')
    await soon()
    expect(await served('company-names')).toEqual([404, 404])
    expect(outcomeOf(await acts.publish('company-names', hash, tokens.owner))).toBe('FORBIDDEN')
    expect(outcomeOf(await acts.publish('company-names', hash, tokens.second))).toBe('PUBLISHED')
    await soon()
    expect(await served('company-names')).toEqual([200, 200])
    expect((await listed('company-names'))[0]).toMatchObject({ state: 'PUBLISHED', served: true, level: 'L1', hash, steps: null })
  })

  it('stands in the catalogue as a service with its level, and in the log with the hash of its text', async () => {
    await city.city.follower.caughtUp()
    const { data } = await city.ask('{ catalogue(where: { coordinate: { eq: "open:company-names" } }) { nodes { kind level owner titleZh state publishedOn related } } }')
    expect(data.catalogue.nodes).toEqual([expect.objectContaining({ kind: 'OPEN_QUERY', level: 'L1', owner: 'AMR', titleZh: '企业名称', state: 'PUBLISHED', related: expect.arrayContaining(['Enterprise.name']) })])
    const events = (await logLeaves(city.databases.audit.owner, 'governance')).filter(({ target }) => target === 'open:company-names')
    expect(events).toMatchObject(['DRAFT', 'REVIEW', 'PUBLISHED'].map((state) => ({ event: 'PUBLICATION', state, version: 1, content: hash })))
    expect(events[2]).toMatchObject({ role: 'OWNER', by: { org: 'AMR', sub: 'amr-second-owner' } })
  })

  it('is replaced by a newer version under the same address; auditors still read the old text', async () => {
    expect(outcomeOf(await acts.propose(openText(), tokens.owner))).toBe('BAD_USER_INPUT')
    const { data } = await acts.propose(openText({ version: 2, operation: 'query Names($division: String!, $first: Int = 5, $after: String) { enterprises(where: { division: { eq: $division } }, first: $first, after: $after) { nodes { uscc name status } pageInfo { hasNextPage endCursor } } }' }), tokens.second)
    const next: string = data.proposeOpenQuery.hash
    expect(outcomeOf(await acts.submit('company-names', next, tokens.second))).toBe('REVIEW')
    // Sent back and submitted again, it needs its approval again.
    expect(outcomeOf(await acts.sendBack('company-names', next, tokens.owner))).toBe('DRAFT')
    expect(outcomeOf(await acts.submit('company-names', next, tokens.second))).toBe('REVIEW')
    expect(outcomeOf(await acts.publish('company-names', next, tokens.owner))).toBe('PUBLISHED')
    await soon()
    const rows = (await (await fetch(`${other.url}/open/v1/company-names?division=310101&limit=1`)).json()) as { readonly query: unknown; readonly data: readonly unknown[] }
    expect(rows).toMatchObject({ query: { id: 'company-names', version: 2 }, data: [{ status: expect.any(String) }] })
    const all = await listed('company-names', tokens.auditor)
    expect(all.map(({ version, served: is, source }: { version: number; served: boolean; source: string }) => [version, is, source.includes('status')])).toEqual([[2, true, true], [1, false, false]])
    expect(await listed('company-names')).toHaveLength(1)
  })

  it('that was edited after it was submitted waits for review no more', async () => {
    const first = (await acts.propose(openText({ version: 3 }), tokens.owner)).data.proposeOpenQuery.hash
    expect(outcomeOf(await acts.submit('company-names', first, tokens.owner))).toBe('REVIEW')
    const edited = (await acts.propose(openText({ version: 3, more: ['keywords: [edited]'] }), tokens.owner)).data.proposeOpenQuery.hash
    expect(edited).not.toBe(first)
    expect(outcomeOf(await acts.publish('company-names', first, tokens.second))).toBe('BAD_USER_INPUT')
    expect(outcomeOf(await acts.publish('company-names', edited, tokens.second))).toBe('BAD_USER_INPUT')
    await soon()
    expect((await listed('company-names'))[0]).toMatchObject({ version: 2 })
  })
})

describe('an open query above L1', () => {
  it('needs the city office beside its department, in whatever order, two people who did not propose it', async () => {
    const text = openText({ id: 'company-licenses', owner: 'BDC', audience: 'key', operation: LICENSES, parameters: 'uscc: 91310199MA1K0T2A0A' })
    const { hash, level } = (await acts.propose(text, tokens.bdcOwner)).data.proposeOpenQuery
    expect(level).toBe('L2')
    expect(outcomeOf(await acts.submit('company-licenses', hash, tokens.bdcOwner))).toBe('REVIEW')
    expect(outcomeOf(await acts.publish('company-licenses', hash, tokens.city))).toBe('REVIEW')
    expect(outcomeOf(await acts.publish('company-licenses', hash, tokens.city))).toBe('FORBIDDEN')
    expect(outcomeOf(await acts.publish('company-licenses', hash, await city.token('second-officer')))).toBe('BAD_USER_INPUT')
    const headers = { authorization: `Bearer ${await city.token('edu-clerk')}` }
    await soon()
    expect(await served('company-licenses', '?uscc=91310199MA1K0T2A0A', headers)).toEqual([404, 404])
    expect(outcomeOf(await acts.publish('company-licenses', hash, tokens.bdcApprover))).toBe('PUBLISHED')
    await soon()
    expect(await served('company-licenses', '?uscc=91310199MA1K0T2A0A', headers)).toEqual([200, 200])
    expect((await listed('company-licenses', tokens.auditor))[0].steps.nodes.map(({ state, role }: { state: string; role: string | null }) => [state, role])).toEqual([['PUBLISHED', 'OWNER'], ['REVIEW', 'CITY'], ['REVIEW', null], ['DRAFT', null]])
  })
})

describe('policies', () => {
  it('that no longer let the public have it end it within a second or two, and the log says why; another edit brings it back', async () => {
    expect(await served('enterprises-by-division')).toEqual([200, 200])
    const file = join(policies, 'levels.cedar')
    const before = readFileSync(file, 'utf8')
    writeFileSync(file, before.replace('when { context.field.level == 1 && context.field.opening == "UNCONDITIONAL" }\nunless', 'when { context.field.level == 1 && context.field.opening == "UNCONDITIONAL" && context.field.domain != "enterprises" }\nunless'))
    await pause(2_500)
    expect(await served('enterprises-by-division')).toEqual([404, 404])
    expect(await served('metro-lines', '')).toEqual([200, 200])
    expect(city.log()).toContain('the audience public would see nothing by it')
    writeFileSync(file, before)
    await pause(2_500)
    expect(await served('enterprises-by-division')).toEqual([200, 200])
  })
})
