// The canonical text (RFC 8785) of an access record, written in the order of its keys without sorting or walking it: the text that
// canonical-json.ts gives, which takes over for any other shape. What depends on an operation and its access plan alone (`entries`,
// `fields`), and a frozen caller, is written once for each object. Relies on these arrays never changing, as their types say.

import type { AccessRecord, LogRecord } from './access-record.ts'
import { canonicalJson } from './canonical-json.ts'

const kept = new WeakMap<object, string>()
/** Members that every access record has. */
const OF_RECORD = 13

/** Equals `canonicalJson(record)`, and throws what that throws. */
export function recordText(record: LogRecord): string {
  if ('event' in record || !isPlain(record)) return canonicalJson(record)
  const { authorizationRef, caseNo, code, continues, operationName, purpose, repeats } = record
  let further = 0
  const optional = (name: string, value: string | number | undefined): string => {
    if (value === undefined) return ''
    further += 1
    return `,"${name}":${canonicalJson(value)}`
  }
  const text =
    `{"at":${canonicalJson(record.at)}${optional('authorizationRef', authorizationRef)},"caller":${callerText(record.caller)}` +
    `${optional('caseNo', caseNo)}${optional('code', code)}${optional('continues', continues)},"entries":${once(record.entries)}` +
    `,"fields":${once(record.fields)},"id":${canonicalJson(record.id)},"log":${canonicalJson(record.log)},"operationHash":${canonicalJson(record.operationHash)}` +
    `${optional('operationName', operationName)},"outcome":${canonicalJson(record.outcome)},"policyVersion":${canonicalJson(record.policyVersion)}` +
    `${optional('purpose', purpose)}${optional('repeats', repeats)},"requestId":${canonicalJson(record.requestId)},"rowCount":${canonicalJson(record.rowCount)}` +
    `,"subjectCount":${canonicalJson(record.subjectCount)},"subjects":${tokens(record.subjects)}}`
  // A member that is not known here, or one without a value.
  return Object.keys(record).length === OF_RECORD + further ? text : canonicalJson(record)
}

function callerText(caller: AccessRecord['caller']): string {
  return Object.isFrozen(caller) ? once(caller) : canonicalJson(caller)
}

/** Subjects are tokens, 32 hex digits each: looked at together. No other list of so many texts joins to this form. */
const TOKENS = /^"[0-9a-f]{32}"(?:,"[0-9a-f]{32}")*$/

function tokens(subjects: readonly string[]): string {
  const joined = `"${subjects.join('","')}"`
  return TOKENS.test(joined) && joined.length === subjects.length * 35 - 1 ? `[${joined}]` : canonicalJson(subjects)
}

function once(list: object): string {
  const known = kept.get(list)
  if (known !== undefined) return known
  const text = canonicalJson(list)
  kept.set(list, text)
  return text
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
