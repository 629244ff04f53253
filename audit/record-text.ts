// The canonical text (RFC 8785) of an access record, written in the order of its keys without sorting or walking it: the text that
// canonical-json.ts gives, which takes over for any other shape. What depends on an operation and its access plan alone (`entries`,
// `fields`), and a frozen caller, is written once for each object. Relies on these arrays never changing, as their types say.

import { utf8Of } from '../core/utf8.ts'
import type { AccessRecord, LogRecord } from './access-record.ts'
import { canonicalJson } from './canonical-json.ts'
import type { RecordText } from './runs.ts'

/** Members that every access record has. */
const OF_RECORD = 13
const NOTHING = Buffer.alloc(0)

/** Joined it equals `canonicalJson(record)`; throws what that throws, and TypeError for a text with a NUL. */
export function recordText(record: LogRecord): RecordText {
  if ('event' in record || !isPlain(record)) return whole(record)
  const { authorizationRef, caseNo, code, continues, operationName, purpose, repeats } = record
  let further = 0
  const optional = (name: string, value: string | number | undefined): string => {
    if (value === undefined) return ''
    further += 1
    return `,"${name}":${jsonOf(value)}`
  }
  const { at, id, log, operationHash, outcome, policyVersion, requestId } = record
  // Looked at together: each of them is plain where all are.
  const quoted = PLAIN.test(`${at}${id}${log}${operationHash}${outcome}${policyVersion}${requestId}`) ? inQuotes : jsonOf
  const before =
    `{"at":${quoted(at)}${optional('authorizationRef', authorizationRef)},"caller":${callerText(record.caller)}` +
    `${optional('caseNo', caseNo)}${optional('code', code)}${optional('continues', continues)},`
  const after =
    `,"id":${quoted(id)},"log":${quoted(log)},"operationHash":${quoted(operationHash)}` +
    `${optional('operationName', operationName)},"outcome":${quoted(outcome)},"policyVersion":${quoted(policyVersion)}` +
    `${optional('purpose', purpose)}${optional('repeats', repeats)},"requestId":${quoted(requestId)},"rowCount":${jsonOf(record.rowCount)}` +
    `,"subjectCount":${jsonOf(record.subjectCount)},"subjects":${tokens(record.subjects)}}`
  // A member that is not known here, or one without a value.
  return Object.keys(record).length === OF_RECORD + further ? { before, shared: sharedText(record), after } : whole(record)
}

function whole(record: LogRecord): RecordText {
  return { before: jsonOf(record), shared: NOTHING, after: '' }
}

/** Canonical JSON. PostgreSQL's jsonb holds no NUL; one such record would fail the commit that it shares with others. */
function jsonOf(value: unknown): string {
  const json = canonicalJson(value)
  if (json.includes('\\u0000') && /(?<!\\)(?:\\\\)*\\u0000/.test(json)) throw new TypeError('a text with a NUL')
  return json
}

/** Printable ASCII but for the two characters that JSON escapes. */
const PLAIN = /^[ !#-[\]-~]*$/

function inQuotes(text: string): string {
  return `"${text}"`
}

const callers = new WeakMap<object, string>()

function callerText(caller: AccessRecord['caller']): string {
  if (!Object.isFrozen(caller)) return jsonOf(caller)
  const known = callers.get(caller)
  if (known !== undefined) return known
  const text = jsonOf(caller)
  callers.set(caller, text)
  return text
}

/** Subjects are tokens, 32 hex digits each: looked at together. No other list of so many texts joins to this form. */
const TOKENS = /^"[0-9a-f]{32}"(?:,"[0-9a-f]{32}")*$/

function tokens(subjects: readonly string[]): string {
  const joined = `"${subjects.join('","')}"`
  return TOKENS.test(joined) && joined.length === subjects.length * 35 - 1 ? `[${joined}]` : jsonOf(subjects)
}

/** By the decisions, with the entries that they were last recorded with. */
const lists = new WeakMap<object, { readonly entries: AccessRecord['entries']; readonly shared: Buffer }>()

function sharedText({ entries, fields }: AccessRecord): Buffer {
  const known = lists.get(fields)
  if (known?.entries === entries) return known.shared
  const shared = utf8Of(`"entries":${jsonOf(entries)},"fields":${jsonOf(fields)}`)
  lists.set(fields, { entries, shared })
  return shared
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
