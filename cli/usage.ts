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
    const { values, positionals, tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true, tokens: true })
    // The last of several would silently win.
    const given = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []))
    const twice = given.find((name, n) => kinds[name] !== 'strings' && given.indexOf(name) !== n)
    if (twice !== undefined) throw new UsageError(`--${twice} may be given once.`)
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
    if (error instanceof UsageError) throw error
    throw new UsageError(error instanceof Error ? said(error.message) : 'The options are not understood.')
  }
}

/** Node's words; those on a value that begins with a hyphen are for programmers. */
function said(message: string): string {
  const [, name] = /^Option '[^']*(--[a-z-]+)[^']*' argument is ambiguous/.exec(message) ?? []
  return name === undefined ? message : `${name} needs a value that does not begin with a hyphen (or ${name}=VALUE).`
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
