// What an open query is, read from its text: header, parameters, columns, rows, level and method; and every fault with its place.

import { describe, expect, it } from 'vitest'
import type { OpenQuery } from '../../../open/open-query.ts'
import { fromObject, fromSearch } from '../../../open/parameters.ts'
import { readQuery } from '../../../open/read-query.ts'
import { apiSchemaOf } from '../../../schema/api-schema.ts'
import { readClassification } from '../../../schema/classification.ts'
import { allSubgraphSdl, committedSupergraphSdl } from '../../../schema/load.ts'
import { NAMES, openText } from '../../support/open-texts.ts'
import type { Changes } from '../../support/open-texts.ts'

const graph = { schema: apiSchemaOf(committedSupergraphSdl()), classification: readClassification(allSubgraphSdl()) }
const sets = [{ id: 'K4', members: [{ fields: ['Enterprise.legalRepName'] }, { fields: ['Enterprise.division'] }] }]

const read = (changes: Changes = {}, text = openText(changes)): OpenQuery => {
  const { query, problems } = readQuery({ name: 'query.graphql', text }, graph, [])
  expect(problems).toEqual([])
  if (query === undefined) throw new Error('is refused')
  return query
}
const problemsOf = (text: string): readonly string[] => readQuery({ name: 'query.graphql', text }, graph, []).problems.map(({ line, column, message }) => `${line}:${column} ${message}`)

describe('the header', () => {
  it('says who answers for it and has defaults for what is left out', () => {
    expect(read()).toMatchObject({ id: 'company-names', version: 1, owner: 'AMR', audience: 'public', formats: ['json'], cache: 0, keywords: [], quota: { requestsPerMinute: 300, rowsPerDay: 10_000_000 } })
    expect(read({ audience: 'key' }).quota).toEqual({ requestsPerMinute: 300, rowsPerDay: 100_000 })
  })

  it.each([
    [{ id: 'Company' }, '1:5 an id is of small letters, digits and hyphens'],
    [{ version: 0 }, '2:10 '],
    [{ owner: 'amr' }, '4:8 the owner is an organisation’s code'],
    [{ audience: 'everybody' }, '5:11 '],
    [{ audience: 'grant' }, 'a grant is for a purpose; name it'],
    [{ purpose: 'AMR-0001' }, 'the public needs no purpose'],
    [{ audience: 'key', more: ['cache: 60'] }, 'only what is public may be kept by others'],
    [{ more: ['deprecated: { from: 2026-03-01, until: 2026-02-01 }'] }, 'until lies before from'],
    [{ more: ['unknown: 1'] }, 'unknown'],
    [{ more: ['title: twice'] }, '9:'],
  ])('%j is refused: %s', (changes: Changes, expected) => {
    expect(problemsOf(openText(changes)).join('\n')).toContain(expected)
  })

  it('is told all that is wrong with it and the operation at once, each at its place', () => {
    const found = problemsOf(openText({ version: 0, owner: 'x', operation: NAMES.replace('uscc name', 'uscc nothing') }))
    expect(found).toEqual([expect.stringMatching(/^2:10 /), expect.stringMatching(/^4:8 /)])
    expect(problemsOf(openText({ operation: NAMES.replace('uscc name', 'uscc nothing').replace('$first, after', '$last, after') }))).toEqual(expect.arrayContaining([expect.stringMatching(/^11:18 Cannot query field/), expect.stringMatching(/^10:\d+ Variable "\$last"/)]))
  })

  it('has examples that fit the parameters', () => {
    expect(problemsOf(openText({ parameters: 'division: 5' }))[0]).toMatch(/^8:5 .*The parameter division is not a text/)
    expect(problemsOf(openText({ parameters: '' }))[0]).toContain('The parameter division is missing')
    expect(problemsOf(openText({ parameters: 'division: a, limit: 101' }))[0]).toContain('from 1 to 100')
  })
})

describe('parameters', () => {
  it('are the variables; first and after are called limit and cursor', () => {
    expect(read().parameters).toMatchObject([
      { name: 'division', variable: 'division', type: 'string', required: true, list: false },
      { name: 'limit', variable: 'first', type: 'integer', required: false, default: 20 },
      { name: 'cursor', variable: 'after', type: 'string', required: false },
    ])
  })

  it('are read from an address and an object alike, and what does not fit is named and not repeated', () => {
    const query = read()
    expect(fromSearch(new URLSearchParams('division=310101&limit=2'), query).variables).toEqual({ division: '310101', first: 2 })
    expect(fromObject({ division: '310101', limit: 2 }, query)).toEqual({ division: '310101', first: 2 })
    for (const search of ['division=a&limit=1e1', 'division=a&limit=0x5', 'division=a&limit=0', 'division=a&limit=', 'division=a&division=b', 'other=x', 'limit=2']) expect(() => fromSearch(new URLSearchParams(search), query), search).toThrow('The request is not well formed.')
    expect(() => fromSearch(new URLSearchParams('310199198503070112=x'), query)).toThrow(/^(?!.*310199).*A parameter is not a parameter/)
    expect(() => fromObject({ division: 'secret-value', limit: 'secret-value' }, query)).toThrow(/^(?!.*secret-value).*limit/)
  })

  it('may be lists of values, given several times', () => {
    const query = read({ operation: 'query Records($kinds: [CreditRecordKind!]!, $first: Int = 5, $after: String) { creditRecords(where: { kind: { in: $kinds } }, first: $first, after: $after) { nodes { recordNo } pageInfo { hasNextPage endCursor } } }', parameters: 'kinds: [ADMIN_PENALTY]' })
    expect(query.parameters[0]).toMatchObject({ list: true, values: expect.arrayContaining(['ADMIN_PENALTY']) })
    expect(fromSearch(new URLSearchParams('kinds=ADMIN_PENALTY&kinds=SERIOUS_LIST'), query).variables).toEqual({ kinds: ['ADMIN_PENALTY', 'SERIOUS_LIST'] })
    expect(() => fromObject({ kinds: 'ADMIN_PENALTY' }, query)).toThrow('each one of')
    expect(() => fromObject({ kinds: ['OTHER'] }, query)).toThrow('each one of')
  })

  it('are no input objects', () => {
    expect(problemsOf(openText({ operation: 'query W($where: EnterpriseWhere, $first: Int = 5, $after: String) { enterprises(where: $where, first: $first, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }', parameters: '' }))[0]).toContain('is an input object')
  })
})

