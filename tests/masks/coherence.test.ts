// The rules of DOMAIN 3.2 that masks alone must keep (M1–M6, M11–M13), as properties of what PostgreSQL answers.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMaskDatabase, type MaskDatabase } from '../support/mask-database.ts'
import { anyValue, chineseName, idNumber, mobile, plate, printedSeed, recordText, uscc } from '../support/mask-samples.ts'
import { isIdNo } from '../support/reference-text-scrub.ts'

const seed = printedSeed('coherence of masks')
const values = fc.sample(anyValue, { numRuns: 1500, seed })
const ids = fc.sample(idNumber, { numRuns: 1000, seed })

/** Every way in which a text kind can be asked for, over `v`. */
const expressions = [
  'mask.name(v)', 'mask.mobile(v)', 'mask.landline(v)', 'mask.division(v)', 'mask.bank_card(v)', 'mask.uscc(v)', 'mask.plate(v)', 'mask.vin(v)', 'mask.passport(v)', 'mask.file_no(v)', 'mask.email(v)',
  `mask.text_scrub(v, '{}')`,
  ...['id_no', 'cert_no'].flatMap((kind) => ['true, true', 'true, false', 'false, true', 'false, false'].map((switches) => `mask.${kind}(v, ${switches})`)),
]
const itemKinds = ['NAME', 'ID_NO', 'MOBILE', 'LANDLINE', 'ADDRESS', 'DIVISION', 'BANK_CARD', 'USCC', 'PLATE', 'VIN', 'PASSPORT', 'CERT_NO', 'FILE_NO', 'EMAIL', 'BIRTH_DATE', 'DATETIME_HOUR', 'AMOUNT_BAND', 'SCORE_BAND', 'TEXT_SCRUB']
const openKinds = itemKinds.map((kind) => `mask.by_kind('${kind}', v, true, true, '2026-03-01')`)

