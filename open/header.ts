// The comment above an open query's operation, read as YAML: who answers for it, for whom it is, how it may be had.

import { z } from 'zod'
import { audiences, formats } from './open-query.ts'
import type { OpenHeader } from './open-query.ts'

const words = z.strictObject({ zh: z.string().trim().min(1).max(500), en: z.string().trim().min(1).max(500) })
const scalar = z.union([z.string().max(256), z.number(), z.boolean()])
/** YAML reads 2026-03-01 as a text, as it stands. */
const day = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a day is YYYY-MM-DD')
const id = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'an id is of small letters, digits and hyphens').max(60)
const list = z.array(z.string().trim().min(1).max(60)).max(20)

const MINUTE_DEFAULT = 300
const ROWS_DEFAULT = 100_000
/** What is public is there to be taken whole; an address may stand for many people. */
const PUBLIC_ROWS_DEFAULT = 10_000_000

export const headerShape: z.ZodType<OpenHeader> = z
  .strictObject({
    id,
    version: z.int().min(1).max(9_999),
    title: words,
    summary: words.optional(),
    owner: z.string().regex(/^[A-Z0-9][A-Z0-9-]{1,39}$/, 'the owner is an organisation’s code'),
    purpose: z.string().regex(/^[A-Z0-9-]{3,40}$/, 'the purpose is a registered code').optional(),
    audience: z.enum(audiences),
    formats: z.array(z.enum(formats)).min(1).refine((given) => new Set(given).size === given.length, 'a format is named twice'),
    cache: z.int().min(0).max(86_400).default(0),
    quota: z
      .strictObject({ requestsPerMinute: z.int().min(1).max(60_000).default(MINUTE_DEFAULT), rowsPerDay: z.int().min(1).max(100_000_000).optional() })
      .default({ requestsPerMinute: MINUTE_DEFAULT }),
    deprecated: z.strictObject({ from: day, until: day.optional(), successor: id.optional() }).optional(),
    keywords: list.default([]),
    examples: z
      .array(z.strictObject({ title: words, parameters: z.record(z.string(), z.union([scalar, z.array(scalar).max(100)])).default({}), caseNo: z.string().optional(), authorizationRef: z.string().optional() }))
      .min(1, 'an open query shows at least one example'),
  })
  .superRefine((header, context) => {
    const say = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    if (header.audience !== 'public' && header.cache > 0) say('cache', 'only what is public may be kept by others')
    if (header.audience === 'grant' && header.purpose === undefined) say('purpose', 'a grant is for a purpose; name it')
    if (header.audience === 'public' && header.purpose !== undefined) say('purpose', 'the public needs no purpose')
    const { from, until } = header.deprecated ?? {}
    if (from !== undefined && until !== undefined && until < from) say('deprecated', 'until lies before from')
  })
  .transform(({ quota, ...header }) => ({ ...header, quota: { requestsPerMinute: quota.requestsPerMinute, rowsPerDay: quota.rowsPerDay ?? (header.audience === 'public' ? PUBLIC_ROWS_DEFAULT : ROWS_DEFAULT) } }))

/** The comment lines at the top, without their `#`; line by line, so that places are those of the file. */
export function headerText(source: string): string {
  const lines = source.split('\n')
  const end = lines.findIndex((line) => !line.startsWith('#'))
  return (end === -1 ? lines : lines.slice(0, end)).map((line) => line.replace(/^# ?/, '')).join('\n')
}
