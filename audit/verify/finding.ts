// What the verifier finds wrong with a log: a kind for programs and a sentence for an auditor. Sentences hold places, ids and
// sizes, and nothing from inside a record.

import { namedId } from './leaf-facts.ts'
import { printable } from './printable.ts'

export type Finding = {
  readonly log: string
  readonly kind: 'altered' | 'removed' | 'inserted' | 're-ordered' | 'head' | 'unsigned' | 'tile' | 'size' | 'log' | 'database'
  /** Where a record is concerned: its place in the log, counted from 0. */
  readonly seq?: number
  readonly id?: string
  readonly sentence: string
}

/** `population#17`. */
export function placeName(log: string, seq: number): string {
  return `${printable(log, 40)}#${seq}`
}

/** `population#17 (id …)`, with the id that its text names. */
export function recordName(log: string, row: { readonly seq: number; readonly leaf: Buffer | undefined }): string {
  const id = namedId(row.leaf)
  return id === undefined ? placeName(log, row.seq) : `${placeName(log, row.seq)} (id ${printable(id, 40)})`
}

/** `1 record`, `1,000 records`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}
