// One pass over an operation's text that finds its literals without parsing it: numbers, strings, and lists of one kind of these.
// Clients that write arguments into the text send a new text each time; with the literals taken out it is one they have sent before.
// Where anything is not exactly as the GraphQL grammar has it, the scan gives up: the parser is to say so.

/** `start`: in the skeleton. `raw`: as written; of a list its items. `plain` strings hold no escape and are no block. */
export type Literal = { readonly kind: LiteralKind; readonly start: number; readonly raw: readonly string[]; readonly plain: boolean }
export type LiteralKind = 'int' | 'float' | 'string' | 'ints' | 'floats' | 'strings'

/** `skeleton`: the text with a stub in each literal's place. */
export type Scanned = { readonly skeleton: string; readonly literals: readonly Literal[] }

/** What stands for a literal of each kind in a skeleton. */
export const stubs: Readonly<Record<LiteralKind, string>> = { int: '0', float: '0.0', string: '""', ints: '[0]', floats: '[0.0]', strings: '[""]' }

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
/** The characters after which a number must not go on (GraphQL 2.9.1). */
const GOES_ON = /[0-9A-Za-z_.]/
/** Between tokens: white space, line ends, commas, the byte order mark. */
const isIgnored = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || code === 0x2c || code === 0xfeff
const isNameStart = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isLineEnd = (code: number): boolean => code === 0x0a || code === 0x0d

/** A token of a literal: where it ends, what it is. */
type Found = { readonly end: number; readonly kind: 'int' | 'float' | 'string'; readonly plain: boolean }

/** Undefined for a text of more than `maxTokens` tokens and for one that is not GraphQL as far as tokens go. */
export function scanLiterals(text: string, maxTokens: number): Scanned | undefined {
  const literals: Literal[] = []
  const { length } = text
  let skeleton = ''
  let kept = 0
  let at = 0
  let tokens = 0
  let defaults = false
  while (at < length) {
    const code = text.charCodeAt(at)
    if (isIgnored(code)) {
      at += 1
      continue
    }
    if (code === 0x23) {
      at = afterComment(text, at)
      continue
    }
    tokens += 1
    if (isNameStart(code)) {
      at = afterName(text, at)
      defaults = false
      continue
    }
    const list = code === 0x5b && !defaults ? listAt(text, at) : undefined
    const one = list === undefined && (code === 0x22 || code === 0x2d || isDigit(code)) ? literalAt(text, at, code) : undefined
    if (list !== undefined) {
      tokens += list.raw.length + 1
      skeleton += text.slice(kept, at)
      literals.push({ kind: `${list.kind}s`, start: skeleton.length, raw: list.raw, plain: list.plain })
      skeleton += stubs[`${list.kind}s`]
      kept = at = list.end
    } else if (one !== undefined) {
      // A default value belongs to the text: it is the same for all its requests.
      if (!defaults) {
        skeleton += text.slice(kept, at)
        literals.push({ kind: one.kind, start: skeleton.length, raw: [text.slice(at, one.end)], plain: one.plain })
        skeleton += stubs[one.kind]
        kept = one.end
      }
      at = one.end
    } else if (code === 0x2e) {
      if (!text.startsWith('...', at)) return undefined
      at += 3
    } else if (isPunctuator(code)) at += 1
    else return undefined
    defaults = code === 0x3d
    if (tokens > maxTokens) return undefined
  }
  return tokens > maxTokens ? undefined : { skeleton: kept === 0 ? text : skeleton + text.slice(kept), literals }
}

/** `! $ & ( ) : = @ [ ] { | }` */
function isPunctuator(code: number): boolean {
  switch (code) {
    case 0x21: case 0x24: case 0x26: case 0x28: case 0x29: case 0x3a: case 0x3d: case 0x40: case 0x5b: case 0x5d: case 0x7b: case 0x7c: case 0x7d:
      return true
    default:
      return false
  }
}

function afterComment(text: string, from: number): number {
  let at = from
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) at += 1
  return at
}

function afterName(text: string, from: number): number {
  let at = from + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (!isNameStart(code) && !isDigit(code)) break
    at += 1
  }
  return at
}

function literalAt(text: string, at: number, code: number): Found | undefined {
  if (code === 0x22) return text.startsWith('"""', at) ? blockAt(text, at) : stringAt(text, at)
  NUMBER.lastIndex = at
  const match = NUMBER.exec(text)
  if (match === null) return undefined
  const end = NUMBER.lastIndex
  if (GOES_ON.test(text.charAt(end))) return undefined
  return { end, kind: match[1] === undefined && match[2] === undefined ? 'int' : 'float', plain: true }
}

function stringAt(text: string, from: number): Found | undefined {
  let plain = true
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x22) return { end: at + 1, kind: 'string', plain }
    if (isLineEnd(code)) return undefined
    // What is not a character by itself is the parser's question.
    if (code === 0x5c || (code >= 0xd800 && code <= 0xdfff)) plain = false
    if (code === 0x5c) at += 1
  }
  return undefined
}

function blockAt(text: string, from: number): Found | undefined {
  for (let at = from + 3; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x22 && text.startsWith('"""', at)) return { end: at + 3, kind: 'string', plain: false }
    if (code === 0x5c && text.startsWith('\\"""', at)) at += 3
  }
  return undefined
}

/** A list of at least one literal, all of one kind; anything else in it makes it no such list. */
function listAt(text: string, from: number): { readonly end: number; readonly kind: Found['kind']; readonly raw: readonly string[]; readonly plain: boolean } | undefined {
  const raw: string[] = []
  let kind: Found['kind'] | undefined
  let plain = true
  let at = from + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (isIgnored(code)) at += 1
    else if (code === 0x5d) return kind === undefined ? undefined : { end: at + 1, kind, raw, plain }
    else {
      const item = code === 0x22 || code === 0x2d || isDigit(code) ? literalAt(text, at, code) : undefined
      if (item === undefined || (kind ?? item.kind) !== item.kind) return undefined
      kind = item.kind
      plain &&= item.plain
      raw.push(text.slice(at, item.end))
      at = item.end
    }
  }
  return undefined
}
