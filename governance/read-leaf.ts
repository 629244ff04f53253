// A record of a log as governance reads it: facts of an access, further subjects of one, something else, or nothing readable. Logs
// are written by others: everything is checked, and what does not fit is passed over with a reason, never guessed. Records name the
// same few lists of fields again and again, so a list is read once and known by its text.

import { z } from 'zod'
import { boundedCache } from '../core/bounded-cache.ts'

const token = z.string().regex(/^[0-9a-f]{32}$/)
const text = (most: number) => z.string().max(most)
const count = z.number().int().min(0).max(2_147_483_647)

const fieldsShape = z.array(z.object({ field: text(300), decision: z.enum(['CLEAR', 'MASKED', 'MIXED', 'VERIFY', 'DENIED']), policies: z.array(text(300)).max(500) })).max(10_000)
const restShape = z.object({
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
  subjects: z.array(token).max(2_000),
  continues: z.uuid().optional(),
  subjectCount: count,
  rowCount: count,
  policyVersion: text(100),
  outcome: z.enum(['ANSWERED', 'REFUSED', 'FAILED', 'BEGUN']),
  code: text(40).optional(),
})
const accessShape = restShape.extend({ fields: fieldsShape })
const eventShape = z.object({ id: z.uuid(), at: z.iso.datetime(), event: text(40) })

export type AccessFacts = Readonly<z.infer<typeof accessShape>>
export type LeafFacts =
  | { readonly kind: 'access'; readonly facts: AccessFacts }
  /** Alerts, suspensions: what governance itself wrote. */
  | { readonly kind: 'event' }
  | { readonly kind: 'unread'; readonly reason: string }

const UNREAD: LeafFacts = { kind: 'unread', reason: 'of no known form' }
/** Lists that are remembered, and the longest of them, characters. */
const LISTS = 500
const LONGEST = 20_000

/** Reads leaves (RFC 8785 JSON in UTF-8); records with the same list of fields share the list. What it gives never throws. */
export function leafReader(): (leaf: string | Buffer) => LeafFacts {
  const lists = boundedCache<string, AccessFacts['fields']>(LISTS)

  const listOf = (written: string): AccessFacts['fields'] | undefined => {
    const known = lists.get(written)
    if (known !== undefined) return known
    const read = fieldsShape.safeParse(parsed(written)).data
    if (read !== undefined && written.length <= LONGEST) lists.set(written, read)
    return read
  }

  return (leaf) => {
    const whole = typeof leaf === 'string' ? leaf : leaf.toString('utf8')
    // In canonical JSON `fields` stands directly before `id`; inside a text a quotation mark has a backslash before it.
    const start = whole.indexOf(',"fields":[')
    const end = start === -1 ? -1 : whole.indexOf(',"id":"', start)
    if (end !== -1) {
      const rest = restShape.safeParse(parsed(whole.slice(0, start) + whole.slice(end))).data
      const fields = rest === undefined ? undefined : listOf(whole.slice(start + ',"fields":'.length, end))
      if (rest !== undefined && fields !== undefined) return { kind: 'access', facts: { ...rest, fields } }
    }
    const value = parsed(whole)
    const access = accessShape.safeParse(value).data
    if (access !== undefined) return { kind: 'access', facts: access }
    return eventShape.safeParse(value).success ? { kind: 'event' } : UNREAD
  }
}

function parsed(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    return undefined
  }
}
