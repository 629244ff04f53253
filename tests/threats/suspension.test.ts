// Threat: somebody suspends or restores who may not, two acts hide in one request, a suspended caller finds another way in, or an act
// is done of which no record tells.

import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { APPEND_PATIENCE_MS, openAuditPool } from '../../audit/audit-pool.ts'
import { suspensionOffice } from '../../audit/suspension-office.ts'
import { watchSuspensions } from '../../audit/suspensions.ts'
import { recordable } from '../../core/natural-keys.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { askedFields } from '../support/asked-fields.ts'
import { accessOf, citySubgraph, type CitySubgraph } from '../support/city-subgraph.ts'
import { logLeaves, type Leaf } from '../support/log-leaves.ts'
import { eventually, giveBack, hinderAppends, takeAway } from '../support/outage.ts'
import { post, runningCity, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let city: RunningCity
let governance: CitySubgraph
let population: CitySubgraph
beforeAll(async () => {
  city = await runningCity()
  governance = citySubgraph(city, 'governance')
  population = citySubgraph(city, 'population')
}, 300_000)
afterAll(async () => {
  await governance.close()
  await population.close()
  await city.stop()
})

const act = (org: string, sub: string, alias = ''): string => `${alias}suspendCaller(org: "${org}", sub: "${sub}", reason: MISUSE) { id active }`
const SUSPEND = `mutation { ${act('AMR', 'amr-officer')} }`
const officer: Caller = { kind: 'department', org: 'BDC', sub: 'security-officer', roles: ['policy-officer'], assurance: 3, zone: 'intranet' }
const psb: Caller = { kind: 'department', org: 'PSB', sub: 'psb-officer', roles: ['official'], assurance: 2, zone: 'intranet' }

const sql = async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<readonly R[]> => {
  const client = new pg.Client(city.databases.audit.owner)
  await client.connect()
  try {
    return (await client.query<R>(text, values)).rows
  } finally {
    await client.end()
  }
}
const inForce = (): Promise<readonly { org: string; sub: string }[]> => sql('SELECT org, sub FROM audit.suspension WHERE restored_at IS NULL ORDER BY at, id')
const leaves = (log: string): Promise<readonly Leaf[]> => logLeaves(city.databases.audit.owner, log)
const codes = ({ errors }: Answer): readonly string[] => errors.map(({ extensions }) => extensions.code)

describe('who may not act', () => {
  it.each(['psb-officer', 'bdc-officer', 'bank-a', 'zhang-wei', 'auditor', undefined])('%s suspends nobody, and the attempt is recorded', async (caller) => {
    const before = (await leaves('gateway')).length
    const answer = await city.ask(SUSPEND, caller === undefined ? {} : { caller })
    expect(answer).toMatchObject({ status: 403, data: undefined })
    expect(codes(answer)).toEqual(['FORBIDDEN'])
    expect((await leaves('gateway'))[before]).toMatchObject({ outcome: 'REFUSED', code: 'FORBIDDEN' })
    expect(await inForce()).toEqual([])
  })

  it('is not helped by a role in a header, a role of another organisation, or weak authentication', async () => {
    const roles = { 'x-roles': 'policy-officer', 'x-role': 'policy-officer', roles: 'policy-officer' }
    expect(codes(await city.ask(SUSPEND, { caller: 'bdc-officer', headers: roles }))).toEqual(['FORBIDDEN'])
    for (const claims of [{ org: 'PSB', roles: ['policy-officer'] }, { org: 'BDC', roles: ['policy-officer'], assurance: 1 }, { org: 'BDC', roles: ['policy-officer'], zone: 'abroad' }, { org: 'OPS', kind: 'operator', roles: ['policy-officer'] }]) {
      expect(codes(await post(city.url, SUSPEND, {}, await signedToken(city, { claims })))).toEqual(['FORBIDDEN'])
    }
    expect(await inForce()).toEqual([])
  })

  it('is refused by the subgraph as well, whoever stands in front of it', async () => {
    for (const route of ['seal', 'router'] as const) {
      const access = accessOf(city, psb, {}, askedFields(governance.subgraph.schema, SUSPEND))
      const answer = await governance.subgraph.answer({ query: SUSPEND, access, requestId: randomUUID(), route })
      expect(answer).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
      expect(answer.data).toBeUndefined()
    }
    // A seal for reading is none for acting, nor one act's for another.
    for (const sealed of [['Query.alerts', 'Alert.id'], ['Mutation.restoreCaller', 'Suspension.id', 'Suspension.active']]) {
      const answer = await governance.subgraph.answer({ query: SUSPEND, access: accessOf(city, officer, {}, sealed), requestId: randomUUID() })
      expect(answer.status).toBe(403)
    }
    expect(await inForce()).toEqual([])
  })
})

describe('an act', () => {
  it('is asked for by POST alone', async () => {
    const response = await fetch(`${city.url}/graphql?query=${encodeURIComponent(SUSPEND)}`, { headers: { authorization: `Bearer ${await city.token('security-officer')}`, 'apollo-require-preflight': 'yes' } })
    expect(response.status).toBe(405)
    expect(await response.text()).toContain('Send mutations by POST.')
    expect(await inForce()).toEqual([])
  })

  it.each([
    ['two aliases', `mutation { ${act('AMR', 'amr-officer', 'a: ')} ${act('PSB', 'psb-officer', 'b: ')} }`],
    ['two acts', `mutation { ${act('AMR', 'amr-officer')} restoreCaller(id: "${randomUUID()}") { id } }`],
    ['a fragment', `mutation { ...Hidden } fragment Hidden on Mutation { ${act('AMR', 'amr-officer')} }`],
    ['an inline fragment', `mutation { ... on Mutation { ${act('AMR', 'amr-officer')} } }`],
    ['a directive', `mutation { ${act('AMR', 'amr-officer').replace(' {', ' @include(if: true) {')} }`],
    ['a typename beside it', `mutation { __typename ${act('AMR', 'amr-officer')} }`],
  ])('stands alone: %s is refused by gateway and subgraph', async (_what, query) => {
    expect(codes(await city.ask(query, { caller: 'security-officer' }))).toEqual(['BAD_USER_INPUT'])
    const access = accessOf(city, officer, {}, ['Mutation.suspendCaller', 'Mutation.restoreCaller', 'Suspension.id', 'Suspension.active'])
    const answer = await governance.subgraph.answer({ query, access, requestId: randomUUID(), route: 'router' })
    expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
    expect(await inForce()).toEqual([])
  })

  it('is not done in a dry run', async () => {
    const answer = await city.ask(SUSPEND, { caller: 'security-officer', headers: { 'x-dry-run': 'decisions' } })
    expect(answer).toMatchObject({ status: 200, data: null })
    expect(await inForce()).toEqual([])
  })

  it('is not done where it cannot be recorded', async () => {
    const release = await hinderAppends(city.databases.audit, 'full')
    expect(codes(await city.ask(SUSPEND, { caller: 'security-officer' }))).toEqual(['AUDIT_UNAVAILABLE'])
    await release()
    expect(await inForce()).toEqual([])
  })

  it('by the same person under another organisation is no second officer', async () => {
    const done = await city.ask(SUSPEND, { caller: 'security-officer' })
    const { id } = done.data.suspendCaller
    const restore = `mutation { restoreCaller(id: "${id}") { active } }`
    // The database itself keeps the two apart, and takes the word of governance's role alone.
    const gateway = openAuditPool(city.databases.audit.writer('gateway'), { log: 'gateway' })
    await expect(gateway.query('SELECT audit.restore($1, $2, $3, now())', [id, 'AMR', 'x'])).rejects.toMatchObject({ code: '42501' })
    await gateway.end()
    const own = openAuditPool(city.databases.audit.writer('governance'), { log: 'governance' })
    expect((await own.query('SELECT audit.restore($1, $2, $3, now()) AS outcome', [id, 'AMR', 'security-officer'])).rows).toEqual([{ outcome: 'SAME_OFFICER' }])
    await own.end()
    expect((await city.ask(restore, { caller: 'second-officer' })).data.restoreCaller).toEqual({ active: false })
  })
})

describe('a suspended officer', () => {
  /** Suspends past every process that serves, so that none has heard of it; gives the suspension's id. */
  const unheard = async (sub: string, office: pg.Pool, org = 'BDC'): Promise<string> => {
    const id = randomUUID()
    await office.query(`SELECT audit.suspend($1, $2, $3, 'RISK_SIGNAL', 'CITYGRAPH', 'risk', now())`, [id, org, sub])
    return id
  }
  const office = (): pg.Pool => openAuditPool(city.databases.audit.writer('governance'), { log: 'governance' })

  it.each(['second-officer', '*'])('(%s) neither restores nor suspends, though the serving process has not heard of it', async (sub) => {
    const own = office()
    const token = await city.token('second-officer')
    const id = await unheard(sub, own)
    const another = await unheard('amr-officer', own, 'AMR')
    for (const query of [`mutation { restoreCaller(id: "${id}") { id } }`, `mutation { restoreCaller(id: "${another}") { id } }`, `mutation { ${act('PSB', 'psb-officer')} }`]) {
      expect(codes(await post(city.url, query, {}, token))).toEqual(['FORBIDDEN'])
    }
    for (const of of [id, another]) {
      await expect(own.query('SELECT audit.restore($1, $2, $3, now())', [of, 'BDC', 'second-officer'])).rejects.toMatchObject({ code: 'CG001' })
    }
    await expect(own.query(`SELECT audit.suspend($1, 'PSB', 'psb-officer', 'MISUSE', 'BDC', 'second-officer', now())`, [randomUUID()])).rejects.toMatchObject({ code: 'CG001' })
    expect((await inForce()).map(({ org }) => org)).toEqual(['BDC', 'AMR'])
    // Himself under another organisation's code is nobody else.
    const restore = async (of: string, org: string, by: string): Promise<unknown> => (await own.query('SELECT audit.restore($1, $2, $3, now()) AS outcome', [of, org, by])).rows[0]?.outcome
    if (sub !== '*') expect(await restore(id, 'PSB', sub)).toBe('SAME_OFFICER')
    for (const of of [id, another]) expect(await restore(of, 'OTHER', 'third-officer')).toBe('RESTORED')
    await own.end()
    await pause(900)
  })

  it('whose name is recorded as a hash is known by it', async () => {
    const own = office()
    const hash = recordable('15400001234')
    const id = await unheard(hash, own)
    const acting = suspensionOffice({ pool: own, audit: { append: async () => undefined, refused: async () => true, close: async () => undefined }, clock: city.city.core.clock })
    await expect(acting.restore(id, { org: 'BDC', sub: '15400001234' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(acting.suspend({ org: 'PSB', sub: 'x', reason: 'MISUSE', by: { org: 'BDC', sub: '15400001234' } })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect((await inForce()).map(({ sub }) => sub)).toEqual([hash])
    await own.query('SELECT audit.restore($1, $2, $3, now())', [id, 'BDC', 'second-officer'])
    await own.end()
  })

  it('whose suspension is about to commit waits for it', async () => {
    const own = office()
    const client = await own.connect()
    const id = await unheard('amr-officer', own, 'AMR')
    const mine = randomUUID()
    await client.query('BEGIN')
    await client.query(`SELECT audit.suspend($1, 'BDC', 'second-officer', 'RISK_SIGNAL', 'CITYGRAPH', 'risk', now())`, [mine])
    const restoring = own.query('SELECT audit.restore($1, $2, $3, now())', [id, 'BDC', 'second-officer']).catch((error: unknown) => error)
    await pause(200)
    await client.query('COMMIT')
    client.release()
    expect(await restoring).toMatchObject({ code: 'CG001' })
    for (const of of [id, mine]) await own.query('SELECT audit.restore($1, $2, $3, now())', [of, 'OTHER', 'third-officer'])
    await own.end()
    await pause(900)
  })
})

describe('a suspended caller', () => {
  it('is refused by every subgraph, a sealed request and a router alike, whatever was sealed before', async () => {
    const query = '{ people(first: 1) { nodes { id } } }'
    const access = accessOf(city, psb, { purpose: 'PSB-0001' }, askedFields(population.subgraph.schema, query))
    expect((await population.subgraph.answer({ query, access, requestId: randomUUID() })).status).toBe(200)
    const done = await city.ask(`mutation { ${act('PSB', 'psb-officer')} }`, { caller: 'second-officer' })
    await pause(900)
    for (const route of ['seal', 'router'] as const) {
      const refused = await population.subgraph.answer({ query, access, requestId: randomUUID(), route })
      expect(refused).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
      expect(refused.extensions.sharing.record).toBeDefined()
    }
    await city.ask(`mutation { restoreCaller(id: "${done.data.suspendCaller.id}") { id } }`, { caller: 'security-officer' })
  })

  it('is not served while nobody knows who is suspended', async () => {
    const pool = openAuditPool(city.databases.audit.writer('credit'), { log: 'credit' })
    const failures: unknown[] = []
    const watched = watchSuspensions({ pool, pollMs: 100, newsLifeMs: 600, onFailure: (cause) => failures.push(cause) })
    await watched.require({ org: 'AMR', sub: 'amr-officer' })
    await takeAway(city.databases.audit)
    try {
      await eventually(5_000, async () => {
        await expect(watched.require({ org: 'AMR', sub: 'amr-officer' })).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
      })
      expect(failures).toHaveLength(1)
    } finally {
      await giveBack(city.databases.audit)
    }
    await eventually(5_000, async () => {
      await watched.require({ org: 'AMR', sub: 'amr-officer' })
    })
    await watched.close()
    await pool.end()
  })

  it('but is served by a process that was only too busy to ask, or to hear the answer', async () => {
    const pool = openAuditPool(city.databases.audit.writer('credit'), { log: 'credit' })
    const watched = watchSuspensions({ pool, pollMs: 100, newsLifeMs: 600 })
    await watched.require({ org: 'AMR', sub: 'amr-officer' })
    void watched.refresh()
    // The question leaves, and before its answer is heard the process is busy for longer than it waits for one.
    for (let turn = 0; turn < 20; turn += 1) await new Promise<void>((resume) => process.nextTick(resume))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, APPEND_PATIENCE_MS + 300)
    await watched.require({ org: 'AMR', sub: 'amr-officer' })
    await watched.close()
    await pool.end()
  })
})
