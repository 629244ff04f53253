// Threat: somebody makes, renews or ends a key who may not, has one made that is better than they are, or more than is theirs.

import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newKeyId, newKeyText } from '../../open/api-key.ts'
import { logLeaves } from '../support/log-leaves.ts'
import { open } from '../support/open-city.ts'
import { act, actAs, bearer, MAKE, makeKey, openQueriesWithQuotas, REVOKE, ROTATE } from '../support/open-keys.ts'
import { auditSql } from '../support/quota-city.ts'
import { runningCity, TEST_DAY, type Answer, type RunningCity } from '../support/running-city.ts'
import { signedToken } from '../support/signed-token.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity({ openQueries: openQueriesWithQuotas() })
}, 300_000)
afterAll(async () => city.stop())

const codes = ({ errors }: Answer): readonly string[] => errors.map(({ extensions }) => extensions.code)
const keyed = async (text: string, path = 'enterprises?limit=1') => open(city.url, path, { headers: bearer(text) })

describe('who may not', () => {
  it.each(['zhang-wei', 'auditor', undefined])('%s makes, rotates or revokes a key', async (caller) => {
    const { id } = await makeKey(city, 'bank-a')
    for (const [text, variables] of [[MAKE, { name: 'n', days: 1 }], [ROTATE, { id, days: 1 }], [REVOKE, { id }]] as const) {
      expect(codes(await city.ask(text, { ...(caller === undefined ? {} : { caller }), variables }))).toEqual(['FORBIDDEN'])
    }
  })

  it('revoke any key: partners, owners, officers of another department or from abroad', async () => {
    const key = await makeKey(city, 'bank-a')
    const any = 'mutation ($id: ID!) { revokeAnyKey(id: $id) { id } }'
    const foreign = { kind: 'department', roles: ['policy-officer'], assurance: 3 }
    for (const claims of [{ ...foreign, org: 'PSB' }, { ...foreign, org: 'BDC', zone: 'abroad' }, { ...foreign, org: 'BDC', assurance: 1 }, { ...foreign, org: 'BDC', roles: ['official'] }, { ...foreign, org: 'NAV-B', kind: 'partner' }]) {
      expect(codes(await actAs(city, await signedToken(city, { claims }), any, { id: key.id })), JSON.stringify(claims)).toEqual(['FORBIDDEN'])
    }
    expect((await keyed(key.secret)).status).toBe(200)
  })

  it('another organisation rotates, revokes or sees a key, nor learns that there is one', async () => {
    const key = await makeKey(city, 'bank-a')
    for (const caller of ['nav-b', 'amr-officer', 'security-officer']) {
      for (const text of [ROTATE, REVOKE]) {
        const [foreign, none] = await Promise.all([key.id, newKeyId()].map((id) => city.ask(text, { caller, variables: { id, days: 1 } })))
        expect(foreign?.errors.map(({ message, extensions }) => [message, extensions])).toEqual(none?.errors.map(({ message, extensions }) => [message, extensions]))
        expect(foreign?.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
      }
    }
    for (const caller of ['nav-b', 'amr-officer']) {
      const { data } = await city.ask('query ($id: ID!) { apiKeys(where: { id: { eq: $id } }) { nodes { id } } }', { caller, variables: { id: key.id } })
      expect(data.apiKeys.nodes).toEqual([])
    }
    expect((await keyed(key.secret)).status).toBe(200)
    // The database itself refuses both, whoever asks it.
    const register = new pg.Client(city.databases.audit.writer('governance'))
    await register.connect()
    const done = async (text: string): Promise<unknown> => (await register.query(text, [key.id])).rows[0]?.outcome
    expect(await done(`SELECT audit.revoke_key($1, false, 'NAV-B', 'x', now()) AS outcome`)).toBe('UNKNOWN')
    expect(await done(`SELECT audit.rotate_key($1, sha256('x'), 'NAV-B', 'x', 'intranet', now() + interval '1 day', now(), now()) AS outcome`)).toBe('UNKNOWN')
    await register.end()
    await expect(auditSql(city, `UPDATE audit.api_key SET org = 'NAV-B', change = change + 1000 WHERE id = $1`, [key.id])).rejects.toMatchObject({ code: '42501' })
    await expect(auditSql(city, 'DELETE FROM audit.api_key')).rejects.toMatchObject({ code: '42501' })
  })

  it('brings a revoked key back, not even in the database', async () => {
    const key = await makeKey(city, 'bank-a')
    await act(city, 'bank-a', REVOKE, { id: key.id })
    await expect(auditSql(city, 'UPDATE audit.api_key SET revoked_at = NULL, revoked_by_org = NULL, revoked_by_sub = NULL, change = change + 1000 WHERE id = $1', [key.id])).rejects.toMatchObject({ code: '42501' })
    await expect(auditSql(city, `UPDATE audit.api_key_secret SET hash = sha256('x') WHERE key = $1`, [key.id])).rejects.toMatchObject({ code: '42501' })
  })

  it('somebody who is suspended makes or rotates a key', async () => {
    const { id } = await makeKey(city, 'nav-b')
    const done = await city.ask('mutation { suspendCaller(org: "NAV-B", sub: "nav-b", reason: MISUSE) { id } }', { caller: 'security-officer' })
    for (const [text, variables] of [[MAKE, { name: 'n', days: 1 }], [ROTATE, { id, days: 1 }]] as const) expect(codes(await city.ask(text, { caller: 'nav-b', variables }))).toEqual(['FORBIDDEN'])
    await city.ask('mutation ($id: ID!) { restoreCaller(id: $id) { active } }', { caller: 'second-officer', variables: { id: done.data.suspendCaller.id } })
    await pause(900)
  })
})

describe('a key better than who made it', () => {
  const partner = (zone: string): Promise<string> => signedToken(city, { subject: `from-${zone}`, claims: { org: 'BANK-A', kind: 'partner', roles: ['application', 'data-owner', 'policy-officer'], assurance: 3, zone, division: '310101' } })

  it('is not made: no better zone, no role, no division, no stronger authentication than a program has', async () => {
    for (const [from, zone] of [['abroad', 'MAINLAND'], ['abroad', 'INTRANET'], ['mainland', 'INTRANET']] as const) {
      expect(codes(await actAs(city, await partner(from), MAKE, { name: 'n', zone, days: 1 })), `${from} ${zone}`).toEqual(['FORBIDDEN'])
    }
    expect(codes(await actAs(city, await partner('abroad'), MAKE, { name: 'n', days: 1 }))).toEqual(['FORBIDDEN'])
    const made = await actAs(city, await partner('mainland'), MAKE, { name: 'n', days: 1 })
    expect((await keyed(made.data.makeKey.secret)).status).toBe(200)
    const [record] = (await logLeaves(city.databases.audit.owner, 'enterprises')).filter(({ caller }) => caller?.sub === `key:${made.data.makeKey.id}`)
    expect(record?.caller).toEqual({ org: 'BANK-A', kind: 'partner', sub: `key:${made.data.makeKey.id}`, clientId: `BANK-A/${made.data.makeKey.id}` })
  })

  it('is not had by renewing one from a worse network', async () => {
    const key = await makeKey(city, 'amr-officer', { zone: 'INTRANET' })
    for (const zone of ['abroad', 'mainland']) {
      const token = await signedToken(city, { claims: { org: 'AMR', zone } })
      const answer = await actAs(city, token, ROTATE, { id: key.id, days: 1 })
      expect(codes(answer), zone).toEqual(['FORBIDDEN'])
      expect(answer.text).not.toContain('cgk_')
    }
    expect((await act(city, 'amr-officer', ROTATE, { id: key.id })).secret).toContain('cgk_')
  })

  it.each([
    ['days', { days: 366 }], ['days', { days: 0 }], ['days', { days: -1 }], ['name', { name: '' }], ['name', { name: ' x' }], ['name', { name: 'x'.repeat(101) }], ['name', { name: '310199198503070112' }], ['name', { name: 'a\u202eb' }],
    ['name', { name: newKeyText(newKeyId()) }], ['client', { client: 'two words' }], ['client', { client: '13800138000' }], ['client', { client: newKeyText(newKeyId()) }], ['queries', { queries: [] }], ['queries', { queries: ['a b'] }], ['queries', { queries: ['../x'] }],
    ['queries', { queries: Array.from({ length: 101 }, (_, n) => `q${n}`) }],
  ])('or of a form that is none is not made: %s %j', async (argument, wish) => {
    const { errors, data } = await city.ask(MAKE, { caller: 'bank-a', variables: { name: 'n', days: 1, ...wish } })
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument })
    expect(data.makeKey).toBeNull()
    expect(errors[0]?.message).not.toMatch(/cgk_|3101|1380013/)
  })

  it('or renewed for longer is not had either', async () => {
    const { id } = await makeKey(city, 'bank-a')
    for (const [argument, wish] of [['oldUntil', { oldUntil: '2026-04-01T10:00:00+08:00' }], ['oldUntil', { oldUntil: '2026-03-05' }], ['days', { days: 400 }], ['id', { id: 'x' }], ['id', { id: randomUUID() }]] as const) {
      const { errors } = await city.ask(ROTATE, { caller: 'bank-a', variables: { id, days: 1, ...wish } })
      expect(errors[0]?.extensions, JSON.stringify(wish)).toMatchObject({ code: 'BAD_USER_INPUT' })
      if (errors[0]?.message.includes('DateTime') !== true) expect(errors[0]?.extensions.argument).toBe(argument)
    }
  })

  it('nor more than a hundred of one organisation', async () => {
    await auditSql(city, `INSERT INTO audit.api_key (id, org, name, client, zone, at, by_sub, expires_at, change)
      SELECT translate(lpad(n::text, 16, '0'), '0123456789', 'abcdefghij'), 'EDU', 'n', 'c', 'mainland', $1, 's', $1::timestamptz + interval '1 day', (SELECT max(change) FROM audit.api_key) + n FROM generate_series(1, 100) AS n`, [TEST_DAY])
    expect(codes(await city.ask(MAKE, { caller: 'edu-clerk', variables: { name: 'n', days: 1 } }))).toEqual(['RATE_LIMITED'])
  })

  it('nor a new one, and with it a new quota, for each that is revoked', async () => {
    await auditSql(city, `INSERT INTO audit.api_key (id, org, name, client, zone, at, by_sub, expires_at, change, revoked_at, revoked_by_org, revoked_by_sub)
      SELECT translate(lpad(n::text, 16, 'z'), '0123456789', 'abcdefghij'), 'TRANS', 'n', 'c', 'mainland', $1, 's', $1::timestamptz + interval '1 day', (SELECT max(change) FROM audit.api_key) + n, $1, 'TRANS', 's' FROM generate_series(1, 100) AS n`, [TEST_DAY])
    expect(codes(await city.ask(MAKE, { caller: 'trans-officer', variables: { name: 'n', days: 1 } }))).toEqual(['RATE_LIMITED'])
  })

  it('nor keeps an officer waiting who ends one, by acts without number', async () => {
    const { id } = await makeKey(city, 'nav-b')
    const flood = Array.from({ length: 200 }, () => city.ask(REVOKE, { caller: 'bank-a', variables: { id: newKeyId() } }))
    const began = performance.now()
    const ended = await city.ask('mutation ($id: ID!) { revokeAnyKey(id: $id) { state } }', { caller: 'security-officer', variables: { id } })
    expect(ended.data.revokeAnyKey).toEqual({ state: 'REVOKED' })
    const took = performance.now() - began
    const told = (await Promise.all(flood)).map((answer) => codes(answer)[0])
    expect(new Set(told)).toEqual(new Set(['BAD_USER_INPUT', 'RATE_LIMITED']))
    expect(took).toBeLessThan(5_000)
  })
})
