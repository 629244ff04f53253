// Literals of an operation's text, lifted into variables before any cache is asked: clients that write arguments into the text share
// one document, one plan and one compiled runner. Relies on scan-literals.ts, on graphql's own validation of what comes out, and on
// a variable's value being read as the literal was. Whatever is not exactly that goes on as it was written, and is judged so.

import { isInputType, isListType, isNonNullType, isScalarType, isSpecifiedScalarType, Kind, parse, parseValue, specifiedRules, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql'
import type { DocumentNode, GraphQLInputType, GraphQLScalarType, GraphQLSchema, OperationDefinitionNode, ValidationRule } from 'graphql'
import { boundedCache } from '../core/bounded-cache.ts'
import type { LiteralOf } from '../schema/operation-hash.ts'
import { scanLiterals, stubs } from './scan-literals.ts'
import type { Literal, LiteralKind } from './scan-literals.ts'

/** `text`: what is asked. `values`: of the variables that it has beside the caller's own. `literalOf`: which these are. */
export type LiftedText = { readonly text: string; readonly values: Readonly<Record<string, unknown>>; readonly literalOf: LiteralOf }

/** Undefined where the text is to be taken as it is written. */
export type LiftLiterals = (text: string) => LiftedText | undefined

/** Longer texts are taken as they are: what is kept of texts stays below 40 MB. */
const MAX_TEXT = 8 * 1024
const KEPT = 1_000
/** No name of a caller's begins so where literals are lifted. */
const PREFIX = 'lifted_'

/** `read` gives undefined for a literal that is not of the type. */
type Slot = { readonly name: string; readonly read: (literal: Literal) => unknown }
type Template = { readonly text: string; readonly slots: readonly Slot[]; readonly literalOf: LiteralOf }

/**
 * `rules`: what validation asks beside the specification. `plainScalars`: scalars of the schema's own take any string, as text and as
 * variable alike. Texts that differ in their literals alone are parsed and validated once.
 */
export function literalLifter(parts: { readonly schema: GraphQLSchema; readonly rules: readonly ValidationRule[]; readonly maxTokens: number; readonly plainScalars: boolean }): LiftLiterals {
  const templates = boundedCache<string, Template | 'as written'>(KEPT)
  return (text) => {
    if (text.length > MAX_TEXT) return undefined
    const scanned = scanLiterals(text, parts.maxTokens)
    if (scanned === undefined || scanned.literals.length === 0) return undefined
    let template = templates.get(scanned.skeleton)
    if (template === undefined) {
      template = templateOf(scanned.skeleton, scanned.literals, parts) ?? 'as written'
      templates.set(scanned.skeleton, template)
    }
    return template === 'as written' ? undefined : filled(template, scanned.literals)
  }
}

function filled({ text, slots, literalOf }: Template, literals: readonly Literal[]): LiftedText | undefined {
  const values: Record<string, unknown> = {}
  for (let at = 0; at < slots.length; at += 1) {
    const [slot, literal] = [slots[at], literals[at]]
    const value = slot === undefined || literal === undefined ? undefined : slot.read(literal)
    if (slot === undefined || value === undefined) return undefined
    values[slot.name] = value
  }
  return { text, values, literalOf }
}

type Place = { readonly literal: Literal; readonly name: string; readonly scalar: GraphQLScalarType }

function templateOf(skeleton: string, literals: readonly Literal[], parts: Parameters<typeof literalLifter>[0]): Template | undefined {
  if (skeleton.includes(PREFIX)) return undefined
  try {
    const document = parse(skeleton, { maxTokens: parts.maxTokens })
    const operation = onlyQuery(document)
    const places = operation === undefined ? undefined : placesOf(document, literals, parts)
    if (operation === undefined || places === undefined) return undefined
    const text = rewritten(skeleton, operation, places)
    const rewrittenDocument = parse(text, { maxTokens: parts.maxTokens, noLocation: true })
    if (validate(parts.schema, rewrittenDocument, [...specifiedRules, ...parts.rules], { maxErrors: 1 }).length > 0) return undefined
    const kinds = new Map(places.map(({ name, literal }) => [name, hashedAs(literal.kind)]))
    return { text, slots: places.map(({ name, literal, scalar }) => ({ name, read: reader(literal.kind, scalar) })), literalOf: (name) => kinds.get(name) }
  } catch {
    return undefined
  }
}

/** Every operation of a document would have to declare what its fragments use; acts are taken as they are written. */
function onlyQuery(document: DocumentNode): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((definition) => definition.kind !== Kind.FRAGMENT_DEFINITION)
  const [operation] = operations
  return operations.length === 1 && operation?.kind === Kind.OPERATION_DEFINITION && operation.operation === 'query' ? operation : undefined
}

