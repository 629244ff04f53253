// Every vector of DOMAIN 3.1, evaluated by PostgreSQL.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMaskDatabase, type MaskDatabase } from '../support/mask-database.ts'

/** kind, SQL expression, its value. */
const vectors: readonly (readonly [string, string, string | null])[] = [
  ['NAME', `mask.name('张伟')`, '张*'],
  ['NAME', `mask.name('王子涵')`, '王**'],
  ['NAME', `mask.name('欧阳静怡')`, '欧阳**'],
  ['NAME', `mask.name('司马光明')`, '司马**'],
  ['NAME', `mask.name('欧阳')`, '欧*'],
  ['NAME', `mask.name('阿依古丽·买买提')`, '阿**'],
  ['NAME', `mask.name('陈')`, '*'],
  ['NAME', `mask.name('John Smith')`, 'J***'],
  ['ID_NO', `mask.id_no('310199198503070112', true, true)`, '31**************12'],
  ['ID_NO, gender hidden', `mask.id_no('310199198503070112', true, false)`, '31***************2'],
  ['ID_NO, province hidden', `mask.id_no('310199198503070112', false, true)`, '****************12'],
  ['ID_NO, both hidden', `mask.id_no('310199198503070112', false, false)`, '*****************2'],
  ['ID_NO, unknown switches', `mask.id_no('310199198503070112', NULL, NULL)`, '*****************2'],
  ['ID_NO with X', `mask.id_no('31019920000229031X', true, true)`, '31**************1X'],
  ['ID_NO with x', `mask.id_no('31019920000229031x', true, true)`, '31**************1X'],
  ['ID_NO of 15', `mask.id_no('310199850307011', true, true)`, '31*************'],
  ['MOBILE', `mask.mobile('15400001234')`, '154****1234'],
  ['LANDLINE', `mask.landline('021-02345678')`, '021-******78'],
  ['LANDLINE', `mask.landline('02102345678')`, '021-******78'],
  ['LANDLINE', `mask.landline('0512-0234567')`, '0512-******67'],
  ['LANDLINE with extension', `mask.landline('021-02345678-801')`, '021-******78'],
  ['LANDLINE without area code', `mask.landline('12345678')`, '********'],
  ['ADDRESS', `mask.address('310101002')`, '上海市黄浦区****'],
  ['ADDRESS of the city', `mask.address('310000')`, '上海市****'],
  ['ADDRESS of an abolished district', `mask.address('310103')`, '上海市卢湾区****'],
  ['ADDRESS without code', `mask.address(NULL)`, '****'],
  ['DIVISION', `mask.division('310101002')`, '310101'],
  ['DIVISION', `mask.division('310101002001')`, '310101'],
  ['BANK_CARD', `mask.bank_card('6200000000000005')`, '************0005'],
  ['BANK_CARD', `mask.bank_card('6216261000000000018')`, '************0018'],
  ['USCC', `mask.uscc('91310199MA1K0T2A0A')`, '91310199********0A'],
  ['PLATE', `mask.plate('沪A·12345')`, '沪A1***5'],
  ['PLATE', `mask.plate('沪AD12345')`, '沪AD****5'],
  ['PLATE', `mask.plate('沪A12345D')`, '沪A1****D'],
  ['PLATE', `mask.plate('沪A1234学')`, '沪A1***学'],
  ['VIN', `mask.vin('LZZTEST0000001234')`, 'LZZ**********1234'],
  ['CERT_NO', `mask.cert_no('310199197901300556', true, true)`, '31**************56'],
  ['CERT_NO, a USCC', `mask.cert_no('91310199MA1K0T2A0A', true, true)`, '91310199********0A'],
  ['CERT_NO, another number', `mask.cert_no('A123456789', true, true)`, 'A1******89'],
  ['FILE_NO', `mask.file_no('310012345678')`, '3100******78'],
  ['PASSPORT', `mask.passport('E12345678')`, 'E1*****78'],
  ['PASSPORT', `mask.passport('EA1234567')`, 'EA*****67'],
  ['EMAIL', `mask.email('zhang.wei@example.com')`, 'z***@example.com'],
  ['EMAIL', `mask.email('z@example.com')`, 'z***@example.com'],
  ['BIRTH_DATE', `mask.birth_date('1985-03-07', '2026-03-01')`, '1985'],
  ['BIRTH_DATE', `mask.birth_date('1930-01-01', '2026-03-01')`, '≤1936'],
  ['DATETIME_HOUR', `mask.datetime_hour('2026-02-14T08:47:12+08:00')`, '2026-02-14T08+08:00'],
  ['AMOUNT_BAND', `mask.amount_band(99999.99)`, '0-10万'],
  ['AMOUNT_BAND', `mask.amount_band(100000)`, '10万-50万'],
  ['AMOUNT_BAND', `mask.amount_band(500000)`, '50万-100万'],
  ['AMOUNT_BAND', `mask.amount_band(1000000)`, '100万-500万'],
  ['AMOUNT_BAND', `mask.amount_band(5000000)`, '500万-1000万'],
  ['AMOUNT_BAND', `mask.amount_band(10000000)`, '1000万-5000万'],
  ['AMOUNT_BAND', `mask.amount_band(99999999.99)`, '5000万-1亿'],
  ['AMOUNT_BAND', `mask.amount_band(100000000)`, '1亿以上'],
  ['AMOUNT_BAND', `mask.amount_band(-0.01)`, '负值'],
  ['SCORE_BAND', `mask.score_band(59.99)`, '0-59'],
  ['SCORE_BAND', `mask.score_band(60)`, '60-79'],
  ['SCORE_BAND', `mask.score_band(80)`, '80-89'],
  ['SCORE_BAND', `mask.score_band(100)`, '90-100'],
  ['COORD_GRID', `mask.coord_grid(31.23456, 121.47891)`, '{"lat": 31.235, "lng": 121.475}'],
  ['COORD_GRID', `mask.coord_grid(31.24, 121.48)`, '{"lat": 31.245, "lng": 121.485}'],
  [
    'TEXT_SCRUB',
    `mask.text_scrub('当事人张伟（身份证号310199198503070112，电话15400001234）驾驶沪A·12345未按规定停车', ARRAY['张伟'])`,
    '当事人张*（身份证号31**************12，电话154****1234）驾驶沪A1***5未按规定停车',
  ],
  ['TEXT_SCRUB, wrong check digit', `mask.text_scrub('订单号310199198503070113', '{}')`, '订单号310199198503070113'],
  ['TEXT_SCRUB, a USCC', `mask.text_scrub('统一社会信用代码91310199MA1K0T2A0A', '{}')`, '统一社会信用代码91310199MA1K0T2A0A'],
  ['by kind', `mask.by_kind('NAME', '张伟')`, '张*'],
  ['by kind, nothing opened', `mask.by_kind('ID_NO', '310199198503070112')`, '*****************2'],
  ['by kind, opened', `mask.by_kind('CERT_NO', '310199198503070112', true, true)`, '31**************12'],
  ['by kind, with a day', `mask.by_kind('BIRTH_DATE', '1930-01-01', today => '2026-03-01')`, '≤1936'],
  ['by kind, without a day', `mask.by_kind('BIRTH_DATE', '1985-03-07')`, null],
  ['REDACT', `mask.by_kind('REDACT', '张伟')`, null],
  ['an unknown kind', `mask.by_kind('CLEAR', '张伟')`, null],
]