describe('rows', () => {
  it('of a list stand in pages, with the columns of its nodes', () => {
    expect(read().rows).toMatchObject({ kind: 'MANY', path: ['enterprises', 'nodes'], page: ['enterprises', 'pageInfo'], pageSize: 20, columns: [{ name: 'uscc', coordinate: 'Enterprise.uscc', nullable: false }, { name: 'name', scalar: 'String', level: 1 }] })
  })

  it('of one object are that object, of several entries the whole', () => {
    const one = read({ operation: 'query One($uscc: ID!) { it: enterprise(uscc: $uscc) { title: name } }', parameters: 'uscc: x' })
    expect(one.rows).toMatchObject({ kind: 'ONE', path: ['it'], columns: [{ name: 'title', coordinate: 'Enterprise.name' }] })
    const two = read({ operation: 'query Two($uscc: ID!) { a: enterprise(uscc: $uscc) { name } b: enterprise(uscc: $uscc) { status } }', parameters: 'uscc: x' })
    expect(two.rows).toMatchObject({ kind: 'ONE', path: [], columns: [{ name: 'a' }, { name: 'b' }] })
  })

  it('hold null where a directive left a column out', () => {
    const query = read({ operation: 'query Maybe($uscc: ID!, $more: Boolean! = false) { enterprise(uscc: $uscc) { uscc ...Parts name @include(if: $more) uscc @skip(if: $more) } }\nfragment Parts on Enterprise { status type @skip(if: $more) }', parameters: 'uscc: x' })
    expect(query.rows).toMatchObject({ sparse: true, columns: [{ name: 'uscc', nullable: false }, { name: 'status', nullable: true }, { name: 'type', nullable: true }, { name: 'name', nullable: true }] })
    expect(read().rows.sparse).toBe(false)
  })

  it.each([
    ['without a page', NAMES.replace('pageInfo { hasNextPage endCursor }', '')],
    ['with half a page', NAMES.replace('hasNextPage endCursor', 'hasNextPage')],
    ['of a fixed size', NAMES.replace('first: $first', 'first: 5').replace('$first: Int = 20, ', '')],
    ['of pages that are too large', NAMES.replace('= 20', '= 101')],
    ['of pages without a size', NAMES.replace(' = 20', '')],
  ])('of a list %s are refused', (_how, operation) => {
    expect(problemsOf(openText({ operation })).join('\n')).toContain('a list is asked for with (first: $first, after: $after)')
  })

  it('without a place are no GeoJSON', () => {
    expect(problemsOf(openText().replace('formats: [json]', 'formats: [json, geojson]'))[0]).toMatch(/^6:\d+ .*GeoJSON needs a column that is a place/)
  })
})

describe('level and method', () => {
  it('are of the heaviest field, and 4 where fields tell more together', () => {
    const operation = NAMES.replace('uscc name', 'uscc legalRepName division')
    expect(read({ operation }).level).toBe(1)
    const { query } = readQuery({ name: 'query.graphql', text: openText({ operation }) }, graph, sets as never)
    expect(query?.level).toBe(4)
    expect(read({ audience: 'key', operation: NAMES.replace('uscc name', 'domicile') }).level).toBe(3)
  })

  it('send what names a person by POST', () => {
    expect(read().method).toBe('GET')
    expect(read({ audience: 'grant', purpose: 'AMR-0001', operation: 'query V($name: String!, $idNo: String!) { verifyIdentity(name: $name, idNo: $idNo) }', parameters: 'name: x, idNo: y' }).method).toBe('POST')
    expect(read({ audience: 'grant', purpose: 'AMR-0001', operation: 'query V($idNo: String!) { a: resolvePerson(idNo: $idNo) { id } }', parameters: 'idNo: y' }).method).toBe('POST')
  })

  it('belong to one text: another byte is another hash', () => {
    expect(read().hash).toMatch(/^[0-9a-f]{64}$/)
    expect(read({}, openText().replace('企业', '企 业')).hash).not.toBe(read().hash)
  })
})

it('a text that does not parse is refused where it breaks', () => {
  expect(problemsOf(openText({ operation: 'query Broken {\n  metroLines(' }))[0]).toMatch(/^1[01]:\d+ /)
  expect(problemsOf('')).not.toEqual([])
  expect(problemsOf(`# [\n${NAMES}`)[0]).toMatch(/^\d+:\d+ /)
})
