// Rows of DOMAIN 4.8 (synthetic persons) that tests of resolvers load.

import { annualReports, enterpriseChanges } from '../../migrations/enterprises/tables-filings.ts'
import { enterprises, keyPersons, shareholders } from '../../migrations/enterprises/tables.ts'
import { guardianships, residenceRegistrations, socialInsurances } from '../../migrations/population/tables-status.ts'
import { householdMembers, households, people, pidAliases } from '../../migrations/population/tables.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import type { Rows } from './resolver-city.ts'

const LINK_KEY = 'test-link-key-v1'

/** Identity numbers of the scenario by a short name. */
export const idNumbers = {
  zhangWei: '310199198503070112',
  liNa: '310199199207190245',
  ouyang: '310199199011230284',
  ayiguli: '310199197806150465',
  sima: '310199197901300556',
  chen: '31019920000229031X',
  wang: '310199201605200138',
  zhao: '310199201203010171',
  qian: '310199201203020193',
} as const

export type ScenarioPerson = keyof typeof idNumbers

export function pidOf(person: ScenarioPerson): string {
  return linkingToken(idNumbers[person], LINK_KEY)
}

/** A token that was replaced by 张伟's. */
export const OUTDATED_PID = '00000000-0000-4000-8000-000000000001'

export const E1 = '91310199MA1K0T2A0A'
export const E2 = '91310199MA1K0T3B5G'
export const E3 = '92310199MA1K0T4CXE'

function person(name: ScenarioPerson, fullName: string, birthDate: string, minorUntil: string, division: string): Record<string, unknown> {
  const idNo = idNumbers[name]
  return {
    pid: pidOf(name), idType: '111', idNo, name: fullName, gender: Number(idNo[16]) % 2 === 1 ? '1' : '2', ethnicity: '01', birthDate, minorUntil,
    under18Until: minorUntil === '-infinity' ? '-infinity' : `${Number(birthDate.slice(0, 4)) + 18}${birthDate.slice(4)}`,
    hukouDivision: division, hukouAddress: `上海市示例路${name.length}号`, residenceDivision: division, residenceAddress: '上海市示例路100弄5号602室',
    mobile: '15400001234', photo: 'photo/1', vitalStatus: '1', maritalStatus: '10', education: '20',
  }
}

export const populationRows: Rows = [
  [people, [
    { ...person('zhangWei', '张伟', '1985-03-07', '-infinity', '310101002'), formerName: '张小伟' },
    person('liNa', '李娜', '1992-07-19', '-infinity', '310115005'),
    person('ouyang', '欧阳静怡', '1990-11-23', '-infinity', '310101002'),
    person('ayiguli', '阿依古丽·买买提', '1978-06-15', '-infinity', '310106006'),
    person('sima', '司马光明', '1979-01-30', '-infinity', '310115005'),
    person('chen', '陈', '2000-02-29', '-infinity', '310110001'),
    person('wang', '王子涵', '2016-05-20', '2030-05-20', '310101002'),
    person('zhao', '赵一鸣', '2012-03-01', '2026-03-01', '310110001'),
    person('qian', '钱一鸣', '2012-03-02', '2026-03-02', '310110001'),
    { ...person('zhangWei', '已删除', '1985-03-07', '-infinity', '310101002'), pid: '00000000-0000-4000-8000-00000000dead', idNo: '310199198503070999', isDeleted: true },
  ]],
  [pidAliases, [{ oldPid: OUTDATED_PID, newPid: pidOf('zhangWei'), since: '2020-01-01' }]],
  [households, [{ householdNo: 'H310101000001', householdType: '1', headPid: pidOf('ouyang'), division: '310101002', address: '上海市示例路1号', memberCount: 2 }]],
  [householdMembers, [
    { memberId: 1, householdNo: 'H310101000001', pid: pidOf('ouyang'), minorUntil: '-infinity', relation: '01', joinedOn: '2012-01-01' },
    { memberId: 2, householdNo: 'H310101000001', pid: pidOf('wang'), minorUntil: '2030-05-20', relation: '20', joinedOn: '2016-05-20' },
  ]],
  [residenceRegistrations, [
    { regId: 1, pid: pidOf('ouyang'), minorUntil: '-infinity', permitNo: idNumbers.ouyang, division: '310101002', address: '上海市示例路1号', reason: '01', firstRegisteredOn: '2023-09-01', continuousMonths: 30, status: '1', validTo: '2026-09-01' },
    { regId: 2, pid: pidOf('ouyang'), minorUntil: '-infinity', permitNo: idNumbers.ouyang, division: '310115005', address: '上海市示例路2号', reason: '01', firstRegisteredOn: '2020-09-01', continuousMonths: 12, status: '2' },
  ]],
  [guardianships, [{ guardianshipId: 1, wardPid: pidOf('wang'), guardianPid: pidOf('ouyang'), minorUntil: '2030-05-20', relation: '51', since: '2016-05-20', until: '2034-05-20', basis: '民法典第二十七条' }]],
  [socialInsurances, [{ insuranceId: 1, pid: pidOf('ouyang'), minorUntil: '-infinity', division: '310101', scheme: 'PEN', employerUscc: E3, status: '1', firstPaidMonth: '202401', lastPaidMonth: '202602', cumulativeMonths: 26, baseAmount: '7384.00' }]],
]

