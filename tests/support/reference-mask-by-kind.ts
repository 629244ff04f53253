// mask.by_kind a second time, in TypeScript: the oracle for items of licences, whose kind stands in their row.

import {
  maskAmountBand,
  maskBankCard,
  maskBirthDate,
  maskCertNo,
  maskDivision,
  maskEmail,
  maskFileNo,
  maskIdNo,
  maskLandline,
  maskMobile,
  maskName,
  maskPassport,
  maskPlate,
  maskScoreBand,
  maskUscc,
  maskVin,
} from './reference-masks.ts'
import { maskTextScrub } from './reference-text-scrub.ts'

export type KindSwitches = { readonly showRegion?: boolean; readonly showGender?: boolean; readonly today?: string }

/** The mask of a licence item's kind; what the switches do not open is hidden. Null for kinds and values it cannot read. */
export function maskByKind(kind: string, value: string | null, { showRegion = false, showGender = false, today }: KindSwitches = {}): string | null {
  if (value === null) return null
  const number = (shape: RegExp): number | null => (shape.test(value) ? Number(value) : null)
  switch (kind) {
    case 'NAME': return maskName(value)
    case 'ID_NO': return maskIdNo(value, showRegion, showGender)
    case 'MOBILE': return maskMobile(value)
    case 'LANDLINE': return maskLandline(value)
    case 'ADDRESS': return '****'
    case 'DIVISION': return maskDivision(value)
    case 'BANK_CARD': return maskBankCard(value)
    case 'USCC': return maskUscc(value)
    case 'PLATE': return maskPlate(value)
    case 'VIN': return maskVin(value)
    case 'PASSPORT': return maskPassport(value)
    case 'CERT_NO': return maskCertNo(value, showRegion, showGender)
    case 'FILE_NO': return maskFileNo(value)
    case 'EMAIL': return maskEmail(value)
    case 'TEXT_SCRUB': return maskTextScrub(value, [])
    case 'BIRTH_DATE': return today !== undefined && /^(1\d|20)\d\d-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])$/.test(value) ? maskBirthDate(value, today) : null
    case 'DATETIME_HOUR': return /^\d{4}-\d\d-\d\dT\d\d(:\d\d(:\d\d(\.\d{1,9})?)?)?\+08:00$/.test(value) ? `${value.slice(0, 13)}+08:00` : null
    case 'AMOUNT_BAND': return maskAmountBand(number(/^-?\d{1,18}(\.\d{1,9})?$/))
    case 'SCORE_BAND': return maskScoreBand(number(/^\d{1,3}(\.\d{1,9})?$/))
    default: return null
  }
}
