// A small schema of plain resolvers and random values behind it: texts, nulls, what is thrown, errors given as values, promises kept and
// broken, functions, values of a wrong type, lists of lists. For comparing two executors on the same values.

import { buildSchema, type GraphQLSchema } from 'graphql'
import type { Random } from '../../synthetic-city/random.ts'

export const handMadeSchema: GraphQLSchema = buildSchema(`
  enum Kind { RED BLUE }
  scalar Free
  input Where { text: String, number: Int = 7 }
  type Thing {
    id: ID!
    text: String
    must: String!
    number: Int
    ok: Boolean
    kind: Kind
    free: Free
    child: Thing
    sure: Thing!
    list: [Thing]
    strict: [Thing!]!
    half: [Thing!]
    texts: [String!]
    matrix: [[Int!]]
    said(text: String!, number: Int = 3, where: Where, list: [String!]): String
    below(first: Int): Thing
    lists(first: Int): [Thing!]
  }
  type Query { thing: Thing, sure: Thing!, list: [Thing], strict: [Thing!]!, said(text: String!): String }
`)

/** `isAsync`: some values are promised. */
type Parts = { readonly random: Random; readonly isAsync: boolean }

const leaves: Readonly<Record<string, (random: Random) => unknown>> = {
  id: (random) => random.int(1, 99),
  text: () => 'text',
  must: () => 'must',
  number: (random) => random.int(-5, 5),
  ok: (random) => random.chance(0.5),
  kind: (random) => random.pick(['RED', 'BLUE']),
  free: (random) => random.pick<unknown>(['free', 4, { any: ['thing'] }]),
}

/** An object for the type Thing; the same stream gives the same. `depth` bounds what is below it. */
export function handMadeThing(parts: Parts, depth: number): Record<string, unknown> {
  const { random } = parts
  const thing: Record<string, unknown> = {}
  for (const [name, make] of Object.entries(leaves)) thing[name] = behaving(parts, make(random), name)
  const below = (): unknown => (depth === 0 ? null : handMadeThing(parts, depth - 1))
  const some = (make: () => unknown): unknown[] => Array.from({ length: random.int(0, 3) }, make)
  for (const name of ['child', 'sure']) thing[name] = behaving(parts, depth === 0 && name === 'sure' ? handMadeThing({ ...parts, random }, -1) : depth < 0 ? null : below(), name)
  for (const name of ['list', 'strict', 'half']) thing[name] = behaving(parts, depth <= 0 ? [] : some(() => inList(parts, below())), name)
  thing['texts'] = behaving(parts, some(() => inList(parts, 'text')), 'texts')
  thing['matrix'] = behaving(parts, some(() => inList(parts, some(() => inList(parts, random.int(0, 9))))), 'matrix')
  return thing
}

/** What stands in the place of a value: mostly the value. A thunk gives the same at each call. */
function behaving(parts: Parts, value: unknown, name: string): unknown {
  const { random, isAsync } = parts
  const chance = random.next()
  const fault = random.pick(['thrown', 'given', 'null', 'wrong'])
  if (chance < 0.62) return value
  if (chance < 0.72) return () => value
  if (chance < 0.84 && isAsync) return () => Promise.resolve(value)
  if (chance < 0.9) return value
  // What fails at once among promises makes graphql-js forget the other promises of a list, whose ends nobody hears then.
  const fail = failing(random, fault, name)
  if (isAsync) return async () => fail()
  return random.chance(0.3) ? fail : plainly(fail)
}

/** What the function gives, where it does not throw. */
function plainly(fault: () => unknown): unknown {
  try {
    return fault()
  } catch {
    return fault
  }
}

function failing(random: Random, fault: string, name: string): () => unknown {
  switch (fault) {
    case 'thrown': return () => { throw new Error(`${name} was thrown`) }
    case 'given': return () => new Error(`${name} was given`)
    case 'null': return random.pick([() => null, () => undefined])
    default: {
      const wrong = random.pick<unknown>(['wrong', 0.5, Number.NaN, { wrong: true }, ['wrong']])
      return () => wrong
    }
  }
}

/** Items are no functions: graphql-js would not call them. */
function inList({ random, isAsync }: Parts, value: unknown): unknown {
  const chance = random.next()
  if (chance < 0.8) return value
  if (chance < 0.88) return isAsync ? promised(value) : value
  const fault = random.pick<() => unknown>([() => null, () => undefined, () => 'wrong', () => new Error('an item was given')])()
  return isAsync ? promised(fault) : fault
}

function promised(value: unknown): Promise<unknown> {
  return Promise.resolve(value)
}
