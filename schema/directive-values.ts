// Reads @classified, @row and @entry into typed values. Defaults and permitted words come from directives.graphql itself, so the
// SDL and this reader cannot drift apart. Refuses (a sentence, never a guess) any argument that does not fit.

import { buildASTSchema, getArgumentValues, GraphQLError } from 'graphql'
import type { ConstDirectiveNode, GraphQLDirective } from 'graphql'
import { z } from 'zod'
import { headSdl, parseSdl } from './load.ts'

const maskKinds = [
  'NAME', 'ID_NO', 'MOBILE', 'LANDLINE', 'ADDRESS', 'DIVISION', 'BANK_CARD', 'USCC', 'PLATE', 'VIN', 'PASSPORT', 'CERT_NO', 'FILE_NO', 'EMAIL',
  'BIRTH_DATE', 'DATETIME_HOUR', 'AMOUNT_BAND', 'SCORE_BAND', 'COORD_GRID', 'TEXT_SCRUB', 'TOKEN', 'REDACT',
] as const
export type MaskKind = (typeof maskKinds)[number]
export type Level = 1 | 2 | 3 | 4
export type ReleaseAttribute = 'UNCONDITIONAL' | 'CONDITIONAL' | 'NONE'
export type BulkClass = 'NONE' | 'A' | 'B' | 'C'
export type Declassifier = 'VERIFY' | 'GENERALISE' | 'AGGREGATE'
export type EntryKind = 'ONE' | 'MANY' | 'VERIFY' | 'RESOLVE' | 'SELF' | 'ACT'
const rowAttributeTypes = ['Bool', 'Long', 'String', 'Division', 'datetime', 'Set<String>'] as const
export type RowAttribute = { readonly name: string; readonly type: (typeof rowAttributeTypes)[number]; readonly optional: boolean }

/** The arguments of one @classified, defaults filled in. `basis` is absent rather than blank. */
export type ClassifiedValues = {
  readonly level: Level
  readonly category: string
  readonly owner: string
  readonly sharing: ReleaseAttribute
  readonly opening: ReleaseAttribute
  readonly personal: boolean
  readonly sensitive: boolean
  readonly naturalKey: boolean
  readonly mask: MaskKind
  readonly bulkClass: BulkClass
  readonly subjectPath: string
  readonly basis?: string
  readonly derivedFrom: readonly string[]
  readonly declassifier?: Declassifier
}
export type EntryValues = { readonly kind: EntryKind; readonly of?: string }

/** A value, or the sentence that says why there is none. */
export type Reading<T> = { readonly value: T } | { readonly fault: string }

const levels = { L1: 1, L2: 2, L3: 3, L4: 4 } as const
const release = z.enum(['UNCONDITIONAL', 'CONDITIONAL', 'NONE'])
const classifiedShape = z.object({
  level: z.enum(['L1', 'L2', 'L3', 'L4']).transform((name) => levels[name]),
  category: z.string(),
  owner: z.string().regex(/^[A-Z][A-Z0-9-]*$/, 'owner is an organisation code'),
  sharing: release,
  opening: release,
  personal: z.boolean(),
  sensitive: z.boolean(),
  naturalKey: z.boolean(),
  mask: z.enum(maskKinds),
  bulkClass: z.enum(['NONE', 'A', 'B', 'C']),
  subjectPath: z.string(),
  basis: z.string().nullish(),
  derivedFrom: z.array(z.string()).nullish(),
  declassifier: z.enum(['VERIFY', 'GENERALISE', 'AGGREGATE']).nullish(),
})
const entryShape = z.object({ kind: z.enum(['ONE', 'MANY', 'VERIFY', 'RESOLVE', 'SELF', 'ACT']), of: z.string().nullish() })
const rowShape = z.object({ attributes: z.string() })

/** @classified as directives.graphql declares it. */
export function readClassified(node: ConstDirectiveNode): Reading<ClassifiedValues> {
  const read = readArguments(node, classifiedShape)
  if ('fault' in read) return read
  const { basis, derivedFrom, declassifier, ...rest } = read.value
  const stated = basis?.trim()
  return { value: {
    ...rest,
    ...(stated === undefined || stated === '' ? {} : { basis: stated }),
    derivedFrom: derivedFrom ?? [],
    ...(declassifier === undefined || declassifier === null ? {} : { declassifier }),
  } }
}

/** @entry as directives.graphql declares it. */
export function readEntry(node: ConstDirectiveNode): Reading<EntryValues> {
  const read = readArguments(node, entryShape)
  if ('fault' in read) return read
  const { kind, of } = read.value
  return { value: of === undefined || of === null ? { kind } : { kind, of } }
}

/** @row: `minor: Bool, subject?: String` → attributes in the order written; a name may stand once. */
export function readRow(node: ConstDirectiveNode): Reading<readonly RowAttribute[]> {
  const read = readArguments(node, rowShape)
  if ('fault' in read) return read
  const attributes: RowAttribute[] = []
  for (const part of read.value.attributes.split(',').map((piece) => piece.trim())) {
    const match = /^([a-z][A-Za-z0-9]*)(\?)?: (\S+)$/.exec(part)
    const type = rowAttributeTypes.find((known) => known === match?.[3])
    const name = match?.[1]
    if (name === undefined || type === undefined) return { fault: `@row: "${part}" is not "name: Type" or "name?: Type" with one of ${rowAttributeTypes.join(', ')}.` }
    if (attributes.some((known) => known.name === name)) return { fault: `@row: ${name} is written twice.` }
    attributes.push({ name, type, optional: match?.[2] === '?' })
  }
  return { value: attributes }
}

let declared: ReadonlyMap<string, GraphQLDirective> | undefined

function directiveNamed(name: string): GraphQLDirective | undefined {
  declared ??= new Map(
    buildASTSchema(parseSdl(headSdl(), 'schema/directives.graphql'), { assumeValid: true, assumeValidSDL: true }).getDirectives().map((known) => [known.name, known]),
  )
  return declared.get(name)
}

function readArguments<T>(node: ConstDirectiveNode, shape: z.ZodType<T>): Reading<T> {
  const name = node.name.value
  const directive = directiveNamed(name)
  if (directive === undefined) return { fault: `@${name} is not declared in directives.graphql.` }
  const unknown = node.arguments?.find((argument) => !directive.args.some((known) => known.name === argument.name.value))
  if (unknown !== undefined) return { fault: `@${name} has no argument ${unknown.name.value}.` }
  try {
    const parsed = shape.safeParse(getArgumentValues(directive, node))
    if (parsed.success) return { value: parsed.data }
    return { fault: `@${name}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}.` }
  } catch (error) {
    if (error instanceof GraphQLError) return { fault: `@${name}: ${error.message}` }
    throw error
  }
}
