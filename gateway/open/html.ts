// HTML as text in which everything put in is escaped, unless it is HTML of ours already.

const MARKUP = Symbol('markup')
export type Markup = { readonly [MARKUP]: string }
type Part = string | number | Markup | readonly Markup[] | undefined

/** Escapes what is put in, for elements and for attributes in double quotes alike; `undefined` is nothing. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { [MARKUP]: texts.reduce((whole, text, at) => `${whole}${at === 0 ? '' : partText(parts[at - 1])}${text}`, '') }
}

export function htmlText(markup: Markup): string {
  return markup[MARKUP]
}

function partText(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return 'length' in part ? part.map((one) => one[MARKUP]).join('') : part[MARKUP]
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
