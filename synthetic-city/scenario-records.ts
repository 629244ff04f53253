// The scenario's rows in credit, licenses and transport.

import { creditCommitments, creditRatings } from '../migrations/credit/tables-standing.ts'
import { administrativePenalties, creditRecords, judgmentDebtors } from '../migrations/credit/tables.ts'
import { driverQualifications, drivers, trafficViolations, vehicles } from '../migrations/transport/tables.ts'
import { authorities, matters, type Authority } from './authorities.ts'
import { enterpriseSubject, personSubject } from './subjects.ts'
import { licenseKinds, licenseTypeRows } from './license-kinds.ts'
import { enterpriseHolder, issuer, personHolder } from './license-rows.ts'
import { random } from './random.ts'
import type { Put } from './rows.ts'
import { scenarioRowIds } from './scenario-registers.ts'
import { SCRUB_SAMPLE, scenarioIds, type Scenario } from './scenario.ts'
import { enterpriseOwner, personOwner } from './transport-rows.ts'

export function scenarioCreditRows({ people: { zhangWei, liNa }, enterprises: [e1, e2] }: Scenario, put: Put): void {
  const decided = ({ uscc, name }: Authority): { authorityUscc: string; authorityName: string } => ({ authorityUscc: uscc, authorityName: name })
  const penalty = (recordId: string, decidedOn: string, eventEndedOn: string, publishUntil: string, details: Pick<typeof administrativePenalties.$inferInsert, 'violationType' | 'facts' | 'fineAmount'>): void => {
    put(creditRecords, {
      recordId,
      recordNo: `XY-E1-${decidedOn.slice(0, 4)}`,
      kind: 'ADMIN_PENALTY',
      status: '公示中',
      title: `${e1.name}处罚决定`,
      decisionNo: `示交罚〔${decidedOn.slice(0, 4)}〕第1号`,
      ...enterpriseSubject(e1),
      matterCode: matters.roadTransport,
      ...decided(authorities.TRANS),
      decidedOn,
      eventEndedOn,
      publishUntil,
    })
    put(administrativePenalties, { recordId, legalBasis: '《道路交通安全法》第九十三条', penaltyKinds: '罚款', ownNames: [zhangWei.name], ...details })
  }
  penalty(scenarioIds.penalty2019, '2019-04-12', '2019-05-10', '2022-05-10', { violationType: '未按规定报送信息', facts: '未按规定报送运营信息。', fineAmount: '5000.00' })
  penalty(scenarioIds.penalty2021, '2021-02-01', '2021-03-01', '2026-03-01', { violationType: '车辆未年检', facts: '营运车辆未按期检验。', fineAmount: '20000.00' })
  penalty(scenarioIds.penalty2024, '2024-11-02', '2024-11-20', '2029-11-20', { violationType: '违法停车', facts: SCRUB_SAMPLE, fineAmount: '200.00' })

  put(creditRecords, {
    recordId: scenarioIds.liNaJudgment,
    recordNo: 'XY-LN-2025',
    kind: 'JUDGMENT_DEBTOR',
    status: '公示中',
    title: '李娜失信被执行人',
    decisionNo: '（2025）示0199执125号',
    ...personSubject(liNa),
    matterCode: matters.construction,
    ...decided(authorities.COURT),
    decidedOn: '2025-04-10',
  })
  put(judgmentDebtors, {
    recordId: scenarioIds.liNaJudgment,
    courtName: authorities.COURT.name,
    caseNo: '（2025）示0199执125号',
    name: liNa.name,
    gender: '2',
    age: 32,
    obligation: `李娜应支付货款80万元，身份证号${liNa.idNo}，电话15400002345。`,
    ownNames: [liNa.name],
    performance: '1',
    publishedOn: '2025-04-10',
  })

  put(creditRatings, { subjectUscc: e1.uscc, division: e1.district, score: '86.50', grade: 'B', modelVersion: 'public-2025.2', ratedOn: '2026-01-31' })
  put(creditRatings, { subjectUscc: e2.uscc, division: e2.district, score: '41.00', grade: 'D', modelVersion: 'public-2025.2', ratedOn: '2026-01-31' })
  put(creditCommitments, { commitmentId: 1, ...enterpriseSubject(e1), type: '01', matterCode: matters.roadTransport, signedOn: '2025-03-20', validTo: '2028-03-19', fulfilment: '1' })
}

