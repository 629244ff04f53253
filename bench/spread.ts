// Several measurements of one thing, as smallest, middle and largest: machines are noisy, a single number says little.

export type Spread = { readonly min: number; readonly median: number; readonly max: number }

/** Throws RangeError on no measurement. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const [min, max] = [sorted[0], sorted.at(-1)]
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]]
  if (min === undefined || max === undefined || low === undefined || high === undefined) throw new RangeError('nothing was measured')
  return { min, median: (low + high) / 2, max }
}

export function spreadText({ min, median, max }: Spread): string {
  return `${min.toFixed(3)} – ${median.toFixed(3)} – ${max.toFixed(3)}`
}
