// Replies of subgraphs that hold nothing: whatever a fetch asks for is made up by type, the same for the same fetch and seed, and
// then spoilt now and then as a faulty subgraph would (nulls, wrong types, errors, missing fields, refusals, no reply at all).

import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, getNamedType, getNullableType, isAbstractType, isEnumType, isListType, isObjectType, parse } from 'graphql'
import type { GraphQLOutputType, GraphQLSchema } from 'graphql'
import { CitygraphError } from '../../core/errors.ts'
import type { SubgraphReply } from '../../gateway/link.ts'
import { random } from '../../synthetic-city/random.ts'
import type { Random } from '../../synthetic-city/random.ts'
import type { Replies } from './both-executors.ts'

/** For the subgraphs' SDLs by name. `spoil`: how often a reply is spoilt, 0–1. */
export function madeUpReplies(sdls: Readonly<Record<string, string>>): (seed: number, spoil: number) => Replies {
  const schemas = new Map(Object.entries(sdls).map(([name, sdl]) => [name, buildSubgraphSchema({ typeDefs: parse(sdl) })]))
  return (seed, spoil) => async (name, { query, variables }) => {
    const r = random(seed, name, query, JSON.stringify(variables))
    const schema = schemas.get(name)
    if (schema === undefined) throw new Error(`no subgraph ${name}`)
    const made = await execute({
      schema, document: parse(query), variableValues: variables,
      fieldResolver: (source: unknown, _args, _context, info) => {
        const known = typeof source === 'object' && source !== null ? (source as Record<string, unknown>)[info.fieldName] : undefined
        return known ?? madeUp(info.returnType, schema, r)
      },
      typeResolver: (value: unknown) => String((value as Record<string, unknown>)['__typename']),
    })
    const data = JSON.parse(JSON.stringify(made.data ?? null)) as unknown
    const extensions = { sharing: { record: { log: name, id: r.uuid() }, ...(r.chance(0.1) ? { raised: ['L2'] } : {}) } }
    const reply: SubgraphReply = { status: 200, data, extensions }
    return r.chance(spoil) ? spoilt(reply, r) : reply
  }
}

const texts = ['张伟', 'a', '', '"quoted"', 'back\\slash', 'line\nbreak', '\u2028', '\ud800', '😀', 'x'.repeat(60), `${'y'.repeat(60)}"`, '\u007f']

function madeUp(type: GraphQLOutputType, schema: GraphQLSchema, r: Random): unknown {
  const nullable = getNullableType(type)
  if (nullable === type && r.chance(0.15)) return null
  if (isListType(nullable)) return Array.from({ length: r.int(0, 4) }, () => madeUp(nullable.ofType, schema, r))
  const named = getNamedType(nullable)
  if (isObjectType(named)) return { __typename: named.name }
  if (isAbstractType(named)) return { __typename: r.pick(schema.getPossibleTypes(named)).name }
  if (isEnumType(named)) return r.pick(named.getValues()).value
  switch (named.name) {
    case 'Int': return r.int(-5, 1_000)
    case 'Float': return r.pick([0, -0, 1.5, 1e21, 1e-7, 31.2304])
    case 'Boolean': return r.chance(0.5)
    case 'ID': return r.pick(['1', '2', '3', '4'])
    case 'String': return r.pick(texts)
    default: return r.pick<unknown>([...texts, 7])
  }
}

type Path = readonly (string | number)[]

function spoilt(reply: SubgraphReply, r: Random): SubgraphReply {
  const whole = r.next()
  if (whole < 0.06) throw new CitygraphError('SUBGRAPH_UNAVAILABLE')
  if (whole < 0.1) return { ...reply, status: 503 }
  if (whole < 0.13) return { ...reply, status: 403, data: null, errors: [{ message: 'no' }] }
  if (whole < 0.16) return { ...reply, data: r.pick<unknown>([null, [], 'text', undefined, 7]) }
  if (whole < 0.18) return { ...reply, errors: r.pick<unknown>(['text', [null], [7], {}, [[]]]) }
  if (whole < 0.2) return { ...reply, data: null, errors: [{ message: 'x', extensions: { code: 'AUDIT_UNAVAILABLE' } }] }
  const errors: unknown[] = []
  const data = reply.data
  for (let left = r.int(1, 3); left > 0; left -= 1) {
    const places = placesOf(data)
    if (places.length === 0) break
    const { holder, key, path } = r.pick(places)
    const how = r.next()
    const value: unknown = holder[key as never]
    if (how < 0.35) holder[key as never] = null as never
    else if (how < 0.7) holder[key as never] = wrong(value, r) as never
    else if (how < 0.8 && !Array.isArray(holder)) delete holder[key as never]
    if (r.chance(0.5)) errors.push({ message: r.pick(['This is not served to you.', 'SELECT 1', '']), path: r.pick<unknown>([path, path, path.slice(0, -1), undefined, ['_entities', 99, 'x'], 'text']), extensions: r.pick<unknown>([{ code: 'FORBIDDEN' }, { code: 'SUBGRAPH_UNAVAILABLE' }, { code: 'INVALID_GRAPHQL' }, undefined, { code: 'NOT_FILTERABLE', argument: 'where' }]) })
  }
  return errors.length === 0 ? { ...reply, data } : { ...reply, data, errors }
}

function wrong(value: unknown, r: Random): unknown {
  const others: readonly unknown[] = ['text', 7, 1.5, true, {}, [], [null], { __typename: 'Nothing' }, 1e21, '']
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && r.chance(0.4)) return { ...value, __typename: r.pick<unknown>(['Nothing', 'Person', 'Enterprise', 'Query', 7, null, 'String']) }
  if (Array.isArray(value) && r.chance(0.5)) return r.chance(0.5) ? value.slice(1) : [...(value as unknown[]), null]
  return r.pick(others)
}

type Place = { readonly holder: Record<string, unknown> & unknown[]; readonly key: string | number; readonly path: Path }

function placesOf(value: unknown, path: Path = []): Place[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const key = Array.isArray(value) ? Number(name) : name
    const here = [...path, key]
    return [{ holder: value as Place['holder'], key, path: here }, ...placesOf(inner, here)]
  })
}
