// Options of the sub-commands: parsed by node:util, refused with a sentence.

import { parseArgs } from 'node:util'

/** A wrong command line: exit code 2. */
export class UsageError extends Error {}

/** `strings`: may be given several times. */
type OptionKinds = Readonly<Record<string, 'string' | 'strings' | 'boolean'>>
export type Options = { readonly words: readonly string[]; readonly text: (name: string) => string | undefined; readonly texts: (name: string) => readonly string[]; readonly flag: (name: string) => boolean }

/** Parses `--name value`, `--flag` and words. Throws UsageError on anything unknown. */
export function readOptions(args: readonly string[], kinds: OptionKinds): Options {
  try {
    const options = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, kind === 'strings' ? ({ type: 'string', multiple: true } as const) : { type: kind }]))
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    return {
      words: positionals,
      text: (name) => {
        const value = values[name]
        return typeof value === 'string' ? value : undefined
      },
      texts: (name) => {
        const value = values[name]
        return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []
      },
      flag: (name) => values[name] === true,
    }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The options are not understood.')
  }
}

/** A whole number within bounds, or the default when the option is absent. */
export function wholeNumber(text: string | undefined, name: string, bounds: { readonly default: number; readonly min: number; readonly max: number }): number {
  if (text === undefined) return bounds.default
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < bounds.min || value > bounds.max) {
    throw new UsageError(`--${name} is a whole number from ${bounds.min} to ${bounds.max}`)
  }
  return value
}