/** Where each literal stands, in the order of the text; undefined if one of them is no argument of a field of ours, or of a type that is not read alike. */
function placesOf(document: DocumentNode, literals: readonly Literal[], { schema, plainScalars }: Parameters<typeof literalLifter>[0]): readonly Place[] | undefined {
  const byStart = new Map(literals.map((literal) => [literal.start, literal]))
  const places: Place[] = []
  const types = new TypeInfo(schema)
  const fields: string[] = []
  let directives = 0
  const place = (start: number | undefined, type: unknown): void => {
    const literal = byStart.get(start ?? -1)
    const field = fields.at(-1)
    if (literal === undefined || directives > 0 || field === undefined || field.startsWith('__')) return
    const scalar = isInputType(type) ? scalarFor(literal.kind, type, plainScalars) : undefined
    if (scalar !== undefined) places.push({ literal, name: `${PREFIX}${places.length}`, scalar })
  }
  const leaf = { enter: (node: { readonly loc?: { readonly start: number } }): void => place(node.loc?.start, types.getInputType()) }
  visit(document, visitWithTypeInfo(types, {
    Field: { enter: ({ name }) => void fields.push(name.value), leave: () => void fields.pop() },
    Directive: { enter: () => void (directives += 1), leave: () => void (directives -= 1) },
    IntValue: leaf,
    FloatValue: leaf,
    StringValue: leaf,
    ListValue: {
      enter(node) {
        place(node.loc?.start, types.getParentInputType())
        return byStart.has(node.loc?.start ?? -1) ? false : undefined
      },
    },
  }))
  return places.length === literals.length ? places : undefined
}

/** The scalar as which such a literal is read at a place of this type. */
function scalarFor(kind: LiteralKind, type: GraphQLInputType, plainScalars: boolean): GraphQLScalarType | undefined {
  const here = isNonNullType(type) ? type.ofType : type
  const many = kind === 'ints' || kind === 'floats' || kind === 'strings'
  if (isListType(here) !== many) return undefined
  const item: GraphQLInputType = isListType(here) ? here.ofType : here
  const scalar = isNonNullType(item) ? item.ofType : item
  if (!isScalarType(scalar)) return undefined
  return kinds(scalar, plainScalars).includes(single(kind)) ? scalar : undefined
}

type SingleKind = 'int' | 'float' | 'string'

/** The literals that a scalar takes. */
function kinds(scalar: GraphQLScalarType, plainScalars: boolean): readonly SingleKind[] {
  if (!isSpecifiedScalarType(scalar)) return plainScalars ? ['string'] : []
  switch (scalar.name) {
    case 'Int':
      return ['int']
    case 'Float':
      return ['int', 'float']
    case 'String':
    // A number for an ID is left as written: its record's hash is another than a text's.
    case 'ID':
      return ['string']
    default:
      return []
  }
}

function single(kind: LiteralKind): SingleKind {
  if (kind === 'int' || kind === 'ints') return 'int'
  return kind === 'float' || kind === 'floats' ? 'float' : 'string'
}

function hashedAs(kind: LiteralKind): ReturnType<LiteralOf> {
  if (kind === 'int' || kind === 'float') return 'number'
  return kind === 'string' ? 'string' : 'list'
}

function reader(kind: LiteralKind, scalar: GraphQLScalarType): (literal: Literal) => unknown {
  const one = itemReader(single(kind), scalar.name)
  if (kind === 'int' || kind === 'float' || kind === 'string') return ({ raw: [text = ''], plain }) => one(text, plain)
  return ({ raw, plain }) => {
    const values = raw.map((text) => one(text, plain))
    return values.includes(undefined) ? undefined : values
  }
}

type ItemReader = (raw: string, plain: boolean) => string | number | undefined

function itemReader(kind: SingleKind, scalar: string): ItemReader {
  if (kind === 'string') return textOf
  return scalar === 'Int' ? intOf : floatOf
}

/** 32 bits, as GraphQL's Int. */
function intOf(raw: string): number | undefined {
  const value = Number(raw)
  return (value | 0) === value ? value : undefined
}

function floatOf(raw: string): number | undefined {
  const value = Number(raw)
  return Number.isFinite(value) ? value : undefined
}

function textOf(raw: string, plain: boolean): string | undefined {
  if (plain) return raw.slice(1, -1)
  try {
    const value = parseValue(raw)
    return value.kind === Kind.STRING ? value.value : undefined
  } catch {
    return undefined
  }
}

/** The skeleton with a variable in each literal's place, and these declared behind the caller's own. */
function rewritten(skeleton: string, operation: OperationDefinitionNode, places: readonly Place[]): string {
  const declared = places.map(({ name, literal, scalar }) => `$${name}: ${literal.kind === single(literal.kind) ? `${scalar.name}!` : `[${scalar.name}!]!`}`).join(' ')
  const edits = places.map(({ name, literal }) => ({ from: literal.start, to: literal.start + stubs[literal.kind].length, text: `$${name}` }))
  const last = operation.variableDefinitions?.at(-1)
  const start = operation.loc?.start ?? 0
  const shorthand = skeleton[start] === '{'
  const at = shorthand ? start : (last?.loc?.end ?? operation.name?.loc?.end ?? start + 'query'.length)
  const text = last !== undefined ? ` ${declared}` : `${shorthand ? 'query' : ''}(${declared})`
  edits.push({ from: at, to: at, text })
  edits.sort((one, other) => one.from - other.from)
  let written = ''
  let kept = 0
  for (const edit of edits) {
    written += skeleton.slice(kept, edit.from) + edit.text
    kept = edit.to
  }
  return written + skeleton.slice(kept)
}
