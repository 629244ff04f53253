// Whether the classification is allowed: floors and combinations (DOMAIN 2.2), masks that keep the type valid (M9), nullability
// (a denied cell is null), keys that may be federation keys (DOMAIN 4.7), entries. One problem for each rule broken, with its place.
// Relies on inspectClassification; derivation.ts judges what is computed from what.

import { Kind } from 'graphql'
import type { SubgraphName } from '../core/domains.ts'
import { inspectClassification } from './classification.ts'
import type { Classification } from './classification.ts'
import { isStructural } from './declarations.ts'
import type { FieldDeclaration, TypeDeclaration } from './declarations.ts'
import { derivationProblems, isDeclassifiedAnswer } from './derivation.ts'
import type { ClassifiedValues } from './directive-values.ts'
import { floorsOf } from './floors.ts'
import { problemAt } from './problem.ts'
import type { Place, Problem } from './problem.ts'
import type { FieldClassification } from './read-classified.ts'

/** Names that may be keys: public ids and public natural keys. Anything else in a @key would be served to everybody. */
const publicKeys: ReadonlySet<string> = new Set(['id', 'uscc', 'lineNo', 'code', 'typeCode', 'sectionId'])

/** Scalars in which a mask's output is valid; masks not named here give text. REDACT is null everywhere, TOKEN an id. */
const maskScalars: Readonly<Record<string, readonly string[]>> = {
  NAME: ['PersonName'], ID_NO: ['IdNumber'], CERT_NO: ['IdNumber', 'String'], BIRTH_DATE: ['PartialDate'], DATETIME_HOUR: ['PartialDateTime'],
  AMOUNT_BAND: ['AmountOrBand'], SCORE_BAND: ['ScoreOrBand'], COORD_GRID: ['GridPoint'], TOKEN: ['ID', 'String'],
}
const scalars: ReadonlySet<string> = new Set([
  'String', 'Int', 'Float', 'ID', 'PersonName', 'IdNumber', 'PartialDate', 'PartialDateTime', 'AmountOrBand', 'ScoreOrBand', 'GridPoint', 'Date', 'DateTime',
])

/** Everything wrong with the classification of these SDLs; [] when it may be served. Throws ClassificationRefused on a syntax error. */
export function lintClassification(sdls: Readonly<Partial<Record<SubgraphName, string>>>): readonly Problem[] {
  const { classification, declarations, problems } = inspectClassification(sdls)
  const found = [...problems]
  for (const declaration of declarations) {
    const type = classification.type(declaration.type)
    if (type !== undefined) found.push(...combinationProblems(`Type ${declaration.type}`, type.classification, declaration.place))
    for (const field of declaration.fields) found.push(...fieldProblems(field, classification))
    found.push(...interfaceProblems(declaration, classification))
  }
  found.push(...derivationProblems(classification, declarations))
  return deduplicated(found)
}

function fieldProblems(declaration: FieldDeclaration, classification: Classification): readonly Problem[] {
  const { type, field, place } = declaration
  const coordinate = `${type}.${field}`
  if (declaration.external || isStructural(declaration)) return []
  if (classification.keys(type).has(field)) return keyProblems(declaration)
  const read = classification.field(type, field)
  if (read === undefined) return []
  const sentences: string[] = []
  for (const floor of floorsOf(read, isDeclassifiedAnswer(type, classification))) {
    if (read.level < floor.level) sentences.push(`${coordinate} is L${read.level}, but at least L${floor.level}: ${floor.because}.`)
  }
  const typeLevel = classification.type(type)?.classification.level
  if (typeLevel !== undefined && read.level < typeLevel) sentences.push(`${coordinate} is L${read.level}, below its type's L${typeLevel}; a field may raise its type's level, never lower it.`)
  if (declaration.node.type.kind === Kind.NON_NULL_TYPE) sentences.push(`${coordinate} is classified and must be nullable: a denied cell is null, and ! would null its parent.`)
  const fitting = maskScalars[read.mask] ?? (read.mask === 'REDACT' ? undefined : ['String'])
  if (fitting !== undefined && (read.returns.list || !fitting.includes(read.returns.named))) sentences.push(`${coordinate} has mask ${read.mask}, whose output is no valid ${read.returns.named}; use ${fitting.join(' or ')}.`)
  sentences.push(...entrySentences(coordinate, read, classification))
  return [...sentences.map((sentence) => problemAt(place, sentence)), ...combinationProblems(coordinate, read, place)]
}

