// What Cedar's validator accepted at earlier starts of an embedded city: `accepted-policies.json` in the city's folder, beside its keys
// and as private as they are. Losing it costs a second at the next start; a damaged one is begun anew.

import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { AcceptedPolicies } from '../policy-engine/cedar-validate.ts'

const marks = z.array(z.string().length(43)).max(20_000)

export const ACCEPTED_FILE = 'accepted-policies.json'

/** Reads the folder's memory; every addition is written at once, whole. */
export function acceptedPolicies(folder: string): AcceptedPolicies {
  const file = join(folder, ACCEPTED_FILE)
  const known = readMarks(file)
  return {
    has: (mark) => known.has(mark),
    add: (fresh) => {
      if (known.size + fresh.length > 20_000) known.clear()
      for (const mark of fresh) known.add(mark)
      const next = `${file}.${process.pid}.new`
      writeFileSync(next, JSON.stringify([...known]), { mode: 0o600 })
      renameSync(next, file)
    },
  }
}

function readMarks(file: string): Set<string> {
  try {
    return new Set(marks.parse(JSON.parse(readFileSync(file, 'utf8'))))
  } catch {
    return new Set()
  }
}
