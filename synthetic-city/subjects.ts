// Who a credit row is about, as its columns: an organisation by code or a person by linking token.

import type { Enterprise } from './enterprises.ts'
import type { Person } from './people.ts'

/** The subject columns of every credit table. */
export type Subject = {
  readonly subjectKind: '1' | '2'
  readonly subjectUscc: string | null
  readonly subjectPid: string | null
  readonly minorUntil: string | null
  readonly subjectName: string
  readonly division: string
}

export function personSubject({ pid, minorUntil, name, residence }: Person): Subject {
  return { subjectKind: '1', subjectUscc: null, subjectPid: pid, minorUntil, subjectName: name, division: residence.division.slice(0, 6) }
}

export function enterpriseSubject({ uscc, name, district }: Pick<Enterprise, 'uscc' | 'name' | 'district'>): Subject {
  return { subjectKind: '2', subjectUscc: uscc, subjectPid: null, minorUntil: '-infinity', subjectName: name, division: district }
}
