// A city of 2,000 in real databases: numbers are valid and unique, what belongs together is together, masks were made on loading.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPlate } from '../../core/everyday-numbers.ts'
import { checkLicenseIdentifier, checkUscc } from '../../core/organisation-codes.ts'
import { checkResidentId } from '../../core/resident-id.ts'
import type { Domain } from '../../core/domains.ts'
import { completesYears } from '../../synthetic-city/days.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import type { TestDatabase } from '../support/city-database.ts'
import { LINK_KEY, loadedCity } from '../support/loaded-city.ts'

const SIZE = 2000
const TODAY = '2026-03-01'
let databases: Record<Domain, TestDatabase>

/** All rows of a query as the serving role; dates and numbers as text. */
async function rows(domain: Domain, query: string): Promise<readonly Record<string, string | null>[]> {
  const client = new pg.Client({ ...databases[domain].query, types: { getTypeParser: () => (value: string) => value } })
  await client.connect()
  try {
    return (await client.query<Record<string, string | null>>(query)).rows
  } finally {
    await client.end()
  }
}

async function values(domain: Domain, query: string): Promise<readonly (string | null)[]> {
  return (await rows(domain, query)).map((row) => Object.values(row)[0] ?? null)
}

beforeAll(async () => {
  databases = await loadedCity(SIZE)
})

afterAll(async () => {
  for (const database of Object.values(databases)) await database.drop()
})

describe('people', () => {
  it('have valid, unique numbers of area 310199 and the linking token of their number', async () => {
    const people = await rows('population', 'SELECT pid, id_no, gender_code, birth_date, minor_until, under18_until FROM pop_person')
    expect(people).toHaveLength(SIZE)
    expect(new Set(people.map(({ id_no }) => id_no)).size).toBe(SIZE)
    for (const { pid, id_no, gender_code, birth_date, minor_until, under18_until } of people) {
      const idNo = id_no ?? ''
      expect(checkResidentId(idNo, TODAY)).toBe('OK')
      expect(idNo.slice(0, 6)).toBe('310199')
      expect(pid).toBe(linkingToken(idNo, LINK_KEY))
      expect(birth_date?.replaceAll('-', '')).toBe(idNo.slice(6, 14))
      expect(Number(idNo.charAt(16)) % 2 === 1 ? '1' : '2').toBe(gender_code)
      expect(minor_until).toBe(completesYears(birth_date ?? null, 14))
      expect(under18_until).toBe(completesYears(birth_date ?? null, 18))
    }
  })

  it('stand on both sides of fourteen, some with a birthday today or on 29 February', async () => {
    const days = await values('population', `SELECT DISTINCT minor_until FROM pop_person WHERE minor_until BETWEEN '2026-02-01' AND '2026-03-31'`)
    expect(days).toContain('2026-03-01')
    expect(days).toContain('2026-03-02')
  })

  it('have real residences, mobiles of prefix 154 and addresses that do not exist', async () => {
    const strangers = await values(
      'population',
      `SELECT count(*) FROM pop_person p WHERE NOT EXISTS (SELECT 1 FROM reference.division d WHERE d.code = p.residence_division)
         OR p.mobile !~ '^154[0-9]{8}$' OR p.residence_address !~ '^上海市.*示例' OR p.full_name = ''`,
    )
    expect(strangers).toEqual(['0'])
  })

  it('carry names with compound surnames and middle dots, too', async () => {
    expect(Number((await values('population', `SELECT count(*) FROM pop_person WHERE full_name ~ '·'`))[0])).toBeGreaterThan(1)
    expect(Number((await values('population', `SELECT count(*) FROM pop_person WHERE full_name ~ '^(欧阳|司马|上官|诸葛|司徒|东方|夏侯|尉迟|皇甫|慕容)'`))[0])).toBeGreaterThan(5)
  })
})

