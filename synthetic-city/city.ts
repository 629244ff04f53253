// The city as a sequence of blocks of a thousand people: a block holds whole households and the enterprises they run, so that any
// size is made in the memory of one block. Blocks must be taken in order (identity numbers are dealt out along the way).

import { household, type Household } from './households.ts'
import { enterprise, type Enterprise } from './enterprises.ts'
import { idNumbers } from './numbers.ts'
import type { Person } from './people.ts'
import type { Places } from './places.ts'
import { random } from './random.ts'

export type CityOptions = {
  /** People, the scenario's included. */
  readonly size: number
  readonly seed: number
  readonly linkKey: string | Uint8Array
  readonly places: Places
}

export type Block = {
  readonly index: number
  readonly households: readonly Household[]
  readonly people: readonly Person[]
  readonly enterprises: readonly Enterprise[]
  /** The stream of a topic in this block: another topic's draws do not change it. */
  readonly stream: (topic: string) => ReturnType<typeof random>
  /** Numbers for rows of this block: unique in a table, above the scenario's (below 10,000). */
  readonly rowIds: () => () => number
}

export const BLOCK_SIZE = 1000
export const ENTERPRISES_PER_BLOCK = 60
const FIRST_ROW_ID = 10_000
const ROW_IDS_PER_BLOCK = 1_000_000

/** The generated people: everybody but the `reserved` of the scenario. */
export function* blocks({ size, seed, linkKey, places }: CityOptions, reserved: number): Generator<Block> {
  const numbers = idNumbers()
  const total = Math.max(0, size - reserved)
  for (let index = 0; index * BLOCK_SIZE < total; index++) {
    const stream = (topic: string): ReturnType<typeof random> => random(seed, topic, index)
    const wanted = Math.min(BLOCK_SIZE, total - index * BLOCK_SIZE)
    const households: Household[] = []
    const people: Person[] = []
    const parts = { random: stream('people'), numbers, linkKey, streets: places.streets }
    while (people.length < wanted) {
      const made = household(`HH${String(index).padStart(6, '0')}${String(households.length).padStart(4, '0')}`, wanted - people.length, parts)
      households.push(made)
      for (const member of made.members) people.push(member.person)
    }
    const rowIds = (): (() => number) => {
      let next = FIRST_ROW_ID + index * ROW_IDS_PER_BLOCK
      return () => next++
    }
    yield { index, households, people, enterprises: enterprisesOf(index, people, stream('enterprises'), places), stream, rowIds }
  }
}

function enterprisesOf(block: number, people: readonly Person[], stream: ReturnType<typeof random>, places: Places): readonly Enterprise[] {
  const adults = people.filter(({ age, vital }) => age >= 22 && age <= 75 && vital === '1')
  const made: Enterprise[] = []
  const wanted = adults.length === 0 ? 0 : Math.floor((people.length / BLOCK_SIZE) * ENTERPRISES_PER_BLOCK)
  for (let place = 0; place < wanted; place++) {
    made.push(enterprise(block * ENTERPRISES_PER_BLOCK + place, { random: stream, adults, earlier: made, places }))
  }
  return made
}