describe('masks are coherent', () => {
  let database: MaskDatabase
  beforeAll(async () => {
    database = await openMaskDatabase()
  })
  afterAll(() => database.close())

  /** Of a mask as long as its value: which digits of the value it shows (1-based places). */
  function shown(value: string, masked: string): number[] {
    return Array.from(masked).flatMap((character, at) => (character !== '*' && character === value.toUpperCase()[at] ? [at + 1] : []))
  }

  it('M1: a certificate number that is an ID number has the ID number’s mask', async () => {
    for (const switches of ['true, true', 'true, false', 'false, true', 'false, false']) {
      expect(await database.each(`mask.cert_no(v, ${switches})`, ids)).toEqual(await database.each(`mask.id_no(v, ${switches})`, ids))
    }
  })

  it.each([...expressions, ...openKinds])('M2 and M5: %s shows none of digits 3–16 of an ID number', async (expression) => {
    const masked = await database.each(expression, ids)
    for (const [at, id] of ids.entries()) {
      const mask = masked[at] ?? ''
      // Either it hides 3–16 in place, or it says nothing that could hold a digit of them.
      const inPlace = mask.length === 18 && /^.{2}\*{14}.{2}$/.test(mask)
      expect(inPlace || /^\*+$/.test(mask) || /^(1亿以上)?$/.test(mask), `${expression} of an ID number`).toBe(true)
      expect(mask.replace(/[^*]/g, '').length >= 8 || mask === '' || mask === '1亿以上' || mask === '***' || mask === '****' || mask === '*******').toBe(true)
      if (inPlace) expect(shown(id, mask).every((place) => place < 3 || place > 16)).toBe(true)
    }
  })

  it('M3 and M4: places 17 and 1–2 follow their switches', async () => {
    const places = async (expression: string): Promise<Set<number>> => new Set((await database.each(expression, ids)).flatMap((masked, at) => shown(ids[at] ?? '', masked ?? '')))
    expect(await places('mask.id_no(v, true, true)')).toEqual(new Set([1, 2, 17, 18]))
    expect(await places('mask.id_no(v, true, false)')).toEqual(new Set([1, 2, 18]))
    expect(await places('mask.id_no(v, false, true)')).toEqual(new Set([17, 18]))
    expect(await places('mask.id_no(v, NULL, NULL)')).toEqual(new Set([18]))
  })

  it('M3: of an old ID number only the province shows', async () => {
    const old = ids.map((id) => `${id.slice(0, 6)}${id.slice(8, 17)}`)
    for (const kind of ['id_no', 'cert_no']) {
      expect(new Set(await database.each(`mask.${kind}(v, true, true)`, old))).toEqual(new Set([`31${'*'.repeat(13)}`]))
      expect(new Set(await database.each(`mask.${kind}(v, false, false)`, old))).toEqual(new Set(['*'.repeat(15)]))
    }
  })

  it('M3: an ID number with something around or between its digits does not show its places 17 and 18 either', async () => {
    const disguised = ids.flatMap((id) => [`R${id}`, `${id} `, `${id.slice(0, 6)}-${id.slice(6, 14)}-${id.slice(14)}`, id.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))])
    expect(new Set(await database.each('mask.cert_no(v, true, false)', disguised))).toEqual(new Set(['*'.repeat(18)]))
  })

  it('M6: a masked birth date is never finer than the year, and does not change on the birthday', async () => {
    const days = ['2026-03-01', '2026-12-30'].map((today) => ['1936-03-01', '1936-03-02', '1936-12-31', '1985-03-07'].map((born) => `mask.birth_date('${born}', '${today}')`))
    const { rows } = await database.client.query({ text: `SELECT ${days.flat().join(', ')}`, rowMode: 'array' })
    expect(rows).toEqual([['≤1936', '≤1936', '≤1936', '1985', '≤1936', '≤1936', '≤1936', '1985']])
  })

  it('M11: kinds of fixed length have it whatever the value', async () => {
    const lengths = async (expression: string): Promise<Set<number>> => new Set((await database.each(expression, values)).map((masked) => masked?.length ?? 0))
    expect(await lengths('mask.mobile(v)')).toEqual(new Set([11]))
    expect(await lengths('mask.bank_card(v)')).toEqual(new Set([16]))
    expect(await lengths('mask.vin(v)')).toEqual(new Set([17]))
    expect(await lengths('mask.passport(v)')).toEqual(new Set([9]))
    expect(await lengths('mask.file_no(v)')).toEqual(new Set([12]))
    expect(await lengths('mask.uscc(v)')).toEqual(new Set([18]))
    expect([...(await lengths('mask.id_no(v, true, true)'))].sort()).toEqual([15, 18])
    expect(new Set(await database.each(`substring(mask.email(v) from '^.?([*]{3})(@|$)')`, values))).toEqual(new Set(['***']))
    expect(Math.max(...(await lengths('mask.name(v)')))).toBeLessThanOrEqual(12)
    expect(Math.max(...(await lengths('mask.cert_no(v, true, true)')))).toBe(18)
  })

  it.each([...expressions, ...openKinds.filter((open) => !/BIRTH_DATE|DATETIME_HOUR|_BAND/.test(open))])('M12: %s of its own answer is that answer, and the same twice', async (expression) => {
    const once = await database.each(expression, values)
    expect(await database.each(expression, values)).toEqual(once)
    const changed = (await database.each(expression, once)).map((again, at) => ({ value: values[at], once: once[at], again })).filter(({ once, again }) => once !== again)
    expect(changed).toEqual([])
  })

  it('M12: a scrubbed text scrubbed again with the same names stays', async () => {
    const texts = fc.sample(recordText, { numRuns: 1500, seed })
    const scrub = async (given: readonly string[]): Promise<string[]> => {
      const { rows } = await database.client.query<{ masked: string }>(
        `SELECT mask.text_scrub(given.record ->> 'text', ARRAY(SELECT jsonb_array_elements_text(given.record -> 'names'))) AS masked
         FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given (record, place) ORDER BY place`,
        [JSON.stringify(given.map((text, at) => ({ text, names: texts[at]?.names ?? [] })))],
      )
      return rows.map((row) => row.masked)
    }
    const once = await scrub(texts.map(({ text }) => text))
    const again = await scrub(once)
    expect(texts.map((record, at) => ({ record, once: once[at], again: again[at] })).filter(({ once, again }) => once !== again)).toEqual([])
  })

  it('M12: the centre of a cell lies in its cell', async () => {
    const { rows } = await database.client.query<{ moved: string }>(
      `SELECT count(*)::text AS moved FROM generate_series(-90, 89.99, 0.37) AS lat, generate_series(-180, 179.99, 7.13) AS lng,
         LATERAL mask.coord_grid(lat, lng) AS cell
       WHERE mask.coord_grid((cell ->> 'lat')::numeric, (cell ->> 'lng')::numeric) <> cell`,
    )
    expect(rows[0]?.moved).toBe('0')
  })

  it('M13: whatever stands around them, a text loses ID numbers, mobiles, plates and its own names', async () => {
    // Nothing that could lengthen a run of letters and digits: an ID number inside a longer number stays, by rule.
    const around = fc.string({ unit: fc.constantFrom('，', '。', '（', ' ', '号', '*', '是', '😀', '\n', '；'), maxLength: 4 })
    const sample = fc.tuple(around, idNumber, around, mobile, around, plate, around, chineseName.filter((name) => name.length > 1), around)
    const given = fc.sample(sample, { numRuns: 1000, seed }).map(([a, id, b, phone, c, car, d, name, e]) => ({ text: `${a}${id}，${b}${phone}，${c}${car}，${d}${name}${e}`, secrets: [id, phone, car, name], name }))
    const { rows } = await database.client.query<{ masked: string }>(
      `SELECT mask.text_scrub(given.record ->> 'text', ARRAY[given.record ->> 'name']) AS masked
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given (record, place) ORDER BY place`,
      [JSON.stringify(given)],
    )
    expect(given.flatMap(({ text, secrets }, at) => secrets.filter((secret) => rows[at]?.masked.includes(secret) !== false).map(() => ({ text, masked: rows[at]?.masked })))).toEqual([])
  })

  it('TEXT_SCRUB never touches a USCC, unless it reads as a valid ID number', async () => {
    const codes = fc.sample(uscc, { numRuns: 2000, seed }).filter((code) => !/^\d{17}[\dX]$/.test(code) || !isIdNo(code))
    const texts = codes.map((code) => `2024-11-02 统一社会信用代码${code}，电话021 0234 5678`)
    expect(await database.each(`mask.text_scrub(v, ARRAY['张伟'])`, texts)).toEqual(texts)
  })

  it('a long text of numbers is scrubbed in reasonable time', async () => {
    const text = '当事人王子涵身份证号310199198503070112电话15400001234，'.repeat(5000)
    const started = performance.now()
    const [masked] = await database.each(`mask.text_scrub(v, ARRAY['王子涵'])`, [text])
    expect(masked).toBe('当事人王**身份证号31**************12电话154****1234，'.repeat(5000))
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})
