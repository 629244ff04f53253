// Where something stands in policy text: Cedar's JSON form has no positions, so a refusal points at the first place outside
// strings and comments where the refused thing is written.

/** Index of `token` outside strings and comments; a word matches whole words only. 0 if it is not there. */
export function findToken(text: string, token: string): number {
  const word = /^\w+$/.test(token)
  const visible = blank(text)
  for (let at = visible.indexOf(token); at >= 0; at = visible.indexOf(token, at + 1)) {
    const around = `${visible[at - 1] ?? ' '}${visible[at + token.length] ?? ' '}`
    if (!word || !/\w/.test(around)) return at
  }
  return 0
}

/** Index of a string literal, quotes included; 0 if it is not there. */
export function findLiteral(text: string, value: string): number {
  return Math.max(0, text.indexOf(JSON.stringify(value)))
}

/** The text with the insides of strings and comments blanked, every index kept. */
function blank(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*/g, (found) => ' '.repeat(found.length))
}
