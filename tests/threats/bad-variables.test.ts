// Bad values under good documents, against the whole product: variables of every wrong kind, and hostile texts in every argument of
// every field. Each is taken as what it is or refused, never echoed, and the process goes on.

import { buildClientSchema, getIntrospectionQuery, getNamedType, isCompositeType, isInputObjectType, isRequiredArgument } from 'graphql'
import type { GraphQLArgument, GraphQLInputType, IntrospectionQuery } from 'graphql'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { codeTo, expectUnharmed, inspected, secret } from '../support/attacked-city.ts'
import type { Sent } from '../support/attacked-city.ts'
import { send } from '../support/gateway-city.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

let city: RunningCity
beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => {
  await city.stop()
})
afterEach(async () => expectUnharmed(city))
const raw = (...sent: Sent): Promise<string> => codeTo(city, ...sent)

describe('variables', () => {
  const people = 'query($w: PersonWhere, $o: [PersonOrder!], $n: Int, $a: String) { people(where: $w, orderBy: $o, first: $n, after: $a) { nodes { id } } }'
  const psb = async (): Promise<Record<string, string>> => ({ authorization: `Bearer ${await city.token('psb-officer')}`, 'x-purpose': 'PSB-0001', 'x-case-no': 'SH-2026-0001' })

  it('with keys of prototypes are refused where an input has no such key, and ignored where nobody reads them', async () => {
    const headers = await psb()
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__']) {
      expect(await raw(`{"query":${JSON.stringify(people)},"variables":{"w":{"${key}":{"eq":"${secret}"}}}}`, headers), key).toBe('400 BAD_USER_INPUT')
      expect(await raw(`{"query":${JSON.stringify(people)},"variables":{"w":{"gender":{"${key}":"${secret}"}}}}`, headers), key).toBe('400 BAD_USER_INPUT')
      expect(await raw(`{"query":${JSON.stringify(people)},"variables":{"${key}":{"w":{"a":"${secret}"}}}}`, headers), key).toMatch(/^200/)
      expect(await raw(`{"${key}":{"x":1},"query":"{ __typename }","extensions":{"${key}":1}}`, headers), key).toBe('200 none')
    }
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('named like what every object has are variables like others; names of GraphQL itself are refused', async () => {
    const one = { where: { uscc: { eq: '91310199MA1K0T2A0A' } } }
    for (const name of ['toString', 'constructor', 'hasOwnProperty', 'valueOf']) {
      const query = (type: string, argument: string): string => `query($${name}: ${type}) { enterprises(${argument}: $${name}) { nodes { uscc } } }`
      expect(await raw({ query: query('Int', 'first') }), name).toBe('200 none')
      const { body } = await send(`${city.url}/graphql`, 'POST', { query: query('EnterpriseWhere', 'where'), variables: { [name]: one.where } })
      expect(body.data, name).toEqual({ enterprises: { nodes: [{ uscc: one.where.uscc.eq }] } })
    }
    const text = `{"query":"query($__proto__: EnterpriseWhere) { enterprises(where: $__proto__) { nodes { uscc } } }","variables":{"__proto__":${JSON.stringify(one.where)}}}`
    expect(await raw(text)).toBe('400 BAD_USER_INPUT')
  })

  it('that decide @include and are null although they have a default name the variable', async () => {
    const query = 'query($x: Boolean = true) { enterprises(first: 1) { nodes { uscc name @include(if: $x) } } }'
    expect(await raw({ query, variables: { x: null } })).toBe('400 BAD_USER_INPUT')
    expect(await raw({ query })).toBe('200 none')
  })

  it('of the wrong type name the variable and never its value', async () => {
    const headers = await psb()
    for (const variables of [{ n: secret }, { n: 1.5 }, { n: 1e30 }, { n: true }, { n: [1] }, { a: { x: secret } }, { a: [secret] }, { o: [secret] }, { o: secret }, { w: secret }, { w: [secret] }, { w: { [secret]: 1 } }, { w: { name: secret } }, { w: { name: { eq: { $ne: secret } } } }, { w: { gender: { in: secret, like: '%' } } }]) {
      const reply = inspected(await send(`${city.url}/graphql`, 'POST', { query: people, variables }, headers), JSON.stringify(variables))
      expect([reply.status, reply.body.errors?.[0]?.extensions.code], JSON.stringify(variables)).toEqual([400, 'BAD_USER_INPUT'])
    }
  })

  it('with NULs, lone surrogates, long texts and bad numbers are BAD_USER_INPUT or simply not there', async () => {
    const headers = await psb()
    const amr = { authorization: `Bearer ${await city.token('amr-officer')}`, 'x-purpose': 'AMR-0001', 'x-case-no': 'SH-2026-0001' }
    const verify = 'query($n: String!, $i: String!) { verifyIdentity(name: $n, idNo: $i) }'
    const bad = ['310199198503070113', '310199198502300115', '310199198513070116', '31019920990101001X', '000000198503070112', '31019919850307011', '310199850307011', '', ' ', 'x'.repeat(10_000), '\0', `${secret}\0`, '\ud800', "' OR '1'='1"]
    for (const idNo of bad) {
      const reply = inspected(await send(`${city.url}/graphql`, 'POST', { query: verify, variables: { n: '张伟', i: idNo } }, amr), idNo.slice(0, 30))
      expect([reply.body.errors?.[0]?.extensions, reply.body.data], idNo.slice(0, 30)).toEqual([{ code: 'BAD_USER_INPUT', argument: 'idNo' }, { verifyIdentity: null }])
      if (idNo.length > 10 && idNo.length < 30) expect(reply.text + city.log()).not.toContain(idNo)
      const resolved = inspected(await send(`${city.url}/graphql`, 'POST', { query: 'query($i: String!) { resolvePerson(idNo: $i) { id } }', variables: { i: idNo } }, amr), idNo.slice(0, 30))
      expect([resolved.body.errors?.[0]?.extensions.code, resolved.body.data]).toEqual(['BAD_USER_INPUT', { resolvePerson: null }])
    }
    for (const name of ['a\0b', '\ud83d', 'x'.repeat(201)]) {
      expect(await raw({ query: verify, variables: { n: name, i: '310199198503070112' } }, amr)).toBe('200 BAD_USER_INPUT')
      expect(await raw({ query: people, variables: { w: { gender: { eq: name } } } }, headers)).toMatch(/^200 (BAD_USER_INPUT|NOT_FILTERABLE)$/)
      expect(await raw({ query: 'query($i: ID!) { enterprise(uscc: $i) { name } }', variables: { i: name } })).toMatch(/^200 (BAD_USER_INPUT|none)$/)
      expect(await raw({ query: 'query($i: String!) { enterprises(where: { name: { startsWith: $i } }) { nodes { uscc } } }', variables: { i: name } })).toBe('200 BAD_USER_INPUT')
    }
    // Check digits of licences and of market entities.
    expect(await raw({ query: '{ verifyLicense(identifier: "1.2.156.3005.2.113101990024700A8N001.113101990024700A8N.2026000000000001.001.T") { status } }' }, amr)).toBe('200 BAD_USER_INPUT')
    expect(await raw({ query: '{ verifyLicense { status } }' }, amr)).toBe('200 BAD_USER_INPUT')
    expect(await raw({ query: '{ enterprise(uscc: "91310199MA1K0T2A0B") { name } }' })).toMatch(/^200 (none|BAD_USER_INPUT)$/)
  })
})

/** How many of the hostile texts each argument gets, in turn; tests/long gives each all. */
const HOSTILE_TEXTS = Number(process.env['HOSTILE_TEXTS'] ?? 4)

describe('every argument of every field', () => {
  const hostile = ["' OR '1'='1", "'; DROP TABLE pop_person; --", '") } } #', '$1', '\\', '%', '_', '\u0000', '{"eq":1}', '${jndi:ldap://x}', '<script>', '__proto__', 'constructor', '../../etc/passwd', '\u202e', `${secret}`, '9'.repeat(400), "E'\\x27'", '张伟\u3000', 'NaN', 'Infinity', '-0', '1e400', '0x1f', 'null', 'true']

  it('takes hostile text as text or refuses it: no failure, no echo, no SQL', async () => {
    const schema = buildClientSchema((await city.ask(getIntrospectionQuery())).data as IntrospectionQuery)
    const callers = await Promise.all([['psb-officer', 'PSB-0001'], ['amr-officer', 'AMR-0001'], ['trans-officer', 'TRANS-0802'], ['edu-clerk', 'EDU-0701'], ['bdc-officer', 'BDC-0001'], ['credit-officer', 'CREDIT-0001'], ['tpb-officer', 'TPB-0001']].map(async ([caller = '', purpose = '']) => ({ authorization: `Bearer ${await city.token(caller)}`, 'x-purpose': purpose, 'x-case-no': 'SH-2026-0001' })))
    const good: Readonly<Record<string, unknown>> = { name: '张伟', idNo: '310199198503070112', division: '310101', scheme: 'PEN', minMonths: 1, from: '2026-01-01', to: '2026-01-02', section: 'x', category: 'TAXI', matterCode: 'M1', typeCode: '113101990024700A8N001' }
    const isText = (type: GraphQLInputType): boolean => ['String', 'ID', 'Date', 'DateTime'].includes(getNamedType(type).name)
    let asked = 0
    for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
      const attackable = field.args.flatMap((argument): readonly { argument: GraphQLArgument; value: (text: string) => unknown }[] => {
        const type = getNamedType(argument.type)
        if (isText(argument.type)) return [{ argument, value: (text) => text }]
        if (!isInputObjectType(type)) return []
        return Object.values(type.getFields()).flatMap((compared) => {
          const operators = getNamedType(compared.type)
          if (!isInputObjectType(operators)) return []
          return Object.values(operators.getFields()).filter((operator) => isText(operator.type)).map((operator) => ({ argument, value: (text: string) => ({ [compared.name]: { [operator.name]: String(operator.type).startsWith('[') ? [text] : text } }) }))
        })
      })
      for (const { argument, value } of attackable) {
        const others = field.args.filter((one) => one !== argument && isRequiredArgument(one))
        const variables = (text: string): Record<string, unknown> => ({ v: value(text), ...Object.fromEntries(others.map((one) => [one.name, good[one.name] ?? '1AAAAAAAAAAAAAAAAAAAAAA'])) })
        const declared = [`$v: ${String(argument.type)}`, ...others.map((one) => `$${one.name}: ${String(one.type)}`)].join(', ')
        const selection = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : ''
        const query = `query(${declared}) { ${field.name}(${argument.name}: $v${others.map((one) => `, ${one.name}: $${one.name}`).join('')}) ${selection} }`
        const texts = Array.from({ length: HOSTILE_TEXTS }, (_, at) => hostile[(asked * HOSTILE_TEXTS + at) % hostile.length] ?? '')
        await Promise.all(texts.map(async (text, at) => {
          const reply = inspected(await send(`${city.url}/graphql`, 'POST', { query, variables: variables(text) }, callers[(asked + at) % callers.length]), `${field.name}.${argument.name} ${text.slice(0, 30)}`)
          const codes = (reply.body.errors ?? []).map(({ extensions }) => extensions.code)
          expect(codes.every((code) => code === 'BAD_USER_INPUT' || code === 'NOT_FILTERABLE'), `${query} ${JSON.stringify(variables(text)).slice(0, 100)} ${codes.join()}`).toBe(true)
          if (text.length > 8) expect(reply.text).not.toContain(JSON.stringify(text).slice(1, -1))
        }))
        asked += 1
      }
    }
    expect(asked).toBeGreaterThan(60)
    // Whatever was tried, the tables are there.
    expect((await city.ask('{ people(first: 1) { nodes { id } } }', { caller: 'psb-officer', purpose: 'PSB-0001' })).data.people.nodes).toHaveLength(1)
    expect(city.log()).not.toMatch(/"level":(50|60|"error"|"fatal")/)
  }, 180_000)
})
