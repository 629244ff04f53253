// risk.yaml: from when on a caller's use of the graph is a risk signal (DOMAIN S30, docs/signals.md). Every signal must stand in it.
// Where there is no such file the thresholds below hold: no file is no way to be unwatched.

import { z } from 'zod'
import type { BundleFile } from './bundle-files.ts'
import type { CallerKind } from './decision.ts'
import type { Problem } from './problem.ts'
import { readYaml } from './yaml-source.ts'

export const signalNames = ['bulk', 'offHours', 'purposeDrift', 'denyProbing', 'stalking', 'verificationEnumeration'] as const
export type SignalName = (typeof signalNames)[number]

/** `windowS`: seconds. `suspendAt`: from this count on the caller is suspended at once; absent: only an officer suspends. */
export type SignalRule = { readonly threshold: number; readonly windowS: number; readonly suspendAt?: number; readonly kinds: readonly CallerKind[] }

/** `from`, `to`: minutes of the Shanghai day between which it is office time, on weekdays `days` (1 Monday … 7 Sunday). */
export type OfficeHours = { readonly from: number; readonly to: number; readonly days: readonly number[] }

export type RiskRules = Readonly<Record<SignalName, SignalRule>> & {
  readonly offHours: SignalRule & OfficeHours
  /** A purpose is new to a caller that has not used it in this many days before the window. */
  readonly purposeDrift: SignalRule & { readonly baselineDays: number }
}

const units = { s: 1, m: 60, h: 3_600, d: 86_400 } as const
const LONGEST_S = 7 * units.d

const count = z.int().min(1).max(1_000_000)
const duration = z.string().regex(/^[1-9]\d{0,5}[smhd]$/, 'a window is like 10m, 24h or 7d').transform(secondsOf)
  .refine((seconds) => seconds <= LONGEST_S, 'a window is at most 7d')
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day is like "07:30"').transform(minutesOf)
// Whoever has no token shares one name with all others who have none: nobody in particular is watched or suspended there.
const kinds = z.array(z.enum(['department', 'partner', 'subject', 'operator'])).min(1)
const signal = { threshold: count, window: duration, suspendAt: count.optional(), kinds }

const shape = z.strictObject({
  bulk: z.strictObject(signal),
  offHours: z.strictObject({ ...signal, from: timeOfDay, to: timeOfDay, days: z.array(z.int().min(1).max(7)).min(1) }),
  purposeDrift: z.strictObject({ ...signal, baselineDays: z.int().min(1).max(365) }),
  denyProbing: z.strictObject(signal),
  stalking: z.strictObject(signal),
  verificationEnumeration: z.strictObject(signal),
})

const officials = ['department', 'partner'] as const

/** As DOMAIN S30 names them; the same as the file that comes with the product. */
export const ownRiskRules: RiskRules = {
  bulk: { threshold: 500, windowS: units.h, kinds: officials },
  offHours: { threshold: 100, windowS: 8 * units.h, kinds: ['department'], from: 7 * 60, to: 21 * 60, days: [1, 2, 3, 4, 5] },
  purposeDrift: { threshold: 10, windowS: units.d, kinds: officials, baselineDays: 30 },
  denyProbing: { threshold: 20, windowS: 10 * units.m, kinds: [...officials, 'subject', 'operator'] },
  stalking: { threshold: 6, windowS: units.d, kinds: ['department'] },
  verificationEnumeration: { threshold: 100, windowS: 10 * units.m, kinds: officials },
}

/** Reads the file; problems come with file, line and column. */
export function readRisk(file: BundleFile | undefined): { readonly risk: RiskRules; readonly problems: readonly Problem[] } {
  if (file === undefined) return { risk: ownRiskRules, problems: [] }
  const source = readYaml(file, shape)
  const { value } = source
  if (value === undefined) return { risk: ownRiskRules, problems: source.problems }
  const problems = signalNames.flatMap((name) => {
    const { threshold, suspendAt } = value[name]
    return suspendAt !== undefined && suspendAt < threshold ? [source.at([name, 'suspendAt'], 'suspendAt is below the threshold: nobody would be told first')] : []
  })
  if (value.offHours.to <= value.offHours.from) problems.push(source.at(['offHours', 'to'], 'office time ends before it begins'))
  const { offHours, purposeDrift } = value
  return {
    risk: {
      bulk: rule(value.bulk),
      offHours: { ...rule(offHours), from: offHours.from, to: offHours.to, days: offHours.days },
      purposeDrift: { ...rule(purposeDrift), baselineDays: purposeDrift.baselineDays },
      denyProbing: rule(value.denyProbing),
      stalking: rule(value.stalking),
      verificationEnumeration: rule(value.verificationEnumeration),
    },
    problems,
  }
}

function rule({ threshold, window, suspendAt, kinds: watched }: z.infer<typeof shape>['bulk']): SignalRule {
  return { threshold, windowS: window, kinds: watched, ...(suspendAt === undefined ? {} : { suspendAt }) }
}

function secondsOf(text: string): number {
  const unit = z.enum(['s', 'm', 'h', 'd']).parse(text.slice(-1))
  return Number(text.slice(0, -1)) * units[unit]
}

function minutesOf(text: string): number {
  const [hours = '', minutes = ''] = text.split(':')
  return Number(hours) * 60 + Number(minutes)
}
