// How a verdict is said to an auditor: one paragraph a log, on standard output.

import { counted } from '../audit/verify/finding.ts'
import { printable } from '../audit/verify/printable.ts'
import type { Verdict } from '../audit/verify/verify-log.ts'
import { instant } from '../audit/verify/write-archive.ts'

/** One line for a log that is good, a line for each finding otherwise. */
export function reportOf(verdict: Verdict, now = Date.now()): string {
  const name = printable(verdict.log, 40)
  if (verdict.findings.length > 0) return [`${name}: NOT AS IT WAS SIGNED.`, ...verdict.findings.map(({ sentence }) => `  ${printable(sentence, 1_000)}`), ''].join('\n')
  if (verdict.times === undefined) return `${name}: good. No records.\n`
  const { records, heads, signed, outside, times } = verdict
  const after = records - Math.min(signed, records)
  const sentences = [
    `good. ${counted(records, 'record')} from ${instant(times.from)} to ${instant(times.to)}.`,
    `${counted(heads, 'head')}, the newest over ${counted(signed, 'record')}, signed by ${keyName(verdict.key)}.`,
    ...(outside > 0 ? [`${counted(outside, 'head')} kept elsewhere ${outside === 1 ? 'agrees' : 'agree'}.`] : []),
    after === 0 ? 'No record stands after it.' : `${counted(after, 'record')} ${after === 1 ? 'stands' : 'stand'} after it, which nothing protects until the next head (within a second while the department runs).`,
  ]
  const late = verdict.unsignedSince !== undefined && now - verdict.unsignedSince / 1_000 > UNSIGNED_MS
  const warning = late ? `Warning: records of ${name} since ${instant(verdict.unsignedSince)} are not signed. Either the department does not run, or its signer refuses the log because signed records, heads or tiles were changed (SHRUNK or OTHER_PAST in its log): compare a head that was kept elsewhere.\n` : ''
  return `${name}: ${sentences.join(' ')}\n${warning}`
}

/** A head comes within a second. */
const UNSIGNED_MS = 60_000

/** Name and id of a key; its bytes are printed by `audit keys`. */
function keyName(text: string | undefined): string {
  return printable(text?.split('+').slice(0, 2).join('+') ?? 'nobody', 100)
}
