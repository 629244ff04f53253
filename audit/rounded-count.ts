// How a number of rows may stand in a log: rounded down to 1, 2 or 5 times a power of ten, and below a thousand not at all. One row more
// or less shows once in a great many, and never where there are few.

/** Fewer rows than this are "fewer than a thousand". */
const FEWEST = 1_000
const MOST = 1_000_000_000

/** 0 for fewer than 1,000; else 1,000, 2,000, 5,000, 10,000 … at most 10⁹. */
export function roundedDown(count: number): number {
  if (!(count >= FEWEST)) return 0
  let rounded = FEWEST
  for (const next of steps()) if (next <= count) rounded = next
  return rounded
}

/** Whether a number is one that `roundedDown` gives. */
export function isRoundedDown(count: number): boolean {
  return count === 0 || steps().includes(count)
}

function steps(): readonly number[] {
  const found: number[] = []
  for (let power = FEWEST; power <= MOST; power *= 10) found.push(...[1, 2, 5].map((times) => times * power).filter((step) => step <= MOST))
  return found
}