describe('masks in SQL', () => {
  let database: MaskDatabase
  beforeAll(async () => {
    database = await openMaskDatabase()
  })
  afterAll(() => database.close())

  it.each(vectors)('%s: %s is %s', async (_kind, expression, expected) => {
    const { rows } = await database.client.query<{ masked: string | null }>(`SELECT (${expression})::text AS masked`)
    expect(rows[0]?.masked).toBe(expected)
  })

  it('give NULL for NULL, an address excepted', async () => {
    const nulls = [
      'name(NULL)', 'id_no(NULL, true, true)', 'mobile(NULL)', 'landline(NULL)', 'division(NULL)', 'bank_card(NULL)', 'uscc(NULL)', 'plate(NULL)',
      'vin(NULL)', 'passport(NULL)', 'cert_no(NULL, true, true)', 'file_no(NULL)', 'email(NULL)', `birth_date(NULL, '2026-03-01')`,
      `birth_date('1985-03-07', NULL)`, 'datetime_hour(NULL)', 'amount_band(NULL)', 'score_band(NULL)', 'coord_grid(NULL, 1)', 'coord_grid(1, NULL)',
      `text_scrub(NULL, '{}')`, `by_kind('NAME', NULL)`, `by_kind('ADDRESS', NULL)`, `by_kind(NULL, 'x')`,
    ]
    const { rows } = await database.client.query(`SELECT ${nulls.map((call, at) => `mask.${call} AS c${at}`).join(', ')}`)
    expect(Object.values(rows[0] ?? {})).toEqual(nulls.map(() => null))
  })

  it('scrub a text whose names are unknown', async () => {
    const { rows } = await database.client.query(`SELECT mask.text_scrub('电话15400001234', NULL) AS none, mask.text_scrub('电话15400001234', ARRAY[NULL]) AS unknown`)
    expect(rows[0]).toEqual({ none: '电话154****1234', unknown: '电话154****1234' })
  })

  it('render the hour of Shanghai whatever the zone and date style of the session', async () => {
    for (const zone of ['UTC', 'America/New_York', 'Asia/Kathmandu']) {
      await database.client.query(`SET TimeZone = '${zone}'; SET DateStyle = 'German, DMY'`)
      const { rows } = await database.client.query(`SELECT mask.datetime_hour('2026-02-28T16:30:00Z'::timestamptz) AS hour`)
      expect(rows[0]).toEqual({ hour: '2026-03-01T00+08:00' })
    }
    await database.client.query('RESET TimeZone; RESET DateStyle')
  })

  it('cannot be changed by what a session puts before pg_catalog in its search_path', async () => {
    const results = await database.asOwner(`
      CREATE SCHEMA hostile;
      CREATE FUNCTION hostile.repeat(text, int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'leak' $$;
      CREATE FUNCTION hostile.left(value text, int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT value $$;
      CREATE FUNCTION hostile.joined(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'leak' $$;
      CREATE OPERATOR hostile.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.joined);
      SET search_path = hostile, pg_catalog;
      SELECT left('王子涵', 1) AS left, mask.name('王子涵') AS name, mask.text_scrub('电话15400001234王子涵', ARRAY['王子涵']) AS text;
      RESET search_path;
      DROP SCHEMA hostile CASCADE`)
    expect(results.flatMap((result) => result.rows)).toEqual([{ left: '王子涵', name: '王**', text: '电话154****1234王**' }])
  })

  it('are expanded into the query: no function call is left in its plan', async () => {
    const { rows } = await database.client.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (VERBOSE) SELECT mask.name(name), mask.id_no(code, true, false), mask.mobile(name), mask.cert_no(name, false, false), mask.plate(name), mask.address(code),
         mask.by_kind('EMAIL', name), mask.datetime_hour(at), mask.amount_band(amount), mask.coord_grid(amount, amount), mask.birth_date(at::date, '2026-03-01')
       FROM reference.division, (VALUES (now(), 1.5)) AS more (at, amount)`,
    )
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).not.toMatch(/mask\./)
  })
})
