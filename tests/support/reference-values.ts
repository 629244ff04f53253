// What a cell shows, clear and masked, from a raw row: in TypeScript from DOMAIN 3.1 and DESIGN 5.6, beside reference-masks.ts.

import type { Domain } from '../../core/domains.ts'
import type { MaskKind } from '../../schema/classification.ts'
import { cell, day, number, text, truth } from './raw-city.ts'
import type { Raw, RawCity } from './raw-city.ts'
import { maskByKind } from './reference-mask-by-kind.ts'
import * as masks from './reference-masks.ts'
import { maskTextScrub } from './reference-text-scrub.ts'

/** What values may depend on beside their row. `today`: the Shanghai day. */
export type Surroundings = { readonly city: RawCity; readonly domain: Domain; readonly today: string }
export type Switches = { readonly showGender: boolean; readonly showRegion: boolean }

/** `raw`: what its mask works on; absent where there is no masked form. */
export type Value = {
  readonly clear: (row: Raw, around: Surroundings) => unknown
  readonly raw?: (row: Raw) => string | null
  /** Column of the kind of mask, where the row says it itself. */
  readonly kind?: string
  /** Column of the division that a masked address is rendered from. */
  readonly division?: string
  readonly place?: true
}

export function texts(column: string, division?: string): Value {
  return { clear: (row) => text(row, column), raw: (row) => text(row, column), ...(division === undefined ? {} : { division }) }
}

export function days(column: string): Value {
  return { clear: (row) => day(row, column), raw: (row) => day(row, column) }
}

export function integers(column: string): Value {
  return { clear: (row) => number(row, column), raw: (row) => decimalText(cell(row, column)) }
}

export function truths(column: string): Value {
  return { clear: (row) => truth(row, column) }
}

/** A decimal string without trailing zeros; `tenThousands` for columns in 万元. */
export function decimals(column: string, tenThousands = false): Value {
  const value = (row: Raw): string | null => {
    const found = text(row, column)
    return found === null || !tenThousands ? found : String(BigInt(found.replace('.', '')) * (found.includes('.') ? 1n : 10_000n))
  }
  return { clear: (row) => trimmed(value(row)), raw: value }
}

/** An instant at +08:00, whole seconds. */
export function instants(column: string): Value {
  return { clear: (row) => shanghai(text(row, column)), raw: (row) => text(row, column) }
}

/** `lat` and `lng`. */
export const places: Value = {
  clear: (row) => {
    const [lat, lng] = [text(row, 'lat'), text(row, 'lng')]
    return lat === null || lng === null ? null : { lat: Number(lat), lng: Number(lng) }
  },
  place: true,
}

export function computed(clear: Value['clear']): Value {
  return { clear }
}

/** The masked form; null where the kind has none (REDACT). */
export function maskedValue(kind: MaskKind, value: Value, row: Raw, { showGender, showRegion }: Switches, { city, today }: Surroundings): unknown {
  if (kind === 'COORD_GRID') return value.place === true ? masks.maskCoordGrid(text(row, 'lat'), text(row, 'lng')) : null
  const raw = value.raw?.(row) ?? null
  if (raw === null) return null
  if (value.kind !== undefined) return maskByKind(text(row, value.kind) ?? '', raw, { today })
  switch (kind) {
    case 'NAME': return masks.maskName(raw)
    case 'ID_NO': return masks.maskIdNo(raw, showRegion, showGender)
    case 'CERT_NO': return masks.maskCertNo(raw, showRegion, showGender)
    case 'MOBILE': return masks.maskMobile(raw)
    case 'LANDLINE': return masks.maskLandline(raw)
    case 'ADDRESS': return masks.maskAddress(text(row, value.division ?? ''), city.divisions)
    case 'DIVISION': return masks.maskDivision(raw)
    case 'BANK_CARD': return masks.maskBankCard(raw)
    case 'USCC': return masks.maskUscc(raw)
    case 'PLATE': return masks.maskPlate(raw)
    case 'VIN': return masks.maskVin(raw)
    case 'PASSPORT': return masks.maskPassport(raw)
    case 'FILE_NO': return masks.maskFileNo(raw)
    case 'EMAIL': return masks.maskEmail(raw)
    case 'BIRTH_DATE': return masks.maskBirthDate(raw, today)
    case 'DATETIME_HOUR': return masks.maskDatetimeHour(instantOf(raw))
    case 'AMOUNT_BAND': return masks.maskAmountBand(Number(raw))
    case 'SCORE_BAND': return masks.maskScoreBand(Number(raw))
    case 'TEXT_SCRUB': return maskTextScrub(raw, [cell(row, 'own_names')].flat().map(String))
    case 'TOKEN':
    case 'REDACT': return null
  }
}

/** Completed years; born on 29 February counts from 1 March. Days before birth count backwards. */
export function yearsOn(today: string, born: string): number {
  if (born > today) return 0 - yearsOn(born, today)
  return Number(today.slice(0, 4)) - Number(born.slice(0, 4)) - (today.slice(5) < born.slice(5) ? 1 : 0)
}

export function ageBand(age: number): string {
  if (age >= 90) return '90+'
  const from = Math.trunc(age / 10) * 10
  return `${from}-${from + 9}`
}

/** An instant as raw-city.ts reads it. */
export function instantOf(utc: string): Date {
  return new Date(`${utc.replace(' ', 'T').replace(/\+00$/, '')}Z`)
}

function shanghai(utc: string | null): string | null {
  return utc === null ? null : `${new Date(instantOf(utc).getTime() + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`
}

function trimmed(decimal: string | null): string | null {
  if (decimal === null || !decimal.includes('.')) return decimal
  return decimal.replace(/0+$/, '').replace(/\.$/, '')
}

function decimalText(value: unknown): string | null {
  return typeof value === 'number' ? String(value) : null
}
