import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { apiSchemaOf } from '../../../schema/api-schema.ts'
import { readClassification } from '../../../schema/classification.ts'
import { allSubgraphSdl, committedSupergraphSdl, subgraphSdl } from '../../../schema/load.ts'
import { reservedAliasRule } from '../../../schema/reserved-aliases.ts'
import { entry, level, open, small } from './small-schema.ts'

const rule = reservedAliasRule(readClassification(allSubgraphSdl()))
const api = apiSchemaOf(committedSupergraphSdl())
const transport = buildSubgraphSchema(parse(subgraphSdl('transport')))
const inApi = (query: string) => validate(api, parse(query), [rule])
const inTransport = (query: string) => validate(transport, parse(query), [rule])

describe('an alias', () => {
  it('onto a key is refused', () => {
    expect(inApi('{ people { nodes { id: name } } }')).toHaveLength(1)
    expect(inApi('{ enterprise(uscc: "x") { uscc: name } }')).toHaveLength(1)
  })
  it('onto a required input is refused', () => {
    expect(inApi('{ enterprise(uscc: "x") { domicileGrid: division nearestMetroStation { name } } }')).toHaveLength(1)
  })
  it('is refused inside fragments and inline fragments', () => {
    expect(inApi('{ person(id: "x") { ...f } } fragment f on Person { ... on Person { id: name } }')).toHaveLength(1)
  })
  it('onto __typename or any name that begins with __ is refused', () => {
    expect(inApi('{ __typename: people { nodes { gender } } }')).toHaveLength(1)
    expect(inApi('{ people { nodes { __typename: name } } }')).toHaveLength(1)
    expect(inApi('{ people { __x: nodes { gender } } }')).toHaveLength(1)
  })
  it('is refused by a subgraph too, in _entities', () => {
    expect(inTransport('query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id: vehicles { nodes { status } } } } }')).toHaveLength(1)
    expect(inTransport('query($r: [_Any!]!) { _entities(representations: $r) { id: __typename } }')).toHaveLength(1)
    expect(inTransport('query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Enterprise { domicileGrid: uscc } } }')).toHaveLength(1)
  })
  it('is refused on an interface when it is a key of what implements it', () => {
    const sdl = small('population', `type Query { holder: Holder ${entry} }
      interface Holder ${level('L1', open, 'SYSTEM')} { label: String ${level('L1', open, 'SYSTEM')} }
      type Shop implements Holder @key(fields: "uscc") ${level('L1', open, 'SYSTEM')} { uscc: ID! label: String ${level('L1', open, 'SYSTEM')} }`)
    const own = reservedAliasRule(readClassification({ population: sdl }))
    expect(validate(buildSubgraphSchema(parse(sdl)), parse('{ holder { uscc: label } }'), [own])).toHaveLength(1)
  })
  it('that equals its own field, or a name that is no key there, is served', () => {
    expect(inApi('{ person(id: "x") { id: id __typename: __typename fullName: name uscc: name } }')).toEqual([])
  })
  it('is refused with BAD_USER_INPUT and a sentence that repeats nothing of the query', () => {
    const [error] = inApi('{ people { nodes { id: name } } }')
    expect(error?.extensions).toEqual({ code: 'BAD_USER_INPUT' })
    expect(error?.message).not.toMatch(/\bid\b|name:|people/)
  })
})
