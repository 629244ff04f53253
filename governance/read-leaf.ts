// A record of a log as governance reads it: facts of an access, further subjects of one, something else, or nothing readable. Logs
// are written by others: everything is checked, and what does not fit is passed over with a reason, never guessed.

import { z } from 'zod'

const token = z.string().regex(/^[0-9a-f]{32}$/)
const text = (most: number) => z.string().max(most)
const count = z.number().int().min(0).max(2_147_483_647)

const accessShape = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  requestId: text(100),
  caller: z.object({ org: text(100), kind: text(40), sub: text(300), clientId: text(300).optional() }),
  purpose: text(64).optional(),
  caseNo: text(200).optional(),
  authorizationRef: text(200).optional(),
  operationName: text(300).optional(),
  operationHash: text(200),
  entries: z.array(text(300)).max(2_000),
  fields: z.array(z.object({ field: text(300), decision: z.enum(['CLEAR', 'MASKED', 'MIXED', 'VERIFY', 'DENIED']), policies: z.array(text(300)).max(500) })).max(10_000),
  subjects: z.array(token).max(2_000),
  continues: z.uuid().optional(),
  subjectCount: count,
  rowCount: count,
  policyVersion: text(100),
  outcome: z.enum(['ANSWERED', 'REFUSED', 'FAILED', 'BEGUN']),
  code: text(40).optional(),
})
const eventShape = z.object({ id: z.uuid(), at: z.iso.datetime(), event: text(40) })

export type AccessFacts = Readonly<z.infer<typeof accessShape>>
export type LeafFacts =
  | { readonly kind: 'access'; readonly facts: AccessFacts }
  /** Alerts, suspensions: what governance itself wrote. */
  | { readonly kind: 'event' }
  | { readonly kind: 'unread'; readonly reason: string }

const UNREAD: LeafFacts = { kind: 'unread', reason: 'of no known form' }

/** Reads one leaf (RFC 8785 JSON in UTF-8). Never throws. */
export function readLeaf(leaf: Buffer): LeafFacts {
  let value: unknown
  try {
    value = JSON.parse(leaf.toString('utf8'))
  } catch {
    return UNREAD
  }
  const access = accessShape.safeParse(value)
  if (access.success) return { kind: 'access', facts: access.data }
  return eventShape.safeParse(value).success ? { kind: 'event' } : UNREAD
}