describe('households', () => {
  it('consist of people who exist, each in exactly one, with the head among them', async () => {
    expect(await values('population', 'SELECT count(*) FROM pop_person p WHERE (SELECT count(*) FROM pop_household_member m WHERE m.pid = p.pid) <> 1')).toEqual(['0'])
    expect(await values('population', 'SELECT count(*) FROM pop_household_member m WHERE NOT EXISTS (SELECT 1 FROM pop_person p WHERE p.pid = m.pid AND p.minor_until = m.minor_until)')).toEqual(['0'])
    expect(
      await values(
        'population',
        `SELECT count(*) FROM pop_household h WHERE (SELECT count(*) FROM pop_household_member m WHERE m.household_no = h.household_no AND m.left_on IS NULL) <> h.member_count
           OR NOT EXISTS (SELECT 1 FROM pop_household_member m WHERE m.household_no = h.household_no AND m.pid = h.head_pid AND m.relation_code = '01')`,
      ),
    ).toEqual(['0'])
  })

  it('give every child under eighteen a guardian who could be its parent', async () => {
    expect(
      await values('population', `SELECT count(*) FROM pop_person p WHERE under18_until > '2026-03-01' AND NOT EXISTS (SELECT 1 FROM pop_guardianship g WHERE g.ward_pid = p.pid)`),
    ).toEqual(['0'])
    expect(
      await values(
        'population',
        `SELECT count(*) FROM pop_guardianship g JOIN pop_person w ON w.pid = g.ward_pid JOIN pop_person a ON a.pid = g.guardian_pid
         WHERE a.birth_date + interval '18 years' > w.birth_date OR g.minor_until IS DISTINCT FROM w.minor_until`,
      ),
    ).toEqual(['0'])
  })

  it('register people only where they live away from their 户籍', async () => {
    expect(
      await values('population', `SELECT count(*) FROM pop_residence_reg r JOIN pop_person p USING (pid) WHERE r.permit_no <> p.id_no OR (r.reg_id >= 10000 AND p.hukou_address = p.residence_address)`),
    ).toEqual(['0'])
  })
})

describe('enterprises', () => {
  it('have valid, unique codes of area 310199, and so have all organisations named elsewhere', async () => {
    const codes = await values('enterprises', 'SELECT uscc FROM ent_base')
    expect(codes.length).toBeGreaterThan(100)
    for (const code of codes) {
      expect(checkUscc(code ?? '')).toBe('OK')
      expect(code?.slice(2, 8)).toBe('310199')
    }
    const named = [
      ...(await values('population', 'SELECT DISTINCT employer_uscc FROM pop_social_insurance')),
      ...(await values('enterprises', 'SELECT DISTINCT holder_uscc FROM ent_shareholder WHERE holder_uscc IS NOT NULL')),
      ...(await values('credit', 'SELECT DISTINCT subject_uscc FROM crd_record WHERE subject_uscc IS NOT NULL UNION SELECT authority_uscc FROM crd_record UNION SELECT subject_uscc FROM crd_rating')),
      ...(await values('licenses', 'SELECT DISTINCT holder_uscc FROM lic_instance WHERE holder_uscc IS NOT NULL UNION SELECT issuer_uscc FROM lic_instance')),
      ...(await values('transport', 'SELECT DISTINCT owner_uscc FROM trf_vehicle WHERE owner_uscc IS NOT NULL UNION SELECT operator_uscc FROM trf_metro_line UNION SELECT employer_uscc FROM trf_driver_qualification')),
    ]
    expect(named.filter((code) => !codes.includes(code))).toEqual([])
  })

  it('belong to their shareholders as a whole', async () => {
    expect(
      await values(
        'enterprises',
        `SELECT count(*) FROM ent_base b WHERE (b.uscc LIKE '91%' OR b.uscc LIKE '93%') AND
           (SELECT sum(ratio) <> 1 OR sum(subscribed_amount) <> b.reg_capital OR bool_or(s.division <> b.division) FROM ent_shareholder s WHERE s.uscc = b.uscc) IS NOT FALSE`,
      ),
    ).toEqual(['0'])
  })

  it('are at home only where they are individual businesses, and there their domicile is their operator’s', async () => {
    const homes = await rows('enterprises', 'SELECT uscc, legal_rep_pid, domicile FROM ent_base WHERE domicile_is_home')
    expect(homes.length).toBeGreaterThan(5)
    const addresses = new Map((await rows('population', 'SELECT pid, residence_address FROM pop_person')).map(({ pid, residence_address }) => [pid, residence_address]))
    for (const { uscc, legal_rep_pid, domicile } of homes) {
      expect(uscc?.startsWith('92')).toBe(true)
      expect(domicile).toBe(addresses.get(legal_rep_pid ?? ''))
    }
  })

  it('disclose some annual reports and keep others to themselves', async () => {
    expect((await values('enterprises', 'SELECT DISTINCT disclosed FROM ent_annual_report')).length).toBe(2)
  })
})

