// corrections.yaml: how many working days an owner has to answer a report of a wrong datum (DOMAIN S10), and which days those are. Where
// there is no such file five days from Monday to Friday hold: no file is no way to leave reports lying.

import { z } from 'zod'
import { isCalendarDay, shanghaiDay } from '../core/clock.ts'
import type { BundleFile } from './bundle-files.ts'
import type { Problem } from './problem.ts'
import { readYaml } from './yaml-source.ts'

/** Days as `YYYY-MM-DD` in Shanghai. */
export type CorrectionRules = { readonly answerWithin: number; readonly holidays: ReadonlySet<string>; readonly workdays: ReadonlySet<string> }

const day = z.string().refine(isCalendarDay, 'a day is like "2026-10-01"')
const shape = z.strictObject({ answerWithin: z.int().min(1).max(90), holidays: z.array(day).max(1_000), workdays: z.array(day).max(1_000) })

export const ownCorrectionRules: CorrectionRules = { answerWithin: 5, holidays: new Set(), workdays: new Set() }

export function readCorrections(file: BundleFile | undefined): { readonly corrections: CorrectionRules; readonly problems: readonly Problem[] } {
  if (file === undefined) return { corrections: ownCorrectionRules, problems: [] }
  const source = readYaml(file, shape)
  const { value } = source
  if (value === undefined) return { corrections: ownCorrectionRules, problems: source.problems }
  const holidays = new Set(value.holidays)
  const problems = value.workdays.flatMap((worked, at) => (holidays.has(worked) ? [source.at(['workdays', at], 'this day is a holiday as well')] : []))
  return { corrections: { answerWithin: value.answerWithin, holidays, workdays: new Set(value.workdays) }, problems }
}

const DAY_MS = 86_400_000

/** The day by whose end a report of `at` is to be answered: the day of the report does not count. */
export function answerDay(at: Date, { answerWithin, holidays, workdays }: CorrectionRules): string {
  let time = Date.parse(`${shanghaiDay(at)}T00:00:00Z`)
  for (let left = answerWithin; left > 0;) {
    time += DAY_MS
    const named = new Date(time).toISOString().slice(0, 10)
    const weekend = [0, 6].includes(new Date(time).getUTCDay())
    if (workdays.has(named) || (!weekend && !holidays.has(named))) left -= 1
  }
  return new Date(time).toISOString().slice(0, 10)
}