export function scenarioLicenseRows({ people, enterprises: [e1, e2, e3] }: Scenario, put: Put): void {
  const { zhangWei, liNa, ayiguli, simaGuangming, wangZihan } = people
  licenseTypeRows(put)
  const chosen = random(0, 'scenario licences')
  // No luck in the scenario: chance(p) is false, so no licence is lost and no use is logged.
  const issue = issuer({ ...chosen, chance: () => false }, { itemId: scenarioRowIds(), logId: scenarioRowIds() }, put)
  const { driving, identity, disability, birth, business, food } = licenseKinds

  issue({ kind: driving, holder: personHolder(ayiguli), certNo: ayiguli.idNo, certUid: scenarioIds.ayiguliDriving, issuedOn: '2026-01-12', serial: '2026000000000001', items: driving.items(ayiguli) })
  issue({ kind: identity, holder: personHolder(ayiguli), certNo: ayiguli.idNo, certUid: scenarioIds.ayiguliIdentity, issuedOn: '2015-08-03', serial: '2015000000000002', items: identity.items(ayiguli) })
  issue({ kind: disability, holder: personHolder(ayiguli), certNo: ayiguli.idNo, certUid: scenarioIds.ayiguliDisability, issuedOn: '2015-02-10', serial: '2015000000000003', items: disability.items(ayiguli) })
  issue({ kind: identity, holder: personHolder(zhangWei), certNo: zhangWei.idNo, certUid: scenarioIds.zhangWeiIdentity, issuedOn: '2018-05-21', serial: '2018000000000004', items: identity.items(zhangWei) })
  issue({ kind: driving, holder: personHolder(simaGuangming), certNo: simaGuangming.idNo, certUid: scenarioIds.simaDriving, issuedOn: '2021-05-08', serial: '2021000000000005', items: driving.items(simaGuangming) })
  issue({ kind: driving, holder: personHolder(liNa), certNo: liNa.idNo, certUid: scenarioIds.liNaDriving, issuedOn: '2020-05-12', serial: '2020000000000006', items: driving.items(liNa) })
  issue({ kind: driving, holder: personHolder(zhangWei), certNo: zhangWei.idNo, certUid: scenarioIds.zhangWeiDriving, issuedOn: '2018-10-20', serial: '2018000000000008', items: driving.items(zhangWei) })
  issue({ kind: birth, holder: personHolder(wangZihan), certNo: 'T310001600', certUid: scenarioIds.wangZihanBirth, issuedOn: wangZihan.birth, serial: '2016000000000007', items: birth.items(wangZihan) })
  issue({ kind: business, holder: enterpriseHolder(e1), certNo: e1.uscc, certUid: scenarioIds.e1Business, issuedOn: '2022-06-15', serial: '2022000000000011', items: business.items(e1) })
  issue({ kind: business, holder: enterpriseHolder(e2), certNo: e2.uscc, certUid: scenarioIds.e2Business, issuedOn: '2016-05-18', serial: '2016000000000012', items: business.items(e2), status: 'REVOKED' })
  issue({ kind: business, holder: enterpriseHolder(e3), certNo: e3.uscc, certUid: scenarioIds.e3Business, issuedOn: '2021-09-01', serial: '2021000000000013', items: business.items(e3) })
  issue({ kind: food, holder: enterpriseHolder(e3), certNo: 'JY13101990000014', certUid: scenarioIds.e3Food, issuedOn: '2021-09-10', serial: '2021000000000014', items: food.items(e3) })
}

