// holidays.yaml: on which days offices work. Terms of approvals are counted in these days, Asia/Shanghai.

import { z } from 'zod'
import { isCalendarDay, shanghaiDay, startOfShanghaiDay } from '../core/clock.ts'
import type { BundleFile } from './bundle-files.ts'
import type { Problem } from './problem.ts'
import { readYaml } from './yaml-source.ts'

const DAY_MS = 86_400_000
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day is YYYY-MM-DD').refine(isCalendarDay, 'there is no such day')
const shape = z.array(z.strictObject({ year: z.int().min(2000).max(2100), closed: z.array(day), open: z.array(day) }))

/** Days (YYYY-MM-DD) that differ from the week: closed ones and worked weekends. */
export type WorkingDays = { readonly closed: ReadonlySet<string>; readonly open: ReadonlySet<string> }

/** Reads the file; without it weeks have five working days. */
export function readWorkingDays(file: BundleFile | undefined): { readonly workingDays: WorkingDays; readonly problems: readonly Problem[] } {
  if (file === undefined) return { workingDays: { closed: new Set(), open: new Set() }, problems: [] }
  const source = readYaml(file, shape)
  const years = source.value ?? []
  const problems = [...source.problems]
  for (const [index, { year, closed, open }] of years.entries()) {
    for (const [list, days] of [['closed', closed], ['open', open]] as const) {
      for (const [place, one] of days.entries()) if (!one.startsWith(`${year}-`)) problems.push(source.at([index, list, place], `this day is not in ${year}`))
    }
  }
  return { workingDays: { closed: new Set(years.flatMap(({ closed }) => closed)), open: new Set(years.flatMap(({ open }) => open)) }, problems }
}

/** The end (24:00 Shanghai) of the n-th working day after the day of `from`; `count` at least 1. */
export function endOfWorkingDay(from: Date, count: number, days: WorkingDays): Date {
  let at = startOfShanghaiDay(shanghaiDay(from))
  for (let left = count; left > 0; ) {
    at = new Date(at.getTime() + DAY_MS)
    if (isWorkingDay(shanghaiDay(at), days)) left -= 1
  }
  return new Date(at.getTime() + DAY_MS)
}

/** Whether offices work on a day YYYY-MM-DD. */
export function isWorkingDay(of: string, { closed, open }: WorkingDays): boolean {
  const weekday = new Date(`${of}T00:00:00Z`).getUTCDay()
  return open.has(of) || (weekday !== 0 && weekday !== 6 && !closed.has(of))
}
