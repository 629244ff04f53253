// The scenario's rows in population and enterprises.

import { annualReports, enterpriseChanges } from '../migrations/enterprises/tables-filings.ts'
import { enterprises, keyPersons, shareholders } from '../migrations/enterprises/tables.ts'
import { residenceRegistrations, socialInsurances } from '../migrations/population/tables-status.ts'
import { people } from '../migrations/population/tables.ts'
import { authorities, metroOperator, type Authority } from './authorities.ts'
import { enterpriseRow } from './enterprise-rows.ts'
import { householdRows, personRow } from './population-rows.ts'
import type { Put } from './rows.ts'
import { scenarioOrganisations, type Scenario } from './scenario.ts'

/** Counts rows of the scenario from 1; generated rows begin far above. */
export function scenarioRowIds(): () => number {
  let next = 1
  return () => next++
}

export function scenarioPopulationRows({ people: everybody, households }: Scenario, put: Put): void {
  for (const person of Object.values(everybody)) put(people, personRow(person))
  const ids = { memberId: scenarioRowIds(), guardianshipId: scenarioRowIds() }
  for (const household of households) householdRows(household, ids, put)

  const { ouyangJingyi: guardian } = everybody
  put(residenceRegistrations, {
    regId: 1,
    pid: guardian.pid,
    minorUntil: guardian.minorUntil,
    permitNo: guardian.idNo,
    division: '310101002',
    address: guardian.residence.address,
    houseNo: '310101002000021',
    reason: '01',
    firstRegisteredOn: '2023-09-01',
    continuousMonths: 30,
    status: '1',
    validTo: '2026-08-31',
  })
  put(socialInsurances, {
    insuranceId: 1,
    pid: guardian.pid,
    minorUntil: guardian.minorUntil,
    division: '310101',
    scheme: 'PEN',
    employerUscc: scenarioOrganisations.e3.uscc,
    status: '1',
    firstPaidMonth: '202401',
    lastPaidMonth: '202602',
    cumulativeMonths: 26,
    baseAmount: '12000.00',
  })
}

export function scenarioEnterpriseRows({ people: { zhangWei, liNa, ouyangJingyi }, enterprises: made }: Scenario, put: Put): void {
  const [e1, e2, e3] = made
  for (const enterprise of made) put(enterprises, enterpriseRow(enterprise))
  for (const authority of Object.values(authorities)) put(enterprises, institutionRow(authority, '310101'))
  put(enterprises, institutionRow(metroOperator, scenarioOrganisations.publicTransport.district))

  const position = { minorUntil: '-infinity', position: '401' }
  put(keyPersons, { keyPersonId: 1, uscc: e1.uscc, division: e1.district, pid: zhangWei.pid, name: zhangWei.name, appointedOn: '2022-06-15', ...position })
  put(keyPersons, { keyPersonId: 2, uscc: e2.uscc, division: e2.district, pid: liNa.pid, name: liNa.name, appointedOn: e2.establishedOn, ...position })
  put(keyPersons, { keyPersonId: 3, uscc: e3.uscc, division: e3.district, pid: ouyangJingyi.pid, name: ouyangJingyi.name, appointedOn: e3.establishedOn, ...position })

  const shares = { minorUntil: '-infinity', paidOn: '2018-04-02' }
  put(shareholders, { shareholderId: 1, uscc: e1.uscc, division: e1.district, holderKind: '1', holderPid: zhangWei.pid, holderName: zhangWei.name, subscribedAmount: '600.0000', paidAmount: '600.0000', ratio: '0.600000', ...shares })
  put(shareholders, { shareholderId: 2, uscc: e1.uscc, division: e1.district, holderKind: '2', holderUscc: e2.uscc, holderName: e2.name, subscribedAmount: '400.0000', paidAmount: '200.0000', ratio: '0.400000', ...shares })
  put(shareholders, { shareholderId: 3, uscc: e2.uscc, division: e2.district, holderKind: '1', holderPid: liNa.pid, holderName: liNa.name, subscribedAmount: '5000.0000', paidAmount: '1000.0000', ratio: '1.000000', ...shares, paidOn: '2016-06-01' })

  put(enterpriseChanges, {
    changeId: 1,
    uscc: e1.uscc,
    division: e1.district,
    item: '0101',
    before: `法定代表人：${liNa.name}，身份证号${liNa.idNo}`,
    after: `法定代表人：${zhangWei.name}，联系电话15400001234`,
    ownNames: [liNa.name, zhangWei.name],
    changedOn: '2022-06-15',
  })
  put(enterpriseChanges, { changeId: 2, uscc: e2.uscc, division: e2.district, item: '0901', before: '存续', after: '吊销', ownNames: [], changedOn: '2024-06-30' })
  reportRows(e1.uscc, put)
}

/** E1 disclosed its finances for 2023 and kept those for 2024 to itself. */
function reportRows(uscc: string, put: Put): void {
  const common = { uscc, division: '310101', postalAddress: '上海市黄浦区示例路200号3层', phone: '021-02345678', email: 'contact@example.com' }
  put(annualReports, { ...common, reportId: 1, year: '2023', disclosed: true, employeeCount: 42, totalAssets: '15200000.00', totalRevenue: '8765432.10', netProfit: '432100.00', totalTax: '98765.00' })
  put(annualReports, { ...common, reportId: 2, year: '2024', disclosed: false, employeeCount: 48, totalAssets: '18900000.00', totalRevenue: '12345678.90', netProfit: '-250000.00', totalTax: '120500.00' })
}

function institutionRow({ uscc, name, registered }: Authority, division: string): typeof enterprises.$inferInsert {
  return {
    uscc,
    name,
    type: uscc.startsWith('11') ? '3100' : '3200',
    industry: uscc.startsWith('11') ? 'S9224' : 'G5412',
    registeredCapital: '0.0000',
    currency: 'CNY',
    establishedOn: registered,
    domicile: '上海市黄浦区示例路1号',
    domicileIsHome: false,
    lng: '121.473701',
    lat: '31.230402',
    division,
    businessScope: null,
    registrationAuthority: '示例市机构编制委员会',
    status: '1',
    legalRepName: null,
  }
}
