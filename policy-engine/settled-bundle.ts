// A bundle once its edit is complete: officers save several files, and an editor writes one in pieces. Two readings of the files
// with a pause between must agree before anything is made of them; what is already in force is told by its hash alone.

import { setTimeout as pause } from 'node:timers/promises'
import type { Classification } from '../schema/classification.ts'
import { bundleHash, readBundleFiles } from './bundle-files.ts'
import { parseBundle, unreadable } from './bundle.ts'
import type { BundleReading } from './bundle.ts'
import type { PolicyChecker } from './cedar-validate.ts'

const pauseMs = 50
const rounds = 5

/** Undefined when the files are those of the hash `current`. Files that change at each of five looks are a problem like any other. */
export async function readSettledBundle(directory: string, current: string, parts: { readonly classification: Classification; readonly checker: PolicyChecker }): Promise<BundleReading | undefined> {
  try {
    let seen = bundleHash(await readBundleFiles(directory))
    for (let round = 0; round < rounds; round += 1) {
      if (seen === current) return undefined
      await pause(pauseMs)
      const files = await readBundleFiles(directory)
      const hash = bundleHash(files)
      if (hash === seen) return parseBundle(files, parts.classification, parts.checker)
      seen = hash
    }
    return { bundle: undefined, problems: [{ file: '.', line: 1, column: 1, message: 'the policy files are being changed; they are read again once they rest' }] }
  } catch (error) {
    return { bundle: undefined, problems: [unreadable(error)] }
  }
}
