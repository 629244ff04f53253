// Writes the joined tree as JSON text in one pass, checking each value against its type. It writes what is as the schema says and
// gives up (NotAsAsked) on anything else: the same tree is then shaped by Apollo's own code, with Apollo's nulls and errors. What was
// written can be had as values too.

import type { Tree } from './merge.ts'

/** How one value is written. All of one shape, so that reading it stays cheap. */
export type Writing = {
  readonly kind: 'string' | 'object' | 'list' | 'enum' | 'custom' | 'id' | 'int' | 'float' | 'boolean' | 'typename'
  readonly nullable: boolean
  /** Of a list. */
  readonly item: Writing | undefined
  readonly object: ObjectWriting | undefined
  /** Of an enum. */
  readonly values: ReadonlySet<string> | undefined
}

/** `label`: what stands before the value, the name as JSON with its comma or brace. */
export type FieldWriting = { readonly name: string; readonly label: string; readonly writing: Writing }
export type ObjectWriting = { readonly type: string; readonly fields: readonly FieldWriting[] }

/** The tree is not as the schema says. */
export class NotAsAsked extends Error {}

/** Gives JSON text. Throws NotAsAsked, or what JSON.stringify throws for a custom scalar. */
export function writeJson(writing: ObjectWriting, tree: Tree): string {
  return writeObject('', writing, tree)
}

/**
 * What JSON.parse gives of the text that `writeJson` gave of this tree, made of the tree. JSON.parse keeps each short text for as long as
 * the old heap is not collected.
 */
export function plainValue({ type, fields }: ObjectWriting, tree: Tree): Record<string, unknown> {
  const plain: Record<string, unknown> = {}
  for (const { name, writing } of fields) plain[name] = writing.kind === 'typename' ? type : plainOf(writing, tree[name])
  return plain
}

function plainOf(writing: Writing, value: unknown): unknown {
  if (value === null || value === undefined) return null
  // As it was written: its type was looked at then.
  if (writing.object !== undefined) return plainValue(writing.object, value as Tree)
  const { item } = writing
  if (item !== undefined) return (value as readonly unknown[]).map((one) => plainOf(item, one))
  if (typeof value === 'string' || typeof value === 'boolean') return value
  // Minus zero is written as zero.
  if (typeof value === 'number' && writing.kind !== 'custom') return value + 0
  return JSON.parse(anything(value))
}

function writeObject(before: string, { type, fields }: ObjectWriting, tree: Tree): string {
  const typename = tree['__typename']
  if (typename !== undefined && typename !== type) throw new NotAsAsked()
  if (fields.length === 0) return `${before}{}`
  let text = before
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at] as FieldWriting
    const { writing } = field
    const value = tree[field.name]
    text += field.label
    if (value === null || value === undefined) text += empty(writing, type)
    else if (writing.kind === 'string' && typeof value === 'string') text = quote(text, value)
    else text = writing.kind === 'typename' ? writeTypename(text, value, type) : write(text, writing, value)
  }
  return `${text}}`
}

function empty({ nullable, kind }: Writing, type: string): string {
  if (kind === 'typename') return `"${type}"`
  if (!nullable) throw new NotAsAsked()
  return 'null'
}

function writeTypename(text: string, value: unknown, type: string): string {
  if (value !== type) throw new NotAsAsked()
  return `${text}"${type}"`
}

/** `value` is neither null nor undefined. */
function write(text: string, writing: Writing, value: unknown): string {
  switch (writing.kind) {
    case 'object':
      if (typeof value !== 'object' || Array.isArray(value) || writing.object === undefined) throw new NotAsAsked()
      return writeObject(text, writing.object, value as Tree)
    case 'list':
      return writeList(text, writing.item, value)
    case 'string':
      if (typeof value !== 'string') throw new NotAsAsked()
      return quote(text, value)
    case 'enum':
      if (typeof value !== 'string' || writing.values?.has(value) !== true) throw new NotAsAsked()
      return `${text}"${value}"`
    case 'boolean':
      if (typeof value !== 'boolean') throw new NotAsAsked()
      return value ? `${text}true` : `${text}false`
    case 'id':
      return typeof value === 'string' ? quote(text, value) : text + whole(value)
    case 'int':
      return text + whole(value)
    case 'float':
      if (typeof value !== 'number' || !Number.isFinite(value)) throw new NotAsAsked()
      return `${text}${value}`
    case 'custom':
      return typeof value === 'string' ? quote(text, value) : text + anything(value)
    case 'typename':
      throw new NotAsAsked()
  }
}

function writeList(before: string, item: Writing | undefined, value: unknown): string {
  if (!Array.isArray(value) || item === undefined) throw new NotAsAsked()
  if (value.length === 0) return `${before}[]`
  let text = before
  for (let at = 0; at < value.length; at += 1) {
    const one: unknown = value[at]
    text += at === 0 ? '[' : ','
    if (one === null) {
      if (!item.nullable) throw new NotAsAsked()
      text += 'null'
    } else if (one === undefined) throw new NotAsAsked()
    else text = write(text, item, one)
  }
  return `${text}]`
}

/** A number that JSON shows without a fraction or an exponent. */
function whole(value: unknown): string {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) >= 1e21) throw new NotAsAsked()
  return `${value}`
}

function anything(value: unknown): string {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) throw new NotAsAsked()
  return text
}

/** Short texts are looked through by hand, which costs less than the call; what needs an escape is left to JSON.stringify. */
const SHORT = 48
const special = /["\\\u0000-\u001f\ud800-\udfff]/

function quote(text: string, value: string): string {
  const { length } = value
  if (length > SHORT) return special.test(value) ? text + JSON.stringify(value) : `${text}"${value}"`
  for (let at = 0; at < length; at += 1) {
    const unit = value.charCodeAt(at)
    if (unit < 32 || unit === 34 || unit === 92 || (unit >= 0xd800 && unit <= 0xdfff)) return text + JSON.stringify(value)
  }
  return `${text}"${value}"`
}
