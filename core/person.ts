// Whether two names are one person's, however an issuer or an officer's file spells them. The register does the same in the database
// (audit.person); a test holds both to one list. For comparing alone: records and lists show a name as it was given.

const INVISIBLE = /[\u00AD\u034F\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFE00-\uFE0F\uFEFF]/gu
const SPACE = /[\s\u0085\u1680\u2028\u2029]+/gu

/** Without what is invisible, in one form of Unicode (NFKC), of one case, with single spaces and none at the ends. */
export function personOf(name: string): string {
  const plain = [...name.replace(INVISIBLE, '').normalize('NFKC')].map((one) => firstOf(upperOf(one).toLowerCase()))
  return plain.join('').normalize('NFKC').replace(SPACE, ' ').trim()
}

/** Letters that have no single upper case (ß) stay, as in the database. */
function upperOf(one: string): string {
  const upper = one.toUpperCase()
  return [...upper].length === 1 ? upper : one
}

/** Of the one lower case of two marks (İ), the letter. */
function firstOf(text: string): string {
  return [...text][0] ?? ''
}
