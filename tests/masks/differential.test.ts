// The SQL masks against the oracle of tests/support/reference-masks.ts: every kind, on random and hostile values.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMaskDatabase, type MaskDatabase } from '../support/mask-database.ts'
import { anyValue, printedSeed, recordText } from '../support/mask-samples.ts'
import { maskByKind } from '../support/reference-mask-by-kind.ts'
import * as reference from '../support/reference-masks.ts'
import { maskTextScrub } from '../support/reference-text-scrub.ts'

const seed = printedSeed('masks against their oracle')
const values = fc.sample(anyValue, { numRuns: 2000, seed })

const kinds: readonly (readonly [string, string, (value: string) => string | null])[] = [
  ['name', 'mask.name(v)', reference.maskName],
  ['id_no', 'mask.id_no(v, true, true)', (value) => reference.maskIdNo(value, true, true)],
  ['id_no without gender', 'mask.id_no(v, true, false)', (value) => reference.maskIdNo(value, true, false)],
  ['id_no without province', 'mask.id_no(v, false, true)', (value) => reference.maskIdNo(value, false, true)],
  ['mobile', 'mask.mobile(v)', reference.maskMobile],
  ['landline', 'mask.landline(v)', reference.maskLandline],
  ['division', 'mask.division(v)', reference.maskDivision],
  ['bank_card', 'mask.bank_card(v)', reference.maskBankCard],
  ['uscc', 'mask.uscc(v)', reference.maskUscc],
  ['plate', 'mask.plate(v)', reference.maskPlate],
  ['vin', 'mask.vin(v)', reference.maskVin],
  ['passport', 'mask.passport(v)', reference.maskPassport],
  ['cert_no', 'mask.cert_no(v, true, true)', (value) => reference.maskCertNo(value, true, true)],
  ['cert_no without gender and province', 'mask.cert_no(v, false, false)', (value) => reference.maskCertNo(value, false, false)],
  ['file_no', 'mask.file_no(v)', reference.maskFileNo],
  ['email', 'mask.email(v)', reference.maskEmail],
]

const itemKinds = [
  'NAME', 'ID_NO', 'MOBILE', 'LANDLINE', 'ADDRESS', 'DIVISION', 'BANK_CARD', 'USCC', 'PLATE', 'VIN', 'PASSPORT', 'CERT_NO', 'FILE_NO', 'EMAIL', 'BIRTH_DATE',
  'DATETIME_HOUR', 'AMOUNT_BAND', 'SCORE_BAND', 'COORD_GRID', 'TEXT_SCRUB', 'TOKEN', 'REDACT', 'name', '',
]

describe('masks and their oracle', () => {
  let database: MaskDatabase
  beforeAll(async () => {
    database = await openMaskDatabase()
  })
  afterAll(() => database.close())

  /** Both answers beside each input, only where they differ. */
  function differences(inputs: readonly unknown[], actual: readonly unknown[], expected: readonly unknown[]): unknown[] {
    return inputs.map((input, at) => ({ input, sql: actual[at], oracle: expected[at] })).filter(({ sql, oracle }) => JSON.stringify(sql) !== JSON.stringify(oracle))
  }

  it.each(kinds)('%s agrees on 2,000 values', async (_kind, expression, oracle) => {
    expect(differences(values, await database.each(expression, values), values.map(oracle))).toEqual([])
  })

  it.each(itemKinds)('by_kind %s agrees with closed and with open switches', async (kind) => {
    const closed = `mask.by_kind('${kind}', v)`
    const open = `mask.by_kind('${kind}', v, true, true, '2026-03-01')`
    expect(differences(values, await database.each(closed, values), values.map((value) => maskByKind(kind, value)))).toEqual([])
    const switches = { showRegion: true, showGender: true, today: '2026-03-01' }
    expect(differences(values, await database.each(open, values), values.map((value) => maskByKind(kind, value, switches)))).toEqual([])
  })

  it('text_scrub agrees on 2,000 texts with names', async () => {
    const texts = fc.sample(recordText, { numRuns: 2000, seed })
    const { rows } = await database.client.query<{ masked: string }>(
      `SELECT mask.text_scrub(given.record ->> 'text', ARRAY(SELECT jsonb_array_elements_text(given.record -> 'names'))) AS masked
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given (record, place) ORDER BY place`,
      [JSON.stringify(texts)],
    )
    expect(differences(texts, rows.map((row) => row.masked), texts.map(({ text, names }) => maskTextScrub(text, names)))).toEqual([])
  })

  it('amount_band and score_band agree around every border', async () => {
    const borders = [0, 60, 80, 90, 100, 1e5, 5e5, 1e6, 5e6, 1e7, 5e7, 1e8, 1e12]
    const amounts = borders.flatMap((border) => [border - 0.01, border, border + 0.01, -border]).map((amount) => amount.toFixed(2))
    expect(await database.each('mask.amount_band(v::numeric)', amounts)).toEqual(amounts.map((amount) => reference.maskAmountBand(Number(amount))))
    expect(await database.each('mask.score_band(v::numeric)', amounts)).toEqual(amounts.map((amount) => reference.maskScoreBand(Number(amount))))
    expect(await database.each('mask.amount_band(v::numeric)', ['NaN', 'Infinity'])).toEqual([null, '1亿以上'])
  })

  it('coord_grid agrees on points, on borders of cells and outside the earth', async () => {
    const degrees = fc.tuple(fc.integer({ min: -91, max: 91 }), fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 0, max: 6 }))
    const coordinate = degrees.map(([whole, fraction, digits]) => `${whole}${digits === 0 ? '' : `.${String(fraction).padStart(6, '0').slice(0, digits)}`}`)
    const points = fc.sample(fc.tuple(coordinate, coordinate), { numRuns: 1000, seed })
    const { rows } = await database.client.query<{ cell: unknown }>(
      `SELECT mask.coord_grid((given.point ->> 0)::numeric, (given.point ->> 1)::numeric) AS cell
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given (point, place) ORDER BY place`,
      [JSON.stringify(points)],
    )
    expect(differences(points, rows.map((row) => row.cell), points.map(([lat, lng]) => reference.maskCoordGrid(lat, lng)))).toEqual([])
  })

  it('birth_date and datetime_hour agree on every kind of day', async () => {
    const days = fc.sample(fc.date({ min: new Date('1880-01-01'), max: new Date('2026-12-31'), noInvalidDate: true }), { numRuns: 500, seed })
    const births = [...days.map((day) => day.toISOString().slice(0, 10)), '1936-01-01', '1936-12-31', '1937-01-01', '2000-02-29']
    expect(await database.each(`mask.birth_date(v::date, '2026-03-01')`, births)).toEqual(births.map((born) => reference.maskBirthDate(born, '2026-03-01')))
    const instants = days.map((day) => day.toISOString())
    expect(await database.each('mask.datetime_hour(v::timestamptz)', instants)).toEqual(days.map(reference.maskDatetimeHour))
  })

  it('address agrees for every division, every street and codes that are none', async () => {
    const { rows } = await database.client.query<{ code: string } & reference.ReferenceDivision>('SELECT code, name, level, parent FROM reference.division ORDER BY code')
    const divisions = new Map(rows.map(({ code, ...division }) => [code, division]))
    const codes = [...rows.map((row) => row.code), ...rows.map((row) => `${row.code.slice(0, 6)}999001`), '31', '3101', '310999', '110101', '0', 'x', '', '31010１', ...values.slice(0, 200)]
    expect(differences(codes, await database.each('mask.address(v)', codes), codes.map((code) => reference.maskAddress(code, divisions)))).toEqual([])
  })
})
