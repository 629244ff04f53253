// One subgraph from sealed request to recorded answer: what is denied is null, what fails says nothing, what is not recorded is
// not answered.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REFUSALS_ALONE } from '../../audit/refusal-flood.ts'
import { CitygraphError } from '../../core/errors.ts'
import { subjectToken } from '../../subgraphs/record.ts'
import { sealInProcess } from '../../subgraphs/access-context.ts'
import { inProcessLink } from '../../subgraphs/in-process.ts'
import type { SubgraphRequest } from '../../subgraphs/subgraph.ts'
import { askedFields } from '../support/asked-fields.ts'
import { accessOf, creditOfficer, PID, publicCaller, query, SECRET, tinyCredit, type TinyCredit } from '../support/tiny-credit.ts'

let city: TinyCredit
beforeAll(async () => {
  city = await tinyCredit()
})
afterAll(async () => city?.close())

const REQUEST_ID = '5d3c1a52-0000-4000-8000-000000000001'
const LIST = 'query Look { creditRecords(first: 1) { nodes { id title } } }'
const ENTITIES = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id } ... on Enterprise { uscc creditSummary { recordCount } } } }'

function request(text: string, given: Partial<SubgraphRequest> = {}): SubgraphRequest {
  const { access = accessOf(publicCaller, city.engine.head().sequence) } = given
  const operation = { ...access.operation, fields: askedFields(city.subgraph.schema, text) }
  return { query: text, requestId: REQUEST_ID, ...given, access: { ...access, operation } }
}
const officer = (purpose?: string) => ({ access: accessOf(creditOfficer, city.engine.head().sequence, purpose) })
const last = async () => (await city.records()).at(-1)

