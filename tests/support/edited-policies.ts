// A copy of the project's bundle in a temporary folder with some of its files edited, to run a city under other policies.

import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { policiesFolder } from '../../cli/city-parts.ts'

/** The folder of the copy. `edits`: file name in the bundle to what makes its new text; an edit that changes nothing throws. */
export function editedPolicies(edits: Readonly<Record<string, (text: string) => string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'citygraph-policies-'))
  cpSync(policiesFolder, folder, { recursive: true })
  for (const [name, edit] of Object.entries(edits)) {
    const before = readFileSync(join(folder, name), 'utf8')
    const after = edit(before)
    if (after === before) throw new Error(`the edit of ${name} changes nothing`)
    writeFileSync(join(folder, name), after)
  }
  return folder
}
