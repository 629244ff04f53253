// Randomness that repeats: a stream is a pure function of a seed and labels, the same on every machine. Not for secrets.

export type Random = {
  /** A number in [0, 1) with 32 bits. */
  readonly next: () => number
  /** A whole number, both ends included. */
  readonly int: (min: number, max: number) => number
  readonly chance: (probability: number) => boolean
  /** Throws RangeError on an empty list. */
  readonly pick: <T>(list: readonly T[]) => T
  /** 128 bits in the shape of a UUID version 4. */
  readonly uuid: () => string
}

/** The stream that belongs to a seed and labels; other labels give unrelated streams (sfc32, seeded by splitmix32). */
export function random(seed: number, ...labels: readonly (string | number)[]): Random {
  const mix = splitmix32(labels.reduce((hash: number, label) => hashOf(String(label), hash), hashOf(String(seed), 0x9e3779b9)))
  const word = sfc32(mix(), mix(), mix(), mix())
  const next = (): number => word() / 0x1_0000_0000
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (list) => {
      const item = list[int(0, list.length - 1)]
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    },
    uuid: () => uuidOf(word(), word(), word(), word()),
  }
}

/** FNV-1a, 32 bits, continued from `hash`. */
function hashOf(text: string, hash: number): number {
  let value = hash
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  // A separator, so that ("ab", "c") differs from ("a", "bc").
  return Math.imul(value ^ 0xff, 0x01000193) >>> 0
}

function splitmix32(start: number): () => number {
  let state = start | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let value = state ^ (state >>> 16)
    value = Math.imul(value, 0x21f0aaad)
    value ^= value >>> 15
    value = Math.imul(value, 0x735a2d97)
    return (value ^ (value >>> 15)) >>> 0
  }
}

function sfc32(first: number, second: number, third: number, fourth: number): () => number {
  let [a, b, c, counter] = [first | 0, second | 0, third | 0, fourth | 0]
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let round = 0; round < 12; round++) word()
  return word
}

function uuidOf(a: number, b: number, c: number, d: number): string {
  const hex = [a, (b & 0xffff0fff) | 0x4000, (c & 0x3fffffff) | 0x80000000, d].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