describe('a subgraph', () => {
  it('answers with data and the id of a record that is already durable', async () => {
    const answer = await city.subgraph.answer(request(LIST))
    expect(answer).toMatchObject({ status: 200, data: { creditRecords: { nodes: [{ id: 'R1', title: SECRET }] } } })
    expect(answer.errors).toBeUndefined()
    const record = await last()
    expect(answer.extensions.sharing.record).toEqual({ log: 'credit', id: record?.id })
    expect(record).toMatchObject({
      at: '2026-03-01T02:00:00.000Z', log: 'credit', requestId: REQUEST_ID, caller: { org: 'PUBLIC', kind: 'public' },
      operationName: 'Look', operationHash: 'b'.repeat(64), entries: ['Query.creditRecords'], rowCount: 1, subjectCount: 1, outcome: 'ANSWERED',
      subjects: [subjectToken(Buffer.from('test-audit-key'), PID)], policyVersion: answer.extensions.sharing.policyVersion,
    })
    expect(record?.fields.map(({ field, decision }) => `${field} ${decision}`)).toEqual(['Query.creditRecords CLEAR', 'CreditRecord.title CLEAR'])
    expect(record?.fields[1]?.policies).toContain('open-data')
  })

  it('gives null, not an error, for an entry that is denied, and says so', async () => {
    const check = 'query Check($m: String!) { creditCheck(uscc: "91310199MA1K0T2A0A", matterCode: $m) { blocked } }'
    const denied = await city.subgraph.answer(request(check, { variables: { m: 'M1' } }))
    expect(denied).toMatchObject({ status: 200, data: { creditCheck: null } })
    expect(denied.errors).toBeUndefined()
    expect(denied.extensions.sharing.decisions).toContainEqual(expect.objectContaining({ field: 'Query.creditCheck', decision: 'DENIED' }))
    expect(await last()).toMatchObject({ outcome: 'ANSWERED', rowCount: 0, fields: expect.arrayContaining([expect.objectContaining({ field: 'Query.creditCheck', decision: 'DENIED' })]) })
    const allowed = await city.subgraph.answer(request(check, { variables: { m: 'M1' }, ...officer('CREDIT-0001') }))
    expect(allowed.data).toEqual({ creditCheck: { blocked: false } })
    expect(await last()).toMatchObject({ purpose: 'CREDIT-0001', fields: expect.arrayContaining([expect.objectContaining({ field: 'Query.creditCheck', decision: 'VERIFY' })]) })
  })

  it('denies every entry to an operator', async () => {
    const operator = { kind: 'operator', org: 'OPS', sub: 'auditor', roles: ['auditor'], assurance: 3, zone: 'intranet' } as const
    const answer = await city.subgraph.answer(request(LIST, { access: accessOf(operator, city.engine.head().sequence) }))
    expect(answer.data).toEqual({ creditRecords: null })
  })

  it('gives nulls in the place of entities whose type does not exist for the caller', async () => {
    const r = [{ __typename: 'Person', id: 'a' }, { __typename: 'Enterprise', uscc: 'E1' }, { __typename: 'Nobody', id: 'x' }, { __typename: 'Person', id: 'b' }]
    const answer = await city.subgraph.answer(request(ENTITIES, { variables: { r } }))
    expect(answer).toMatchObject({ status: 200, data: { _entities: [null, { uscc: 'E1', creditSummary: { recordCount: 2 } }, null, null] } })
    expect((await last())?.entries).toEqual(['_entities(Person)', '_entities(Enterprise)'])
    const onlyDenied = await city.subgraph.answer(request(ENTITIES, { variables: { r: [r[0], r[3]] } }))
    expect(onlyDenied.data).toEqual({ _entities: [null, null] })
    expect(onlyDenied.errors).toBeUndefined()
    const served = await city.subgraph.answer(request(ENTITIES, { variables: { r: [r[0], r[2]] }, ...officer() }))
    expect(served.data).toEqual({ _entities: [{ id: 'a' }, null] })
  })

  it('serves its schema to a seal and not to a router', async () => {
    const service = '{ _service { sdl } }'
    const sealed = await city.subgraph.answer(request(service))
    expect(JSON.stringify(sealed.data)).toContain('creditRecords')
    const router = await city.subgraph.answer(request(service, { route: 'router' }))
    expect(router).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    expect(await last()).toMatchObject({ outcome: 'REFUSED', entries: ['Query._service'] })
    expect(JSON.stringify(router)).not.toContain('creditRecords')
  })

  it('says INTERNAL and nothing more when a resolver fails, and keeps the rest', async () => {
    const answer = await city.subgraph.answer(request('{ creditRecords(first: 2) { nodes { id title } } }'))
    expect(answer.data).toMatchObject({ creditRecords: { nodes: [{ title: SECRET }, { id: 'R2', title: null }] } })
    expect(answer.errors).toEqual([{ message: 'Something went wrong on our side.', path: ['creditRecords', 'nodes', 1, 'title'], extensions: { code: 'INTERNAL' } }])
    expect(await last()).toMatchObject({ outcome: 'ANSWERED' })
    expect(city.logged.join('')).toContain(REQUEST_ID)
    expect(city.logged.join('')).not.toContain(SECRET)
  })

  it('passes our own errors with their code and argument', async () => {
    const answer = await city.subgraph.answer(request('{ creditRecords(after: "x") { nodes { id } } }'))
    expect(answer).toMatchObject({ status: 200, data: { creditRecords: null }, errors: [{ path: ['creditRecords'], extensions: { code: 'BAD_USER_INPUT', argument: 'after' } }] })
    expect(await last()).toMatchObject({ outcome: 'FAILED', code: 'BAD_USER_INPUT' })
  })

  it.each([
    ['no GraphQL', '{ creditRecords( '],
    ['an unknown field', '{ creditRecords { nodes { secretField } } }'],
    ['an alias that a key would use', '{ creditRecords { nodes { id: title } } }'],
    ['an alias that hides a type', '{ creditRecords { nodes { __typename: title } } }'],
    ['a mutation', 'mutation { x }'],
    ['another operation name', { query: LIST, operationName: 'Other' }],
    ['variables that do not fit', { query: 'query($n: Int!) { creditRecords(first: $n) { nodes { id } } }', variables: { n: SECRET } }],
  ])('refuses %s, records it and quotes nothing', async (_, asked) => {
    const given = typeof asked === 'string' ? request(asked) : request(asked.query, asked)
    const answer = await city.subgraph.answer(given)
    expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
    expect(answer.data).toBeUndefined()
    expect(JSON.stringify(answer)).not.toMatch(/secretField|title|Other|秘密/)
    const record = await last()
    expect(record).toMatchObject({ outcome: 'REFUSED', code: 'BAD_USER_INPUT', caller: { org: 'PUBLIC' } })
    expect(answer.extensions.sharing.record?.id).toBe(record?.id)
  })

  it('refuses fragments that double at each step', async () => {
    const doubling = Array.from({ length: 20 }, (_, n) => `fragment F${n} on CreditRecord { ...F${n + 1} ...F${n + 1} }`).join(' ')
    const answer = await city.subgraph.answer(request(`{ creditRecords { nodes { ...F0 } } } ${doubling} fragment F20 on CreditRecord { id }`))
    expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'TOO_COSTLY' } }] })
  })

  it('refuses a bundle it does not know', async () => {
    const answer = await city.subgraph.answer(request(LIST, { access: accessOf(publicCaller, city.engine.head().sequence + 100) }))
    expect(answer).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    expect(await last()).toMatchObject({ outcome: 'REFUSED', code: 'FORBIDDEN' })
  })

  it('answers in process to a seal made in process and to nothing else', async () => {
    const link = inProcessLink(city.subgraph)
    const access = accessOf(publicCaller, city.engine.head().sequence)
    expect(await link.process({ request: { query: LIST }, seal: sealInProcess(access), requestId: REQUEST_ID })).toMatchObject({ status: 200 })
    for (const seal of [access, {}, undefined, 'eyJ']) {
      expect(await link.process({ request: { query: LIST }, seal, requestId: REQUEST_ID })).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
      expect(await last()).toMatchObject({ outcome: 'REFUSED', code: 'FORBIDDEN', caller: { org: 'UNKNOWN' } })
    }
  })

  it('gives no data when the record cannot be made durable', async () => {
    const { subgraph, close } = city.over({ audit: { host: '127.0.0.1', port: 1, user: 'x', password: 'x', database: 'x', ssl: false } })
    for (const asked of [request(LIST), request('{ nonsense }')]) {
      const answer = await subgraph.answer(asked)
      expect(answer).toMatchObject({ status: 503, errors: [{ extensions: { code: 'AUDIT_UNAVAILABLE' } }] })
      expect(answer.data).toBeUndefined()
      expect(JSON.stringify(answer)).not.toMatch(/127\.0\.0\.1|ECONN|秘密/)
    }
    expect(await subgraph.refuse({ error: new CitygraphError('FORBIDDEN'), requestId: REQUEST_ID })).toMatchObject({ status: 503 })
    await close()
  })

  it('counts a flood of refusals instead of recording each, and names no record then', async () => {
    const before = (await city.records()).length
    const { subgraph, close } = city.over({})
    const answers = await Promise.all(Array.from({ length: REFUSALS_ALONE + 20 }, () => subgraph.refuse({ error: new CitygraphError('UNAUTHENTICATED'), requestId: REQUEST_ID })))
    expect(answers.filter(({ status, extensions }) => status === 401 && extensions.sharing.record !== undefined)).toHaveLength(REFUSALS_ALONE)
    expect(answers.filter(({ status, extensions }) => status === 401 && extensions.sharing.record === undefined)).toHaveLength(20)
    expect((await subgraph.answer(request(LIST))).extensions.sharing.record).toBeDefined()
    expect(await city.records()).toHaveLength(before + REFUSALS_ALONE + 1)
    await close()
    expect(await last()).toMatchObject({ outcome: 'REFUSED', code: 'UNAUTHENTICATED', repeats: 20 })
  })

  it('names only the domain when its database is away, and records the attempt', async () => {
    const { subgraph, close } = city.over({ database: { host: '127.0.0.1', port: 1, user: 'x', password: 'x', database: 'x', ssl: false } })
    const answer = await subgraph.answer(request(LIST))
    expect(answer.errors).toEqual([{ message: expect.any(String), path: ['creditRecords'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', domain: 'credit' } }])
    expect(await last()).toMatchObject({ outcome: 'FAILED', code: 'SUBGRAPH_UNAVAILABLE', rowCount: 0 })
    await close()
  })

  it('answers again by itself once the log can be written', async () => {
    await query(city.auditOwner, 'REVOKE EXECUTE ON FUNCTION audit.append_numbered(text[], integer[], integer[], integer[], integer[], bytea, bytea) FROM citygraph_credit')
    expect((await city.subgraph.answer(request(LIST))).status).toBe(503)
    await query(city.auditOwner, 'GRANT EXECUTE ON FUNCTION audit.append_numbered(text[], integer[], integer[], integer[], integer[], bytea, bytea) TO citygraph_credit')
    expect((await city.subgraph.answer(request(LIST))).status).toBe(200)
  })

  it('has let no value, variable or linking token into any record', async () => {
    const all = JSON.stringify(await city.records())
    expect(all).not.toContain(SECRET)
    expect(all).not.toContain(PID)
    expect(all).not.toContain('91310199MA1K0T2A0A')
  })
})
