// Small files of the system and of ours that may not be there.

import { readFileSync } from 'node:fs'

/** The file's text in UTF-8; '' where it cannot be read. */
export function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