export function scenarioTransportRows({ people, enterprises: [e1] }: Scenario, put: Put): void {
  const { zhangWei, liNa, simaGuangming, ayiguli } = people
  const vehicle = { vehicleType: 'K33', brandModel: '示例牌SL7150轿车', plateType: '02', status: 'A', inspectionValidTo: '2026-09-30', insuranceValidTo: '2026-08-14' }
  put(vehicles, { vehicleUid: scenarioIds.zhangWeiVehicle, plateNo: '沪A12345', vin: 'LZZTEST0000001234', engineNo: 'EN00001234', useNature: 'A', registeredOn: '2019-09-12', ...vehicle, ...personOwner(zhangWei) })
  put(vehicles, { vehicleUid: scenarioIds.e1FirstVehicle, plateNo: '沪AD00001', vin: 'LZZTEST0000000101', engineNo: 'EN00000101', useNature: 'D', registeredOn: '2020-03-02', ...vehicle, plateType: '52', ...enterpriseOwner(e1) })
  put(vehicles, { vehicleUid: scenarioIds.e1SecondVehicle, plateNo: '沪AD00002', vin: 'LZZTEST0000000102', engineNo: 'EN00000102', useNature: 'D', registeredOn: '2021-04-06', ...vehicle, plateType: '52', ...enterpriseOwner(e1) })

  const driver = { status: 'A', points: 0, fullPointsCycles: 0, medicalNote: null }
  const about = ({ pid, minorUntil, residence }: typeof zhangWei): { pid: string; minorUntil: string | null; division: string } => ({ pid, minorUntil, division: residence.division.slice(0, 6) })
  put(drivers, { ...driver, ...about(simaGuangming), fileNo: '310012345678', classes: 'C1', firstIssuedOn: '2005-05-08', validTo: '2031-05-08', points: 3, cycleStart: '2025-05-08' })
  put(drivers, { ...driver, ...about(liNa), fileNo: '310000000245', classes: 'C1', firstIssuedOn: '2014-05-12', validTo: '2030-05-12', cycleStart: '2025-05-12', fullPointsCycles: 1 })
  put(drivers, { ...driver, ...about(zhangWei), fileNo: '310000000112', classes: 'C1', firstIssuedOn: '2008-10-20', validTo: '2028-10-20', cycleStart: '2025-10-20' })
  put(drivers, { ...driver, ...about(ayiguli), fileNo: '310000000465', classes: 'C1', firstIssuedOn: '2016-01-12', validTo: '2036-01-12', cycleStart: '2026-01-12', medicalNote: '右下肢辅助装置' })

  put(trafficViolations, {
    violationId: 1,
    driverPid: simaGuangming.pid,
    minorUntil: simaGuangming.minorUntil,
    vehicleUid: scenarioIds.e1FirstVehicle,
    plateNo: '沪AD00001',
    plateType: '52',
    occurredAt: new Date('2026-02-14T08:47:12+08:00'),
    place: '上海市黄浦区示例路与示例东路路口',
    lng: '121.478910',
    lat: '31.234560',
    division: '310101',
    code: '1208',
    fine: '100.00',
    points: 3,
    handled: true,
    paid: true,
    deviceNo: 'DEV1001',
  })

  const qualified = { issuedOn: '2012-07-01', validTo: '2030-06-30', employerUscc: e1.uscc, integrityGrade: 'AA', backgroundPassed: true, backgroundDetail: '无相关记录' }
  put(driverQualifications, { qualificationId: 1, ...about(simaGuangming), category: 'TAXI', ...qualified })
  put(driverQualifications, { qualificationId: 2, ...about(simaGuangming), category: 'RIDE_HAILING', ...qualified, issuedOn: '2018-01-15' })
  put(driverQualifications, { qualificationId: 3, ...about(liNa), category: 'RIDE_HAILING', ...qualified, issuedOn: '2019-03-01', validTo: '2027-02-28' })
}
