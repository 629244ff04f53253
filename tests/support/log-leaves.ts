// The records of one log as they were written, in order.

import pg from 'pg'
import type { DatabaseAddress } from '../../migrations/address.ts'

/** An access record or an event, as far as tests look at either. */
export type Leaf = {
  readonly id: string
  readonly at: string
  readonly event?: string
  readonly about?: string
  readonly signal?: string
  readonly count?: number
  readonly caller?: { readonly org: string; readonly sub: string }
  readonly by?: { readonly org: string; readonly sub: string }
  readonly outcome?: string
  readonly target?: string
  readonly entries?: readonly string[]
  readonly fields?: readonly { readonly field: string; readonly decision: string }[]
  readonly requestId?: string
  readonly code?: string
}

export async function logLeaves(audit: DatabaseAddress, log: string): Promise<readonly Leaf[]> {
  const client = new pg.Client(audit)
  await client.connect()
  try {
    const { rows } = await client.query<{ leaf: Buffer }>('SELECT leaf FROM audit.record WHERE log = $1 ORDER BY seq', [log])
    return rows.map(({ leaf }): Leaf => JSON.parse(leaf.toString('utf8')))
  } finally {
    await client.end()
  }
}
