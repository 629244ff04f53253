// Shapes of plans and values that the city's own graph does not have: compound and nested keys, @requires of lists, lists of lists,
// conditions, names that every object inherits, abstract types, rewrites. The same answers as Apollo's, or left to it.

import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SubgraphReply } from '../../../gateway/link.ts'
import { random } from '../../../synthetic-city/random.ts'
import { bothExecutors } from '../../support/both-executors.ts'
import type { BothWays, Outcome, Replies } from '../../support/both-executors.ts'
import { madeUpReplies } from '../../support/made-up-replies.ts'

const seed = Number(process.env['RUNNER_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@external", "@requires", "@provides"])'
const sdls = {
  shops: `${link} scalar Any enum Size { S M L }
    type Query { shops: [Shop!]! shop: Shop things: [Thing] parties: [Party] anything: Any grid: [[Item]] must: Item! }
    type Mutation { open(name: String!): Shop close: Boolean! }
    type Shop @key(fields: "chain { code } number") { chain: Chain! number: Int! name: String size: Size sizes: [Size!] open: Boolean ratio: Float tags: [[String!]]! items: [Item!] best: Item! any: Any anys: [Any!] }
    type Chain { code: ID! title: String }
    type Item @key(fields: "id") { id: ID! weights: [Weight!] label: String! }
    type Weight @shareable { grams: Int unit: String! }
    interface Thing { id: ID! } union Party = Shop | Item
    type Widget implements Thing @key(fields: "id") { id: ID! colour: String }`,
  stock: `${link}
    type Shop @key(fields: "chain { code } number") { chain: Chain! @external number: Int! @external stock(of: String): [Item!]! keeper: Keeper }
    type Chain { code: ID! @external }
    type Keeper @key(fields: "id") { id: ID! name: String! nick: String }
    type Item @key(fields: "id") { id: ID! weights: [Weight!] @external label: String! @external freight: Float @requires(fields: "weights { grams unit }") sticker: String! @requires(fields: "label") }
    type Weight @shareable { grams: Int unit: String! }`,
  people: `${link}
    type Keeper @key(fields: "id") { id: ID! shops: [Shop!] age: Int! }
    type Shop @key(fields: "chain { code } number", resolvable: false) { chain: Chain! number: Int! }
    type Chain { code: ID! @shareable }
    type Widget @key(fields: "id") { id: ID! price: Int }`,
}

let ways: BothWays
const replies = madeUpReplies(sdls)
beforeAll(async () => {
  console.log(`shapes seed ${seed}`)
  const composed = composeServices(Object.entries(sdls).map(([name, sdl]) => ({ name, url: `http://${name}.invalid`, typeDefs: parse(sdl) })))
  expect(composed.errors?.map(String)).toBeUndefined()
  ways = await bothExecutors(composed.supergraphSdl ?? '')
})
afterAll(async () => ways.stop())

/** Both ways give the same; whether it was compiled. */
async function same(query: string, variables: Readonly<Record<string, unknown>>, given: Replies): Promise<Outcome | undefined> {
  const both = await ways.ask(query, variables, given)
  if (both === undefined) throw new Error(`not valid: ${query}`)
  if (both.compiled !== undefined) expect(both.compiled, `${query} ${JSON.stringify(variables)}`).toEqual(both.apollo)
  return both.compiled
}

const compiled = [
  '{ shops { name chain { title code } number stock { id label freight sticker } keeper { name age } } }',
  '{ shop { best { freight sticker weights { unit } } items { id freight } keeper { id shops { number name items { sticker } } } } }',
  '{ shops { a: __typename size sizes open ratio tags any anys } anything must { id label __typename } grid { id freight weights { grams } } }',
  '{ shop { items { ...a ...b } keeper { ...k } } shop { items { label } keeper { age ...k } } } fragment a on Item { id weights { grams } } fragment b on Item { weights { unit grams } label id } fragment k on Keeper { nick shops { number } name }',
  'query ($x: Boolean!, $y: Boolean = true) { shop { name @skip(if: $x) keeper @include(if: $y) { age @skip(if: $x) name } best @include(if: $x) @skip(if: $y) { sticker } ... on Shop @include(if: $x) { number items { freight @include(if: $y) } } } }',
  'query ($x: Boolean!) { shops { ... @skip(if: $x) { name items { id @skip(if: true) label } } stock(of: "a") { ...f @include(if: $x) } } } fragment f on Item { id freight }',
  'query ($of: String) { one: shop { stock(of: $of) { sticker } } two: shop { stock(of: "b") { id } } }',
  'mutation ($name: String!) { open(name: $name) { name keeper { age } } close }',
  'query ($x: Boolean!) { shop @skip(if: $x) { name } __typename }',
]

describe('compiled plans', () => {
  it('answer like Apollo whatever is asked and replied', async () => {
    const r = random(seed)
    for (const query of compiled) {
      for (const [x, y] of [[true, true], [true, false], [false, true], [false, false], [false, undefined]]) {
        const variables = { x, ...(y === undefined ? {} : { y }), of: r.pick([null, 'a']), name: 'n' }
        for (const spoil of [0, 0.5, 1, 1]) expect(await same(query, variables, replies(r.int(0, 2 ** 31), spoil)), query).toBeDefined()
      }
    }
  }, 240_000)

  it('propagate nulls, and give no text where Apollo gives none', async () => {
    const one = (data: unknown, errors?: unknown): Replies => async () => ({ status: 200, data, ...(errors === undefined ? {} : { errors }) }) as SubgraphReply
    expect(await same('{ must { id label } }', {}, one({ must: { id: '1', label: null } }))).toMatchObject({ text: 'null', errors: [] })
    expect(await same('{ must { id } }', {}, one(null))).toMatchObject({ text: 'null' })
    expect(await same('{ shops { name } }', {}, one({ shops: [{ name: 'a' }, null] }))).toMatchObject({ text: 'null' })
    expect(await same('{ shop { tags } }', {}, one({ shop: { tags: [['a', null], null, []] } }))).toMatchObject({ text: '{"shop":{"tags":[null,null,[]]}}' })
    expect(await same('{ shop { open } }', {}, one({ shop: { open: 'yes' } }))).toMatchObject({ text: '{"shop":{"open":null}}', errors: [] })
    expect(await same('{ shops { name } }', {}, one({ shops: 'many' }))).toMatchObject({ text: undefined, errors: [expect.stringContaining('INTERNAL')] })
    expect(await same('{ shop { number } }', {}, one({ shop: { number: 2 ** 40 } }))).toMatchObject({ text: '{"shop":{"number":1099511627776}}' })
    expect(await same('{ shop { size } }', {}, one({ shop: { size: 'XL' } }))).toMatchObject({ text: '{"shop":{"size":null}}' })
    expect(await same('{ shop { __typename name } }', {}, one({ shop: { __typename: 'Item', name: 'a' } }))).toBeDefined()
    expect(await same('{ anything }', {}, one({ anything: { a: [1, '"', { b: null }] } }))).toMatchObject({ text: '{"anything":{"a":[1,"\\"",{"b":null}]}}' })
  })

  it('leave to Apollo what they do not know', async () => {
    const left = [
      '{ things { id } }', '{ things { ... on Widget { colour price } } }', '{ parties { ... on Item { label } __typename } }', '{ __schema { queryType { name } } }',
      '{ shop { name } __type(name: "Shop") { name } }', '{ shop { constructor: name } }', '{ toString: shop { name } }',
    ]
    for (const query of left) expect(await same(query, {}, replies(seed, 0)), query).toBeUndefined()
    const plans = await ways.plans()
    for (const reason of ['abstract type', 'introspection', 'name']) expect(plans.some((plan) => plan.startsWith(`apollo ${reason} `)), reason).toBe(true)
  })

  it('are made once for one operation', async () => {
    const query = '{ shop { ratio } }'
    const before = (await ways.plans()).find((plan) => plan.startsWith('compiled'))
    const document = parse(query)
    for (let at = 0; at < 3; at += 1) await ways.askDocument(document, {}, replies(seed, 0))
    const made = (plan: string | undefined): number => Number(plan?.split(' ').at(-1))
    expect(made((await ways.plans()).find((plan) => plan.startsWith('compiled'))) - made(before)).toBe(1)
  })
})