function enterprise(uscc: string, name: string, more: Record<string, unknown>): Record<string, unknown> {
  return {
    uscc, name, type: '1151', industry: 'I6513', registeredCapital: '500.0000', currency: 'CNY', establishedOn: '2015-06-01', domicile: '上海市黄浦区示例路88号',
    domicileIsHome: false, lng: '121.478910', lat: '31.234560', division: '310101', businessScope: '示例', registrationAuthority: '示例市市场监督管理局', status: '1', ...more,
  }
}

export const enterpriseRows: Rows = [
  [enterprises, [
    enterprise(E1, '上海示例出行科技有限公司', { legalRepName: '张伟', legalRepPid: pidOf('zhangWei'), legalRepMinorUntil: '-infinity', contactMobile: '15400001234' }),
    enterprise(E2, '上海示例投资有限公司', { legalRepName: '李娜', legalRepPid: pidOf('liNa'), status: '2', division: '310115', registeredCapital: '10000.0000', operatesFrom: '2016-01-01' }),
    enterprise(E3, '示例区欧阳面馆', { legalRepName: '欧阳静怡', legalRepPid: pidOf('ouyang'), domicileIsHome: true, registeredCapital: '1.5000', regNo: '310101600000001' }),
  ]],
  [keyPersons, [
    { keyPersonId: 1, uscc: E1, division: '310101', pid: pidOf('zhangWei'), minorUntil: '-infinity', name: '张伟', position: '01', appointedOn: '2015-06-01' },
    { keyPersonId: 2, uscc: E2, division: '310115', pid: pidOf('zhangWei'), minorUntil: '-infinity', name: '张伟', position: '02', appointedOn: '2018-06-01' },
    { keyPersonId: 3, uscc: E2, division: '310115', pid: pidOf('liNa'), minorUntil: '-infinity', name: '李娜', position: '01', appointedOn: '2016-01-01' },
  ]],
  [shareholders, [
    { shareholderId: 1, uscc: E1, division: '310101', holderKind: '1', holderPid: pidOf('zhangWei'), minorUntil: '-infinity', holderName: '张伟', subscribedAmount: '300.0000', paidAmount: '300.0000', paidOn: '2015-07-01', ratio: '0.600000' },
    { shareholderId: 2, uscc: E1, division: '310101', holderKind: '2', holderUscc: E2, minorUntil: '-infinity', holderName: '上海示例投资有限公司', subscribedAmount: '200.0000', paidAmount: '0.0000', ratio: '0.400000' },
  ]],
  [enterpriseChanges, [
    { changeId: 1, uscc: E1, division: '310101', item: '0201', before: '法定代表人：李娜', after: '法定代表人：张伟（310199198503070112）', ownNames: ['张伟', '李娜'], changedOn: '2018-01-02' },
    { changeId: 2, uscc: E1, division: '310101', item: '0101', before: '旧名', after: '新名', changedOn: '2020-01-02' },
  ]],
  [annualReports, [
    { reportId: 1, uscc: E1, division: '310101', year: '2023', disclosed: true, totalRevenue: '12345678.90', employeeCount: 12, phone: '021-02345678', email: 'office@example.com' },
    { reportId: 2, uscc: E1, division: '310101', year: '2024', disclosed: false, totalRevenue: '22345678.90', employeeCount: 15 },
  ]],
]
