// A record of a log as governance reads it: facts of an access, further subjects of one, something else, or nothing readable. Logs
// are written by others: everything is checked, and what does not fit is passed over with a reason, never guessed. Most of a record
// stands in thousands of others letter by letter (caller, fields, operation, policies): it is read once and known by its text.

import { z } from 'zod'
import { boundedCache } from '../core/bounded-cache.ts'
import { weighedCache } from '../core/weighed-cache.ts'
import { isRoundedDown } from '../audit/rounded-count.ts'

const token = z.string().regex(/^[0-9a-f]{32}$/)
const text = (most: number) => z.string().max(most)
const MOST_SUBJECTS = 2_000
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
  subjects: z.array(token).max(MOST_SUBJECTS),
  continues: z.uuid().optional(),
  subjectCount: count,
  rowCount: count,
  policyVersion: text(100),
  outcome: z.enum(['ANSWERED', 'REFUSED', 'FAILED', 'BEGUN']),
  code: text(40).optional(),
})
const accessShape = restShape.extend({ fields: fieldsShape })
const eventShape = z.object({ id: z.uuid(), at: z.iso.datetime(), event: text(40) })
const holdingsShape = eventShape.extend({
  event: z.literal('HOLDINGS'),
  // A department that reported a whole number would tell who is there: it is not taken.
  holdings: z.array(z.object({ type: z.string().regex(/^[A-Za-z]\w{0,99}$/), rowsAtLeast: count.refine(isRoundedDown), newestOn: z.iso.date().optional() })).max(500),
})

export type AccessFacts = Readonly<z.infer<typeof accessShape>>
export type HoldingsFacts = Readonly<Pick<z.infer<typeof holdingsShape>, 'at' | 'holdings'>>
/** `like`: facts that differ from these in `id`, `at`, `requestId`, counts and subjects alone; the same object for many records. */
export type LeafFacts =
  | { readonly kind: 'access'; readonly facts: AccessFacts; readonly like: AccessFacts }
  /** Alerts, suspensions: what governance itself wrote; and what a department reports of its tables. */
  | { readonly kind: 'event'; readonly holdings?: HoldingsFacts }
  | { readonly kind: 'unread'; readonly reason: string }

const UNREAD: LeafFacts = { kind: 'unread', reason: 'of no known form' }
/** Lists that are remembered, and the longest of them, characters. */
const LISTS = 500
const LONGEST = 20_000
/** Characters of records that others are like. */
const LIKES = 2_000_000

/** A record in canonical JSON, cut: what is its own, and what it may have in common with others. */
type Cut = { readonly before: string; readonly after: string; readonly own: Pick<AccessFacts, 'at' | 'id' | 'requestId' | 'rowCount' | 'subjectCount' | 'subjects'> }

/** From `requestId` to the end. */
const TAIL = /^,"requestId":"([ !#-[\]-~]{0,100})","rowCount":(0|[1-9]\d{0,8}),"subjectCount":(0|[1-9]\d{0,8}),"subjects":\[((?:"[0-9a-f]{32}"(?:,"[0-9a-f]{32}")*)?)\]\}$/
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const HEAD = '{"at":"'
const AT_LENGTH = 24

/** Undefined where a record is not of the usual form; then it is read whole. */
function cut(whole: string): Cut | undefined {
  const at = whole.slice(HEAD.length, HEAD.length + AT_LENGTH)
  const headEnd = HEAD.length + AT_LENGTH + 1
  if (!whole.startsWith(HEAD) || whole[headEnd - 1] !== '"') return undefined
  const fields = whole.indexOf(',"fields":[', headEnd)
  const idStart = fields === -1 ? -1 : whole.indexOf(',"id":"', fields)
  const tailStart = idStart === -1 ? -1 : whole.indexOf(',"requestId":"', idStart)
  if (tailStart === -1) return undefined
  const idEnd = idStart + ',"id":"'.length + 36
  const id = whole.slice(idEnd - 36, idEnd)
  const [tail, requestId = '', rowCount, subjectCount, subjects = ''] = TAIL.exec(whole.slice(tailStart)) ?? []
  if (tail === undefined || whole[idEnd] !== '"' || !ID.test(id) || !isInstant(at)) return undefined
  return {
    before: whole.slice(headEnd, idStart),
    after: whole.slice(idEnd + 1, tailStart),
    own: { at, id, requestId, rowCount: Number(rowCount), subjectCount: Number(subjectCount), subjects: subjects === '' ? [] : subjects.slice(1, -1).split('","') },
  }
}

function isInstant(at: string): boolean {
  const time = Date.parse(at)
  return !Number.isNaN(time) && new Date(time).toISOString() === at
}

/** Whether both pieces are whole members of an object and none that is a record's own: then they mean the same in any record. */
function meanTheSame({ before, after, own }: Cut): boolean {
  return [before, after].every((piece) => {
    const members = piece.startsWith(',') ? parsed(`{"x":0${piece}}`) : undefined
    return typeof members === 'object' && members !== null && Object.keys(own).every((name) => !Object.hasOwn(members, name))
  })
}

/** Reads leaves (RFC 8785 JSON in UTF-8); records with the same list of fields share the list. What it gives never throws. */
export function leafReader(): (leaf: string | Buffer) => LeafFacts {
  const lists = boundedCache<string, AccessFacts['fields']>(LISTS)
  const likes = weighedCache<string, AccessFacts>(LIKES)

  const listOf = (written: string): AccessFacts['fields'] | undefined => {
    const known = lists.get(written)
    if (known !== undefined) return known
    const read = fieldsShape.safeParse(parsed(written)).data
    if (read !== undefined && written.length <= LONGEST) lists.set(written, read)
    return read
  }

  return (leaf) => {
    const whole = typeof leaf === 'string' ? leaf : leaf.toString('utf8')
    const pieces = cut(whole)
    if (pieces === undefined || pieces.own.subjects.length > MOST_SUBJECTS) return readWhole(whole)
    const key = `${pieces.before.length}${pieces.before}${pieces.after}`
    const like = likes.get(key)
    if (like !== undefined) return { kind: 'access', facts: { ...like, ...pieces.own }, like }
    const read = readWhole(whole)
    // A record that continues another one has that one's id before its fields: no other is like it.
    if (read.kind === 'access' && read.facts.continues === undefined && key.length <= LONGEST && meanTheSame(pieces)) likes.set(key, read.facts, key.length)
    return read
  }

  function readWhole(whole: string): LeafFacts {
    // In canonical JSON `fields` stands directly before `id`; inside a text a quotation mark has a backslash before it.
    const start = whole.indexOf(',"fields":[')
    const end = start === -1 ? -1 : whole.indexOf(',"id":"', start)
    if (end !== -1) {
      const rest = restShape.safeParse(parsed(whole.slice(0, start) + whole.slice(end))).data
      const fields = rest === undefined ? undefined : listOf(whole.slice(start + ',"fields":'.length, end))
      if (rest !== undefined && fields !== undefined) return access({ ...rest, fields })
    }
    const value = parsed(whole)
    const facts = accessShape.safeParse(value).data
    if (facts !== undefined) return access(facts)
    const holdings = holdingsShape.safeParse(value).data
    if (holdings !== undefined) return { kind: 'event', holdings }
    return eventShape.safeParse(value).success ? { kind: 'event' } : UNREAD
  }
}

function access(facts: AccessFacts): LeafFacts {
  return { kind: 'access', facts, like: facts }
}

function parsed(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    return undefined
  }
}
