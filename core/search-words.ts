// Words of a text for a search in Chinese and English: runs of Latin letters and digits as they are (camelCase taken apart), runs of
// Chinese characters as pairs of neighbours, since nothing stands between their words. The same for what is searched and for what is
// searched for, so that both agree; in the notation of PostgreSQL's tsvector and tsquery, in which no word needs an escape.

const LATIN = /[a-z0-9]+/g
const HAN = /\p{Script=Han}+/gu
/** Most words of one search. */
const MOST_SOUGHT = 16

export type Weight = 'A' | 'B' | 'C' | 'D'

/** A tsvector over texts with their weights, A the heaviest. Each word stands with every single character for Chinese, so that one alone is found. */
export function searchVector(texts: readonly (readonly [Weight, string | null | undefined])[]): string {
  const places = new Map<string, string[]>()
  let place = 0
  for (const [weight, text] of texts) {
    if (text === null || text === undefined) continue
    const { latin, han } = wordsOf(text)
    for (const word of [...latin, ...han.flatMap((run) => [...pairs(run), ...run])]) {
      // PostgreSQL keeps places up to 16,383; how often a word stands is all that is asked of them.
      place = Math.min(place + 1, 16_383)
      places.set(word, [...(places.get(word) ?? []), `${place}${weight}`].slice(0, 50))
    }
  }
  return [...places].map(([word, at]) => `'${word}':${at.join(',')}`).join(' ')
}

/** A tsquery that asks for all words of `text`, Latin ones also as beginnings; undefined where there is no word, or too many. */
export function searchQuery(text: string): string | undefined {
  const { latin, han } = wordsOf(text)
  const sought = new Set([...latin.map((word) => `'${word}':*`), ...han.flatMap((run) => (run.length === 1 ? run : pairs(run))).map((word) => `'${word}'`)])
  return sought.size === 0 || sought.size > MOST_SOUGHT ? undefined : [...sought].join(' & ')
}

function wordsOf(text: string): { readonly latin: readonly string[]; readonly han: readonly (readonly string[])[] } {
  const plain = text.normalize('NFKC')
  const apart = plain.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z])([A-Z][a-z])/g, '$1 $2').toLowerCase()
  return { latin: apart.match(LATIN) ?? [], han: (plain.match(HAN) ?? []).map((run) => [...run]) }
}

function pairs(run: readonly string[]): readonly string[] {
  return run.slice(1).map((character, index) => `${run[index] ?? ''}${character}`)
}
