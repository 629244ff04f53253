// Grants read once are not read again: a reload costs only the grant files that changed. Everything is forgotten when the
// organisations or purposes that grants are checked against change; a memory belongs to one classification.

import type { BundleFile } from './bundle-files.ts'
import type { Policy } from './policy.ts'
import { APPROVED, readGrants } from './grants.ts'
import type { Grant, GrantContext } from './grants.ts'
import type { Problem } from './problem.ts'

type GrantReading = { readonly file: string; readonly grants: readonly Grant[]; readonly problems: readonly Problem[] }
type MadePolicies = { readonly policies: readonly Policy[]; readonly problems: readonly Problem[] }

export type GrantMemory = {
  /** Readings of all files under `grants/` and of the register's, in file order. */
  readAll(files: readonly BundleFile[], context: GrantContext): readonly GrantReading[]
  /** Whether the policies of the grant are made already. */
  knows(grant: Grant): boolean
  /** The policies of a grant as read before, or made now. */
  policies(grant: Grant, make: () => MadePolicies): MadePolicies
}

export function createGrantMemory(): GrantMemory {
  let base = ''
  let readings = new Map<string, GrantReading>()
  const made = new WeakMap<Grant, MadePolicies>()
  return {
    readAll: (files, context) => {
      const given = JSON.stringify([...context.organisations.values(), ...context.purposes.values()])
      const known = given === base ? readings : new Map<string, GrantReading>()
      const grantFiles = files.filter(({ name }) => name.startsWith('grants/') || name.startsWith(APPROVED))
      const read = grantFiles.map((file) => [`${file.name}\0${file.text}`, known.get(`${file.name}\0${file.text}`) ?? { file: file.name, ...readGrants(file, context) }] as const)
      base = given
      readings = new Map(read)
      return read.map(([, reading]) => reading)
    },
    knows: (grant) => made.has(grant),
    policies: (grant, make) => {
      const found = made.get(grant)
      if (found !== undefined) return found
      const fresh = make()
      made.set(grant, fresh)
      return fresh
    },
  }
}
