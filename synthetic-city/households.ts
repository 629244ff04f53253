// Households that hang together: couples of about one age, children of both, their grandparents, people alone. Surnames come from
// the father's side, relations are GB/T 4761 as seen from the head (01 head, 10 spouse, 20 son, 30 daughter, 51 father, 52 mother).

import { family, type Family } from './names.ts'
import { person, type Person, type PersonParts } from './people.ts'
import { address } from './places.ts'
import type { Random } from './random.ts'

export type Member = { readonly person: Person; readonly relation: string }

export type Household = {
  readonly householdNo: string
  /** 1 family, 2 collective (a dormitory). */
  readonly type: '1' | '2'
  readonly members: readonly [Member, ...Member[]]
  /** Each child under 18 with those who care for it. */
  readonly wards: readonly { readonly ward: Person; readonly guardians: readonly { readonly person: Person; readonly relation: string }[] }[]
}

type Add = (relation: string, male: boolean, marital: string, age: readonly [number, number], of?: Family) => Person

/** One household of at most `room` people. */
export function household(householdNo: string, room: number, parts: PersonParts): Household {
  const { random, streets } = parts
  const street = random.pick(streets)
  const residence = { division: street.code, address: address(random, street) }
  const own = family(random)
  const members: Member[] = []
  const add: Add = (relation, male, marital, age, of = own) => {
    const made = person({ male, marital, age, family: of }, residence, parts)
    members.push({ person: made, relation })
    return made
  }
  const kind: Kind = room < 5 ? (room < 2 || random.chance(0.5) ? 'alone' : 'couple') : kindOf(random)
  fill(kind, random, add)
  const [head, ...others] = members
  if (head === undefined) throw new RangeError('a household needs a head')
  return { householdNo, type: kind === 'dormitory' ? '2' : '1', members: [head, ...others], wards: wardsOf(members) }
}

type Kind = 'alone' | 'dormitory' | 'couple' | 'elders' | 'parents' | 'single parent' | 'three generations'

function kindOf(random: Random): Kind {
  const draw = random.next()
  if (draw < 0.2) return 'alone'
  if (draw < 0.24) return 'dormitory'
  if (draw < 0.42) return 'couple'
  if (draw < 0.54) return 'elders'
  if (draw < 0.8) return 'parents'
  return draw < 0.86 ? 'single parent' : 'three generations'
}

function fill(kind: Kind, random: Random, add: Add): void {
  switch (kind) {
    case 'alone':
    case 'dormitory': {
      const age = random.int(20, kind === 'dormitory' ? 35 : 84)
      add('01', random.chance(0.5), age < 30 ? '10' : age > 70 ? '30' : random.pick(['10', '10', '40']), [age, age])
      return
    }
    case 'couple':
      couple(random, add, [24, 62])
      return
    case 'elders':
      couple(random, add, [62, 92])
      return
    case 'parents': {
      const { younger } = couple(random, add, [26, 50])
      children(random, add, younger, random.chance(0.3) ? 2 : 1)
      return
    }
    case 'single parent': {
      const mother = random.chance(0.7)
      const parent = add('01', !mother, random.pick(['40', '30']), [26, 50])
      children(random, add, parent.age, 1)
      return
    }
    case 'three generations': {
      const { head, younger } = couple(random, add, [28, 48])
      children(random, add, younger, 1)
      add('51', true, '20', [head.age + 22, head.age + 30])
      // The grandmother keeps the name she was born with.
      add('52', false, '20', [head.age + 21, head.age + 28], family(random))
      return
    }
  }
}

function couple(random: Random, add: Add, [youngest, oldest]: readonly [number, number]): { head: Person; younger: number } {
  const age = random.int(youngest, oldest)
  const head = add('01', true, '20', [age, age])
  const wife = Math.max(22, age + random.int(-5, 3))
  const spouse = add('10', false, '20', [wife, wife], family(random))
  return { head, younger: Math.min(head.age, spouse.age) }
}

function children(random: Random, add: Add, parentAge: number, count: number): void {
  for (let child = 0; child < count; child++) {
    const male = random.chance(0.52)
    const oldest = Math.min(25, parentAge - 21)
    const age = random.int(Math.max(0, oldest - 16), oldest)
    // A year and more to each side of 14, so that the edge births may fall here.
    add(male ? '20' : '30', male, '10', age === 13 || age === 14 ? [13, 14] : [age, age])
  }
}

function wardsOf(members: readonly Member[]): Household['wards'] {
  const guardians = members
    .filter(({ relation }) => relation === '01' || relation === '10')
    .map(({ person: adult }) => ({ person: adult, relation: adult.male ? '51' : '52' }))
  const wards = members.filter(({ relation, person: { age } }) => (relation === '20' || relation === '30') && age < 18)
  return wards.map(({ person: ward }) => ({ ward, guardians }))
}
