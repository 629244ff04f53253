// One policy as the engine holds it: Cedar's parsed form with where it stands and why.

import type { PolicyBody } from './cedar-json.ts'

/** One policy of a bundle, ready to compile. `id` is its @id, or `grant/<id>/<n>`. */
export type Policy = PolicyBody & {
  readonly id: string
  readonly because: string
  readonly text: string
  readonly file: string
  readonly line: number
  readonly column: number
  /** The grant it comes from. */
  readonly grant?: string
}