function combinationProblems(what: string, values: ClassifiedValues, place: Place): readonly Problem[] {
  const { level, sharing, opening, personal, basis } = values
  const sentences: string[] = []
  if (level === 4 && opening !== 'NONE') sentences.push(`${what} is L4; its opening is NONE.`)
  else if (opening === 'UNCONDITIONAL' && level !== 1) sentences.push(`${what} is L${level}; opening UNCONDITIONAL is for L1 only.`)
  if (values.sensitive && level !== 4) sentences.push(`${what} is sensitive and L${level}; sensitive is L4.`)
  if (basis === undefined) {
    if (sharing === 'NONE') sentences.push(`${what} has sharing NONE; that needs its legal basis.`)
    if (opening === 'UNCONDITIONAL') sentences.push(`${what} has opening UNCONDITIONAL; that needs its legal basis.`)
    if (level === 1 && personal) sentences.push(`${what} is L1 and personal; that needs its legal basis.`)
  }
  return sentences.map((sentence) => problemAt(place, sentence))
}

function keyProblems({ type, field, node, place }: FieldDeclaration): readonly Problem[] {
  const named = node.type.kind === Kind.NON_NULL_TYPE && node.type.type.kind === Kind.NAMED_TYPE ? node.type.type.name.value : undefined
  const problems: Problem[] = []
  if (!publicKeys.has(field)) problems.push(problemAt(place, `${type}.${field} may not be a key: a key is served to everybody. Keys are ${[...publicKeys].join(', ')}.`))
  if (named !== 'ID') problems.push(problemAt(place, `${type}.${field} is a key and must be ID!.`))
  return problems
}

function entrySentences(coordinate: string, field: FieldClassification, classification: Classification): readonly string[] {
  if (field.type === 'Mutation' || field.entry?.kind === 'ACT') return actSentences(coordinate, field, classification)
  if (field.entry?.kind !== 'VERIFY') return field.entry?.of === undefined ? [] : [`${coordinate}: of is for VERIFY entries.`]
  const sentences: string[] = []
  const { of } = field.entry
  if (of === undefined || classification.type(of) === undefined) sentences.push(`${coordinate} verifies rows of ${of ?? 'no type'}; of names a classified type.`)
  if (field.declassifier !== 'VERIFY' || field.basis === undefined || field.derivedFrom.length === 0) {
    sentences.push(`${coordinate} gives an answer about data; it names derivedFrom, declassifier VERIFY and its basis.`)
  }
  const { named, list } = field.returns
  const answer = classification.type(named)
  if (list || scalars.has(named) || (answer !== undefined && !answer.answer)) sentences.push(`${coordinate} returns ${named}; a VERIFY entry returns Boolean, an enum or a type that only VERIFY entries return.`)
  if (answer?.answer === true) {
    for (const inner of classification.fields().filter((candidate) => candidate.type === named && candidate.level > field.level)) {
      sentences.push(`${coordinate} is L${field.level}, below ${named}.${inner.field} (L${inner.level}) which is decided with it.`)
    }
  }
  return sentences
}

/** The seal of an act goes to its own subgraph alone, so nothing below its answer may be fetched from another. */
function actSentences(coordinate: string, field: FieldClassification, classification: Classification): readonly string[] {
  const sentences: string[] = []
  if (field.type !== 'Mutation' || field.entry?.kind !== 'ACT') sentences.push(`${coordinate}: the entries of Mutation are ACT, and no others are.`)
  if (field.entry?.of !== undefined) sentences.push(`${coordinate}: of is for VERIFY entries.`)
  const seen = new Set<string>()
  const reach = (type: string): void => {
    if (seen.has(type)) return
    seen.add(type)
    if (classification.keys(type).size > 0) sentences.push(`${coordinate} leads to ${type}, which is joined with other subgraphs; an act answers with types of its own.`)
    for (const inner of classification.fields()) if (inner.type === type) reach(inner.returns.named)
  }
  reach(field.returns.named)
  return sentences
}

/** An interface field stands for its implementations, so it may not be below any of them. */
function interfaceProblems(declaration: TypeDeclaration, classification: Classification): readonly Problem[] {
  return declaration.fields.flatMap(({ field, place }) => {
    const own = classification.field(declaration.type, field)
    if (own === undefined) return []
    return declaration.interfaces.flatMap((name) => {
      const face = classification.field(name, field)
      return face === undefined || face.level >= own.level ? [] : [problemAt(place, `${declaration.type}.${field} is L${own.level}, but ${name}.${field} that stands for it only L${face.level}.`)]
    })
  })
}

function deduplicated(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(problems.map((problem) => [`${problem.file}:${problem.line}:${problem.column}:${problem.message}`, problem]))
  return [...seen.values()].sort((a, b) => a.file.localeCompare(b.file, 'en') || a.line - b.line || a.column - b.column)
}