describe('records about people elsewhere', () => {
  it('name only people of the population, with the same end of the minor rule', async () => {
    const known = new Map((await rows('population', 'SELECT pid, minor_until FROM pop_person')).map(({ pid, minor_until }) => [pid, minor_until]))
    const tables: readonly (readonly [Domain, string, string])[] = [
      ['enterprises', 'ent_key_person', 'pid'],
      ['enterprises', 'ent_shareholder', 'holder_pid'],
      ['credit', 'crd_record', 'subject_pid'],
      ['credit', 'crd_commitment', 'subject_pid'],
      ['credit', 'crd_objection', 'subject_pid'],
      ['licenses', 'lic_instance', 'holder_pid'],
      ['licenses', 'lic_instance_item', 'holder_pid'],
      ['licenses', 'lic_use_log', 'holder_pid'],
      ['transport', 'trf_vehicle', 'owner_pid'],
      ['transport', 'trf_driver', 'pid'],
      ['transport', 'trf_violation', 'driver_pid'],
      ['transport', 'trf_driver_qualification', 'pid'],
    ]
    for (const [domain, table, column] of tables) {
      const about = await rows(domain, `SELECT ${column} AS pid, minor_until FROM ${table}`)
      expect(about.length, table).toBeGreaterThan(0)
      expect(about.filter(({ pid, minor_until }) => (pid === null ? minor_until !== '-infinity' : known.get(pid ?? '') !== minor_until)), table).toEqual([])
    }
  })

  it('lie on both sides of five years, and some are repaired, lifted or disputed', async () => {
    const [count] = await rows(
      'credit',
      `SELECT count(*) FILTER (WHERE event_ended_on + interval '5 years' < '2026-03-01') AS past, count(*) FILTER (WHERE event_ended_on = '2021-03-01') AS edge,
         count(repaired_on) AS repaired, count(lifted_on) AS lifted, count(*) FILTER (WHERE disputed) AS disputed FROM crd_record`,
    )
    for (const [what, number] of Object.entries(count ?? {})) expect(Number(number), what).toBeGreaterThan(0)
  })

  it('have details of their kind, and none without a record', async () => {
    for (const [kind, table] of [['ADMIN_PENALTY', 'crd_admin_penalty'], ['ADMIN_LICENSING', 'crd_admin_licensing'], ['SERIOUS_LIST', 'crd_serious_list'], ['JUDGMENT_DEBTOR', 'crd_judgment_debtor']]) {
      expect(await values('credit', `SELECT count(*) FROM ${table} d FULL JOIN (SELECT * FROM crd_record WHERE kind = '${kind}') r USING (record_id) WHERE r.record_no IS NULL OR d.updated_at IS NULL`), kind).toEqual(['0'])
    }
  })

  it('are scrubbed of numbers and names on loading', async () => {
    const texts = await values(
      'credit',
      'SELECT facts_scrubbed FROM crd_admin_penalty UNION ALL SELECT obligation_scrubbed FROM crd_judgment_debtor UNION ALL SELECT content_scrubbed FROM crd_objection',
    )
    expect(texts.length).toBeGreaterThan(20)
    expect(texts.filter((text) => text === null || /310199[0-9]{8}|154[0-9]{8}/.test(text))).toEqual([])
  })
})

describe('licences and vehicles', () => {
  it('have valid identifiers and plates, never the same, and no identity number in a serial', async () => {
    const identifiers = await values('licenses', 'SELECT cert_identifier FROM lic_instance')
    expect(identifiers.length).toBeGreaterThan(500)
    for (const identifier of identifiers) {
      expect(checkLicenseIdentifier(identifier ?? '')).toBe('OK')
      expect(identifier?.split('.')[7]).toMatch(/^(19|20)[0-9]{14}$/)
    }
    const plates = await values('transport', 'SELECT plate_no FROM trf_vehicle')
    expect(plates.length).toBeGreaterThan(SIZE * 0.2)
    expect(new Set(plates).size).toBe(plates.length)
    for (const plate of plates) expect(checkPlate(plate ?? '')).toBe('OK')
  })

  it('give every driver the licence that licenses knows, valid until the same day', async () => {
    const holders = await values('licenses', `SELECT holder_pid || '/' || valid_to FROM lic_instance WHERE type_code LIKE '%001'`)
    const drivers = await values('transport', `SELECT pid || '/' || valid_to FROM trf_driver WHERE first_issued_on <= valid_to - interval '10 years'`)
    expect(drivers.length).toBeGreaterThan(300)
    expect(drivers.filter((pid) => !holders.includes(pid))).toEqual([])
  })

  it('count traffic for a day in five-minute steps, and know the metro', async () => {
    expect(await rows('transport', 'SELECT count(DISTINCT section_id) AS sections, count(*) AS flows, count(DISTINCT ts) AS steps FROM trf_flow_5min')).toEqual([{ sections: '100', flows: '28800', steps: '288' }])
    expect(await values('transport', `SELECT max(ts) < '2026-03-01T10:00:00+08:00' AND min(ts) >= '2026-02-28T10:00:00+08:00' FROM trf_flow_5min`)).toEqual(['t'])
    expect(await rows('transport', 'SELECT (SELECT count(*) FROM trf_metro_line) AS lines, (SELECT count(*) FROM trf_metro_station) AS stations, (SELECT count(*) FROM trf_line_station) AS served')).toEqual([{ lines: '14', stations: '302', served: '376' }])
  })
})
