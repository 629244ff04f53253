// Officers suspend a caller and restore it: at once, each in the log, two officers.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpCity } from '../support/http-city.ts'
import { logLeaves, type Leaf } from '../support/log-leaves.ts'
import { runningCity, type RunningCity } from '../support/running-city.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => city.stop())

const SUSPEND = `mutation ($org: String!, $sub: String!) { suspendCaller(org: $org, sub: $sub, reason: MISUSE) { id org sub reason byOrg bySub at active restoredAt } }`
const RESTORE = `mutation ($id: ID!) { restoreCaller(id: $id) { id active restoredByOrg restoredBySub restoredAt } }`
const READ = '{ enterprises(first: 1) { nodes { uscc name } } }'

const leaves = (log: string): Promise<readonly Leaf[]> => logLeaves(city.databases.audit.owner, log)

describe('suspension', () => {
  it('is in force at once, for gateway and subgraphs, and ends when another officer restores', async () => {
    expect((await city.ask(READ, { caller: 'amr-officer' })).data.enterprises.nodes).toHaveLength(1)
    const done = await city.ask(SUSPEND, { caller: 'security-officer', variables: { org: 'AMR', sub: 'amr-officer' } })
    expect(done.errors).toEqual([])
    const suspension = done.data.suspendCaller
    expect(suspension).toMatchObject({ org: 'AMR', sub: 'amr-officer', reason: 'MISUSE', byOrg: 'BDC', bySub: 'security-officer', active: true, restoredAt: null })
    await pause(900)
    const refused = await city.ask(READ, { caller: 'amr-officer' })
    expect(refused).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    expect(refused.errors[0]?.message).toContain('suspended')
    // Others of the organisation and the public are served.
    expect((await city.ask(READ, { caller: 'psb-officer' })).status).toBe(200)

    const alone = await city.ask(RESTORE, { caller: 'security-officer', variables: { id: suspension.id } })
    expect(alone.errors[0]?.extensions.code).toBe('FORBIDDEN')
    expect(alone.data.restoreCaller).toBeNull()
    const restored = await city.ask(RESTORE, { caller: 'second-officer', variables: { id: suspension.id } })
    expect(restored.data.restoreCaller).toMatchObject({ active: false, restoredByOrg: 'BDC', restoredBySub: 'second-officer' })
    await pause(900)
    expect((await city.ask(READ, { caller: 'amr-officer' })).data.enterprises.nodes).toHaveLength(1)
    const again = await city.ask(RESTORE, { caller: 'second-officer', variables: { id: suspension.id } })
    expect(again.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })

    const list = await city.ask('{ suspensions(where: { org: { eq: "AMR" } }) { nodes { id active reason } } }', { caller: 'auditor' })
    expect(list.data.suspensions.nodes).toEqual([{ id: suspension.id, active: false, reason: 'MISUSE' }])
  })

  it('stands in the log before it is in force: begun, the event, how it ended', async () => {
    const written = (await leaves('governance')).filter(({ event, entries }) => (event !== undefined && event !== 'APPLICATION') || entries?.some((entry) => entry.startsWith('Mutation.')))
    const words = written.map(({ event, outcome }) => event ?? outcome)
    // Suspended; refused to the same officer; restored by another; no second restoration.
    expect(words).toEqual(['BEGUN', 'SUSPENSION', 'ANSWERED', 'BEGUN', 'FAILED', 'BEGUN', 'RESTORATION', 'ANSWERED', 'BEGUN', 'FAILED'])
    const refusals = (await leaves('gateway')).filter(({ code }) => code === 'FORBIDDEN')
    expect(refusals).toHaveLength(1)
  })

  it('of a whole organisation refuses all its callers', async () => {
    const done = await city.ask(SUSPEND, { caller: 'second-officer', variables: { org: 'NAV-B', sub: '*' } })
    expect(done.data.suspendCaller.sub).toBe('*')
    await pause(900)
    expect((await city.ask(READ, { caller: 'nav-b' })).status).toBe(403)
    await city.ask(RESTORE, { caller: 'security-officer', variables: { id: done.data.suspendCaller.id } })
  })

  it('is the same through a gateway and subgraphs that are processes of their own', async () => {
    const http = await httpCity(city)
    try {
      const done = await http.ask(SUSPEND, { caller: 'security-officer', variables: { org: 'EDU', sub: 'edu-clerk' } })
      expect(done.errors).toEqual([])
      expect(done.data.suspendCaller).toMatchObject({ sub: 'edu-clerk', active: true })
      await pause(900)
      expect((await http.ask(READ, { caller: 'edu-clerk' })).status).toBe(403)
      expect((await city.ask(READ, { caller: 'edu-clerk' })).status).toBe(403)
      const restored = await http.ask(RESTORE, { caller: 'second-officer', variables: { id: done.data.suspendCaller.id } })
      expect(restored.data.restoreCaller.active).toBe(false)
    } finally {
      await http.stop()
    }
  })

  it('takes names and recorded names, and no sentence or anything unseen', async () => {
    for (const sub of ['1\u200b5400001234', 'clerk\u00ad', 'born on the first', 'a'.repeat(101), '**', '', 'a\u3164', 'x\ny', '<b>']) {
      const { errors } = await city.ask(SUSPEND, { caller: 'security-officer', variables: { org: 'STAT', sub } })
      expect(errors[0]?.extensions, sub).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'sub' })
    }
    for (const sub of ['sha256:0123456789abcdef', 'auth0|7', '王-1', 'a.b_c@d.example/e']) {
      const { data } = await city.ask(SUSPEND, { caller: 'security-officer', variables: { org: 'STAT', sub } })
      expect(data.suspendCaller).toMatchObject({ sub: sub === 'a.b_c@d.example/e' ? expect.stringMatching(/^sha256:/) : sub })
    }
  })

  it('is refused for officers themselves, their organisation, and what nobody knows', async () => {
    for (const variables of [{ org: 'BDC', sub: 'security-officer' }, { org: 'BDC', sub: '*' }, { org: 'NOBODY', sub: 'x' }]) {
      const { data, errors } = await city.ask(SUSPEND, { caller: 'security-officer', variables })
      expect(data.suspendCaller).toBeNull()
      expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT')
    }
  })
})
