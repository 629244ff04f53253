// What is wrong with a bundle, said so that an officer finds the place: file, line, column, sentence. Problems are gathered,
// never thrown one by one; a bundle with any problem is refused whole.

export type Problem = {
  /** Path relative to the bundle's directory, with forward slashes. */
  readonly file: string
  /** Counted from 1; the column in characters (UTF-16 units) from 1. */
  readonly line: number
  readonly column: number
  readonly message: string
}

/** Thrown only when there is no older bundle that could go on serving (start, one-shot commands). */
export class BundleRefused extends Error {
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super(`The policy bundle is refused: ${problems.map(problemLine).join('; ')}`)
    this.name = 'BundleRefused'
    this.problems = problems
  }
}

/** `file:line:column message`, the form editors jump to. */
export function problemLine(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column} ${problem.message}`
}

/** Line and column of an index (UTF-16 units) in a text. */
export function positionAt(text: string, index: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, Math.max(0, index))
  const lastBreak = before.lastIndexOf('\n')
  return { line: before.split('\n').length, column: before.length - lastBreak }
}

/** Cedar counts UTF-8 bytes; this gives the index in UTF-16 units of a byte offset. */
export function indexOfByte(text: string, byteOffset: number): number {
  return Buffer.from(text, 'utf8').subarray(0, byteOffset).toString('utf8').length
}
