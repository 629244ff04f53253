// The verdict on an archive: the same as on a log in a database, offline; and whether its first line tells the truth.

import { archiveSource } from './archive-source.ts'
import type { ArchiveHeader } from './archive-source.ts'
import type { Finding } from './finding.ts'
import { originOf } from './heads.ts'
import type { OutsideHead } from './heads.ts'
import type { VerifyParts } from './verify-log.ts'
import { verifyLog } from './verify-log.ts'
import type { Verdict } from './verify-log.ts'
import { instant, keepUntil } from './write-archive.ts'

/** Verifies the archive in `file`. Throws ArchiveRefused when it is none or is not whole. */
export async function verifyArchive(file: string, parts: VerifyParts & { readonly outside?: readonly OutsideHead[] }): Promise<{ readonly verdict: Verdict; readonly header: ArchiveHeader }> {
  const { source, header } = await archiveSource(file)
  const verdict = await verifyLog(source, { ...parts, outside: (parts.outside ?? []).filter(({ origin }) => origin === originOf(header.log)) })
  return { verdict: { ...verdict, findings: [...verdict.findings, ...headerFindings(header, verdict)] }, header }
}

function headerFindings(header: ArchiveHeader, verdict: Verdict): readonly Finding[] {
  const { times } = verdict
  if (verdict.findings.length > 0) return []
  const same = times !== undefined && header.from === instant(times.from) && header.to === instant(times.to) && header.keepUntil === keepUntil(times.to) && header.signed === verdict.signed
  return same ? [] : [{ log: header.log, kind: 'log', sentence: 'The first line of the archive does not say what its records say: from when, to when, until when it must be kept, or how far it is signed.' }]
}
