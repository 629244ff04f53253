// The canonical scenario of DOMAIN 4.8, as the departments' databases hold it in any city.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Domain } from '../../core/domains.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { scenarioIds, scenarioOrganisations, scenarioPeople, SCRUB_SAMPLE, type ScenarioName } from '../../synthetic-city/scenario.ts'
import type { TestDatabase } from '../support/city-database.ts'
import { LINK_KEY, loadedCity } from '../support/loaded-city.ts'

const { e1, e2, e3 } = scenarioOrganisations
const pid = (name: ScenarioName): string => linkingToken(scenarioPeople[name].idNo, LINK_KEY)
let databases: Record<Domain, TestDatabase>

async function ask(domain: Domain, query: string, parameters: readonly unknown[] = []): Promise<readonly unknown[]> {
  const client = new pg.Client({ ...databases[domain].query, types: { getTypeParser: () => (value: string) => value } })
  await client.connect()
  try {
    return (await client.query({ text: query, values: [...parameters], rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

beforeAll(async () => {
  databases = await loadedCity(200)
})

afterAll(async () => {
  for (const database of Object.values(databases)) await database.drop()
})

describe('people of the scenario', () => {
  it.each([
    ['310199198503070112', '张伟', '1', '310101', '-infinity'],
    ['310199199207190245', '李娜', '2', '310115', '-infinity'],
    ['310199199011230284', '欧阳静怡', '2', '310101', '-infinity'],
    ['310199197806150465', '阿依古丽·买买提', '2', '310106', '-infinity'],
    ['310199197901300556', '司马光明', '1', '310115', '-infinity'],
    ['31019920000229031X', '陈', '1', '310110', '-infinity'],
    ['310199201605200138', '王子涵', '1', '310101', '2030-05-20'],
    ['310199201203010171', '赵一鸣', '1', '310110', '2026-03-01'],
    ['310199201203020193', '钱一鸣', '1', '310110', '2026-03-02'],
  ])('%s is %s', async (idNo, name, gender, division, minorUntil) => {
    expect(
      await ask('population', 'SELECT pid, full_name, gender_code, left(residence_division, 6), left(hukou_division, 6), minor_until FROM pop_person WHERE id_no = $1', [idNo]),
    ).toEqual([[linkingToken(idNo, LINK_KEY), name, gender, division, division, minorUntil]])
  })

  it('make 欧阳静怡 guardian of 王子涵, resident for 30 months and insured for 26', async () => {
    expect(await ask('population', 'SELECT guardian_pid FROM pop_guardianship WHERE ward_pid = $1', [pid('wangZihan')])).toEqual([[pid('ouyangJingyi')]])
    expect(await ask('population', 'SELECT division, continuous_months, status FROM pop_residence_reg WHERE pid = $1', [pid('ouyangJingyi')])).toEqual([['310101002', '30', '1']])
    expect(await ask('population', 'SELECT scheme_code, cumulative_months, status_code FROM pop_social_insurance WHERE pid = $1', [pid('ouyangJingyi')])).toEqual([['PEN', '26', '1']])
  })
})

describe('organisations of the scenario', () => {
  it('are led, held and registered as DOMAIN 4.8 says', async () => {
    expect(await ask('enterprises', 'SELECT uscc, ent_name, legal_rep_name, legal_rep_pid, division, ent_status, domicile_is_home FROM ent_base WHERE uscc = ANY($1) ORDER BY uscc', [[e1.uscc, e2.uscc, e3.uscc]])).toEqual([
      [e1.uscc, '上海示例出行科技有限公司', '张伟', pid('zhangWei'), '310101', '1', 'f'],
      [e2.uscc, '上海示例投资有限公司', '李娜', pid('liNa'), '310115', '2', 'f'],
      [e3.uscc, '示例区欧阳面馆', '欧阳静怡', pid('ouyangJingyi'), '310101', '1', 't'],
    ])
    expect(await ask('enterprises', 'SELECT holder_pid, holder_uscc, ratio FROM ent_shareholder WHERE uscc = $1 ORDER BY ratio DESC', [e1.uscc])).toEqual([
      [pid('zhangWei'), null, '0.600000'],
      [null, e2.uscc, '0.400000'],
    ])
    expect(await ask('enterprises', `SELECT changed_on, after_text FROM ent_change WHERE uscc = $1`, [e2.uscc])).toEqual([['2024-06-30', '吊销']])
    expect(await ask('enterprises', 'SELECT uscc, ent_name FROM ent_base WHERE uscc IN ($1, $2) ORDER BY uscc', ['113101990024700A8N', '123101994250100B1A'])).toEqual([
      ['113101990024700A8N', '示例市大数据中心'],
      ['123101994250100B1A', '示例公交'],
    ])
  })

  it('disclosed the finances of 2023 and not those of 2024', async () => {
    expect(await ask('enterprises', 'SELECT report_year, disclosed FROM ent_annual_report WHERE uscc = $1 ORDER BY report_year', [e1.uscc])).toEqual([['2023', 't'], ['2024', 'f']])
  })
})

describe('records of the scenario', () => {
  it('count two penalties of E1 in force on 2026-03-01 and one on the day after', async () => {
    const inForce = (day: string): Promise<readonly unknown[]> =>
      ask('credit', `SELECT record_id FROM crd_record WHERE subject_uscc = $1 AND repaired_on IS NULL AND event_ended_on + interval '5 years' >= $2::date ORDER BY decided_on DESC`, [e1.uscc, day])
    expect(await inForce('2026-03-01')).toEqual([[scenarioIds.penalty2024], [scenarioIds.penalty2021]])
    expect(await inForce('2026-03-02')).toEqual([[scenarioIds.penalty2024]])
    expect(await ask('credit', 'SELECT event_ended_on FROM crd_record WHERE subject_uscc = $1 ORDER BY 1', [e1.uscc])).toEqual([['2019-05-10'], ['2021-03-01'], ['2024-11-20']])
  })

  it('scrub the sample sentence as DOMAIN 3.1 says', async () => {
    expect(await ask('credit', 'SELECT facts, facts_scrubbed FROM crd_admin_penalty WHERE record_id = $1', [scenarioIds.penalty2024])).toEqual([
      [SCRUB_SAMPLE, '当事人张*（身份证号31**************12，电话154****1234）驾驶沪A1***5未按规定停车'],
    ])
  })

  it('have 李娜 a judgment debtor since 2025-04-10 who has not exited', async () => {
    expect(await ask('credit', 'SELECT r.record_id, d.published_on, d.exited_on, r.lifted_on FROM crd_record r JOIN crd_judgment_debtor d USING (record_id) WHERE r.subject_pid = $1', [pid('liNa')])).toEqual([
      [scenarioIds.liNaJudgment, '2025-04-10', null, null],
    ])
  })

  it('rate E1', async () => {
    expect(await ask('credit', 'SELECT grade, score FROM crd_rating WHERE subject_uscc = $1', [e1.uscc])).toEqual([['B', '86.50']])
  })

  it('let 阿依古丽 show the licence with the published identifier', async () => {
    expect(await ask('licenses', 'SELECT cert_identifier, cert_no, status_code FROM lic_instance WHERE cert_uid = $1', [scenarioIds.ayiguliDriving])).toEqual([
      ['1.2.156.3005.2.113101990024700A8N001.113101990024700A8N.2026000000000001.001.S', '310199197806150465', 'VALID'],
    ])
    expect(await ask('licenses', 'SELECT count(*) FROM lic_instance WHERE holder_pid = $1', [pid('ayiguli')])).toEqual([['3']])
  })

  it('know 张伟’s car, E1’s two, and who may drive for money', async () => {
    expect(await ask('transport', 'SELECT plate_no FROM trf_vehicle WHERE owner_pid = $1', [pid('zhangWei')])).toEqual([['沪A12345']])
    expect(await ask('transport', 'SELECT count(*) FROM trf_vehicle WHERE owner_uscc = $1', [e1.uscc])).toEqual([['2']])
    expect(await ask('transport', 'SELECT classes, first_issued_on, points, full_points_cycles FROM trf_driver WHERE pid = $1', [pid('simaGuangming')])).toEqual([['C1', '2005-05-08', '3', '0']])
    expect(await ask('transport', 'SELECT category, background_passed FROM trf_driver_qualification WHERE pid = $1 ORDER BY 1', [pid('simaGuangming')])).toEqual([['RIDE_HAILING', 't'], ['TAXI', 't']])
    expect(await ask('transport', 'SELECT full_points_cycles FROM trf_driver WHERE pid = $1', [pid('liNa')])).toEqual([['1']])
    expect(await ask('transport', 'SELECT DISTINCT operator_uscc FROM trf_metro_line')).toEqual([['123101994250100B1A']])
  })
})
