// What every comparison of the differential test works with, and how it fails.

import { createCipheriv, hkdfSync } from 'node:crypto'
import type { Classification } from '../../schema/classification.ts'
import type { Random } from '../unit/policy-engine/random-policies.ts'
import type { Asking, Judge } from './cedar-judge.ts'
import { PAIR_KEY } from './department-subgraphs.ts'
import type { DepartmentSubgraphs } from './department-subgraphs.ts'
import type { RawCity } from './raw-city.ts'
import type { Decided, Reference } from './reference-answer.ts'

export type Workbench = {
  readonly seed: number
  readonly r: Random
  readonly classification: Classification
  readonly judge: Judge
  readonly city: RawCity
  readonly subgraphs: DepartmentSubgraphs
  reference(asking: Asking, note?: (decided: Decided) => void): Reference
}

/** DOMAIN 4.7: one AES-256 block under HKDF(K_pair, org and type). */
export function publicId(org: string, type: string, uuid: string): string {
  const key = Buffer.from(hkdfSync('sha256', PAIR_KEY, '', `citygraph/id/v1|${org}|${type}`, 32))
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  return `1${cipher.update(Buffer.from(uuid.replaceAll('-', ''), 'hex')).toString('base64url')}`
}

/** Everything that is needed to see the difference; only synthetic persons stand in it. */
export class DifferenceFound extends Error {
  constructor(facts: Readonly<Record<string, unknown>>) {
    super(`the answer differs from Cedar's decision\n${JSON.stringify(facts, null, 1)}`)
    this.name = 'DifferenceFound'
  }
}
