// Which record ids a log has already shown: exact, in one flat table, since a log may hold many millions (32 to 64 bytes a record).

import { randomInt } from 'node:crypto'

export type SeenIds = {
  /** Remembers the id (UUID text) as that of record `seq`; the record that had it before, or undefined. */
  readonly add: (id: string, seq: number) => number | undefined
}

const WORDS = 4

export function seenIds(): SeenIds {
  let slots = 1 << 12
  let table = new Uint32Array(slots * WORDS)
  let places = new Float64Array(slots)
  let used = 0
  const word = new Uint32Array(WORDS)
  // Multiply-shift with factors nobody knows, so that ids cannot be chosen to fall together.
  const [p = 1, q = 1, r = 1, s = 1] = Array.from({ length: WORDS }, () => randomInt(2 ** 31) * 2 + 1)
  let shift = 32 - 12

  /** Slot that holds `word`, or the free one where it belongs. A place of 0 is free, so sequence numbers are kept plus one. */
  const slotOf = (): number => {
    const [a = 0, b = 0, c = 0, d = 0] = word
    let slot = (Math.imul(a, p) + Math.imul(b, q) + Math.imul(c, r) + Math.imul(d, s)) >>> shift
    while (places[slot] !== 0 && !(table[slot * WORDS] === a && table[slot * WORDS + 1] === b && table[slot * WORDS + 2] === c && table[slot * WORDS + 3] === d)) {
      slot = (slot + 1) & (slots - 1)
    }
    return slot
  }
  const put = (place: number): void => {
    const slot = slotOf()
    table.set(word, slot * WORDS)
    places[slot] = place
  }
  const grow = (): void => {
    const [oldTable, oldPlaces] = [table, places]
    slots *= 2
    shift -= 1
    table = new Uint32Array(slots * WORDS)
    places = new Float64Array(slots)
    oldPlaces.forEach((place, slot) => {
      if (place === 0) return
      word.set(oldTable.subarray(slot * WORDS, (slot + 1) * WORDS))
      put(place)
    })
  }

  return {
    add(id, seq) {
      word[0] = Number.parseInt(id.slice(0, 8), 16)
      word[1] = Number.parseInt(id.slice(9, 13) + id.slice(14, 18), 16)
      word[2] = Number.parseInt(id.slice(19, 23) + id.slice(24, 28), 16)
      word[3] = Number.parseInt(id.slice(28), 16)
      const slot = slotOf()
      const before = places[slot] ?? 0
      if (before !== 0) return before - 1
      table.set(word, slot * WORDS)
      places[slot] = seq + 1
      used += 1
      if (used > slots * 0.75) grow()
      return undefined
    },
  }
}
