// A policy directory of its own for one test: the fixture bundle copied to a temporary folder, with edits.

import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'
import { readClassification } from '../../../schema/classification.ts'
import type { Classification } from '../../../schema/classification.ts'
import { allSubgraphSdl } from '../../../schema/load.ts'
import type { Clock } from '../../../core/clock.ts'

export const fixture = fileURLToPath(new URL('../../support/policies-fixture/', import.meta.url))

const made: string[] = []
afterEach(async () => {
  await Promise.all(made.splice(0).map((directory) => rm(directory, { recursive: true, force: true })))
})

export async function bundleDirectory(edits: Readonly<Record<string, string>> = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'policies-'))
  made.push(directory)
  await cp(fixture, directory, { recursive: true })
  await edit(directory, edits)
  return directory
}

export async function edit(directory: string, edits: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(edits)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), text)
  }
}

let graph: Classification | undefined
/** The city's own classification. */
export function cityGraph(): Classification {
  graph ??= readClassification(allSubgraphSdl())
  return graph
}

/** A clock the test moves. */
export function movableClock(iso = '2026-03-01T10:00:00+08:00'): Clock & { set(iso: string): void; add(ms: number): void } {
  let at = Date.parse(iso)
  return { now: () => new Date(at), set: (next) => { at = Date.parse(next) }, add: (ms) => { at += ms } }
}

/** One grant's YAML with defaults. */
export function grantYaml(values: Readonly<Record<string, string>> = {}): string {
  const fields = {
    id: 'G-1', org: 'DIST', purpose: 'DIST-0601', scenario: 's', legalBasis: 'b', fields: '[{ mode: CLEAR, fields: [Enterprise.domicile] }]',
    validFrom: '2026-01-01', validTo: '2026-06-30', approvals: '[{ role: owner, person: p1, at: 2025-12-20 }]', status: 'ACTIVE', ...values,
  }
  return Object.entries(fields).map(([key, value]) => `${key}: ${value}\n`).join('')
}
