// Policy text → parsed, strictly validated, translatable policies, or problems with file, line and column. Cedar (wasm) parses
// and validates; its offsets are UTF-8 bytes. A policy validates independently of all others, so what was accepted once under
// the same schema is remembered by its text, and a reload costs only what changed.

import { createHash } from 'node:crypto'
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import type { DetailedError, SchemaJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Classification } from '../schema/classification.ts'
import { parsePolicyJson, Untranslatable } from './cedar-json.ts'
import type { PolicyBody } from './cedar-json.ts'
import { cedarSchema } from './cedar-schema.ts'
import { subjectsOf } from './environment.ts'
import type { Subjects } from './environment.ts'
import { findToken } from './find-token.ts'
import { createGrantMemory } from './grant-memory.ts'
import type { GrantMemory } from './grant-memory.ts'
import { indexOfByte, positionAt } from './problem.ts'
import type { Problem } from './problem.ts'
import { assertTranslatable, rowVocabulary } from './translatable.ts'
import type { RowVocabulary } from './translatable.ts'

/** A fault inside one policy's text, at an index of that text. */
type Fault = { readonly index: number; readonly message: string }
type Checked = { readonly body: PolicyBody } | { readonly faults: readonly Fault[] }

export type PolicyChecker = { readonly schema: SchemaJson<string>; readonly subjects: Subjects; readonly grants: GrantMemory; check(texts: readonly string[]): readonly Checked[] }

const remembered = 10_000

/**
 * Marks of policies that Cedar's validator accepted earlier, kept from start to start: validation is most of a start's work. A mark
 * is a SHA-256 over Cedar's version, the schema and the policy's text. Whoever can write this memory can pass a policy unvalidated.
 */
export type AcceptedPolicies = { readonly has: (mark: string) => boolean; readonly add: (marks: readonly string[]) => void }

/** A checker for one classification; keep it from bundle to bundle. */
export function createPolicyChecker(classification: Classification, accepted?: AcceptedPolicies): PolicyChecker {
  const schema = cedarSchema(classification)
  const validated = accepted === undefined ? undefined : { accepted, salt: `${cedar.getCedarVersion()}\n${JSON.stringify(schema)}\n` }
  const rows = rowVocabulary(classification)
  const known = new Map<string, Checked>()
  return {
    schema,
    subjects: subjectsOf(classification),
    grants: createGrantMemory(),
    check: (texts) => {
      const fresh = [...new Set(texts)].filter((text) => !known.has(text))
      if (known.size + fresh.length > remembered) known.clear()
      for (const [text, checked] of checkRemembering(fresh, schema, rows, validated)) known.set(text, checked)
      return texts.map((text) => known.get(text) ?? { faults: [{ index: 0, message: 'could not be checked' }] })
    },
  }
}

type Validated = { readonly accepted: AcceptedPolicies; readonly salt: string }

/** As checkFresh, without validating again what was accepted under the same schema. */
function checkRemembering(texts: readonly string[], schema: SchemaJson<string>, rows: RowVocabulary, validated: Validated | undefined): ReadonlyMap<string, Checked> {
  if (validated === undefined) return checkFresh(texts, schema, rows)
  const marks = new Map(texts.map((text) => [text, createHash('sha256').update(validated.salt).update(text).digest('base64url')]))
  const [known, fresh] = [true, false].map((wanted) => texts.filter((text) => validated.accepted.has(marks.get(text) ?? '') === wanted))
  const checked = checkFresh(fresh ?? texts, schema, rows)
  const good = [...checked].flatMap(([text, result]) => ('body' in result ? [marks.get(text) ?? ''] : []))
  if (good.length > 0) validated.accepted.add(good)
  for (const text of known ?? []) checked.set(text, checkOne(text, [], rows))
  return checked
}

function checkFresh(texts: readonly string[], schema: SchemaJson<string>, rows: RowVocabulary): Map<string, Checked> {
  const checked = new Map<string, Checked>()
  if (texts.length === 0) return checked
  const answer = cedar.validate({ schema, policies: { staticPolicies: Object.fromEntries(texts.map((text, index) => [`p${index}`, text])) } })
  if (answer.type === 'failure') {
    for (const text of texts) checked.set(text, texts.length === 1 ? { faults: answer.errors.flatMap((error) => faultsOf(error, text)) } : checkFresh([text], schema, rows).get(text) ?? { faults: [] })
    return checked
  }
  const faults = new Map<string, Fault[]>()
  for (const { policyId, error } of answer.validationErrors) {
    const text = texts[Number(policyId.slice(1))] ?? ''
    const message = { ...error, message: error.message.replace(/^for policy `p\d+`, /, '') }
    faults.set(text, [...(faults.get(text) ?? []), ...faultsOf(message, text)])
  }
  for (const text of texts) checked.set(text, checkOne(text, faults.get(text) ?? [], rows))
  return checked
}

function checkOne(text: string, faults: readonly Fault[], rows: RowVocabulary): Checked {
  // The same fault is reported once for each request environment; one place is enough.
  const places = new Map([...faults].reverse().map((fault) => [fault.index, fault]))
  if (places.size > 0) return { faults: [...places.values()].sort((a, b) => a.index - b.index) }
  const answer = cedar.policyToJson(text)
  if (answer.type === 'failure') return { faults: answer.errors.flatMap((error) => faultsOf(error, text)) }
  try {
    const body = parsePolicyJson(answer.json)
    assertTranslatable(body, rows)
    return { body }
  } catch (error) {
    if (error instanceof Untranslatable) return { faults: [{ index: findToken(text, error.token), message: error.message }] }
    throw error
  }
}

function faultsOf(error: DetailedError, text: string): Fault[] {
  const [place] = error.sourceLocations ?? []
  const label = place?.label === null || place?.label === undefined ? '' : ` (${place.label})`
  const help = error.help === null ? '' : `; ${error.help}`
  const own = { index: indexOfByte(text, place?.start ?? 0), message: `${error.message}${label}${help}` }
  return [own, ...(error.related ?? []).flatMap((related) => faultsOf(related, text))]
}

/** The policies of one file with the index at which each stands, or the file's syntax problems. Templates are refused. */
export function splitPolicies(file: string, text: string): { readonly parts: readonly { readonly text: string; readonly index: number }[]; readonly problems: readonly Problem[] } {
  const answer = cedar.policySetTextToParts(text)
  if (answer.type === 'failure') {
    const problems = answer.errors.flatMap((error) => faultsOf(error, text)).map(({ index, message }) => ({ file, ...positionAt(text, index), message }))
    return { parts: [], problems }
  }
  const templates = answer.policy_templates.map((template) => ({ file, ...positionAt(text, text.indexOf(template)), message: 'templates are not supported; write the policy out' }))
  const parts: { text: string; index: number }[] = []
  let from = 0
  for (const part of inTextOrder(answer.policies)) {
    const index = Math.max(0, text.indexOf(part, from))
    parts.push({ text: part, index })
    from = index + part.length
  }
  return { parts, problems: templates }
}

/** Cedar numbers policies in text order (policy0 …) but lists them sorted by that name as text: 0, 1, 10, 11, 2 … */
function inTextOrder(policies: readonly string[]): readonly string[] {
  const names = policies.map((_, index) => `policy${index}`).sort()
  return policies
    .map((policy, index) => ({ policy, order: Number((names[index] ?? '').slice(6)) }))
    .sort((a, b) => a.order - b.order)
    .map(({ policy }) => policy)
}
