// A bundle once its edit is complete: officers save several files, and an editor writes one in pieces. Two readings of the files
// with a pause between must agree before anything is made of them; what is already in force is told by its hash alone.

import { setTimeout as pause } from 'node:timers/promises'
import type { Classification } from '../schema/classification.ts'
import { bundleHash, readBundleFiles } from './bundle-files.ts'
import type { BundleFile } from './bundle-files.ts'
import { parseBundle, unreadable } from './bundle.ts'
import type { BundleReading } from './bundle.ts'
import type { PolicyChecker } from './cedar-validate.ts'

const pauseMs = 50
const rounds = 5

type Settled = { readonly files: readonly BundleFile[]; readonly reading: BundleReading }

/**
 * Undefined when the files are those of the hash `current`. `approved`: grants of the register, which are part of the bundle and no
 * files. Files that change at each of five looks are a problem like any other; `files` are then none.
 */
export async function readSettledBundle(directory: string, current: string, parts: { readonly classification: Classification; readonly checker: PolicyChecker; readonly approved: readonly BundleFile[] }): Promise<Settled | undefined> {
  const { classification, checker, approved } = parts
  try {
    let seen = bundleHash([...(await readBundleFiles(directory)), ...approved])
    for (let round = 0; round < rounds; round += 1) {
      if (seen === current) return undefined
      await pause(pauseMs)
      const files = await readBundleFiles(directory)
      const hash = bundleHash([...files, ...approved])
      if (hash === seen) return { files, reading: parseBundle(files, classification, checker, approved) }
      seen = hash
    }
    return { files: [], reading: { bundle: undefined, problems: [{ file: '.', line: 1, column: 1, message: 'the policy files are being changed; they are read again once they rest' }] } }
  } catch (error) {
    return { files: [], reading: { bundle: undefined, problems: [unreadable(error)] } }
  }
}
