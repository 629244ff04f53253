// What the verifier prints may have been written by whoever attacked the log. Nothing of it reaches a terminal but printable ASCII:
// no control sequence, no text that runs backwards, no letter that only looks like another.

/** Every UTF-16 unit that is not printable ASCII as its escape of four hexadecimal digits (inside JSON the same text); cut after `limit` characters. */
export function printable(text: string, limit = 200): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}...` : text
  // Without the u flag: by unit, so that a lone half of a pair is shown as well.
  return cut.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
