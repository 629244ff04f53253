// The details of one credit record by its kind. Free text names people and numbers on purpose: scrubbing must find them.

import { administrativeLicensings, administrativePenalties, judgmentDebtors, seriousListings } from '../migrations/credit/tables.ts'
import { authorities, type Authority } from './authorities.ts'
import type { Subject } from './subjects.ts'
import { addYears } from './days.ts'
import type { Person } from './people.ts'
import type { Random } from './random.ts'
import type { Put } from './rows.ts'

export type RecordKind = 'ADMIN_LICENSING' | 'ADMIN_PENALTY' | 'SERIOUS_LIST' | 'JUDGMENT_DEBTOR'

export type RecordFacts = {
  readonly recordId: string
  readonly number: number
  readonly decidedOn: string
  readonly liftedOn: string | null
  readonly subject: Subject
  /** The subject, or who acted for it. */
  readonly person: Person
}

/** Who decides on records of a kind. */
export function penaltyAuthority(kind: RecordKind, random: Random): Authority {
  if (kind === 'JUDGMENT_DEBTOR') return authorities.COURT
  return random.pick([authorities.AMR, authorities.TRANS, authorities.TAX])
}

const VIOLATIONS = [
  { type: '未按规定公示信息', fact: '未在规定期限内公示年度报告', law: '企业信息公示暂行条例', kinds: '警告' },
  { type: '违法停车', fact: '驾驶车辆未按规定停车', law: '道路交通安全法', kinds: '罚款' },
  { type: '虚假宣传', fact: '对商品作虚假的商业宣传', law: '反不正当竞争法', kinds: '罚款' },
  { type: '无证经营', fact: '未取得许可从事经营活动', law: '行政许可法', kinds: '罚款、没收' },
] as const
const PERMITS = ['道路货物运输经营许可', '食品经营许可', '公共场所卫生许可', '建筑施工许可'] as const

/** Puts the row of details that belongs to a record. */
export function detailRow(kind: RecordKind, { recordId, number, decidedOn, liftedOn, subject, person }: RecordFacts, random: Random, put: Put): void {
  const ownNames = subject.subjectKind === '1' ? [person.name] : [person.name, subject.subjectName]
  switch (kind) {
    case 'ADMIN_PENALTY': {
      const { type, fact, law, kinds } = random.pick(VIOLATIONS)
      put(administrativePenalties, {
        recordId,
        violationType: type,
        facts: `当事人${person.name}（身份证号${person.idNo}，电话${person.mobile ?? '无'}）${fact}。`,
        ownNames: [person.name],
        legalBasis: `《${law}》`,
        penaltyKinds: kinds,
        fineAmount: kinds === '警告' ? null : `${random.pick([200, 2000, 20_000, 120_000, 600_000])}.00`,
      })
      return
    }
    case 'ADMIN_LICENSING':
      put(administrativeLicensings, { recordId, matterName: random.pick(PERMITS), validFrom: decidedOn, validTo: addYears(decidedOn, 5) })
      return
    case 'SERIOUS_LIST':
      put(seriousListings, {
        recordId,
        listCode: random.pick(['A01', 'B02', 'C07']),
        listedOn: decidedOn,
        reason: `${subject.subjectName}逾期不履行行政处罚决定，负责人${person.name}。`,
        ownNames,
        removedOn: liftedOn,
      })
      return
    case 'JUDGMENT_DEBTOR':
      put(judgmentDebtors, {
        recordId,
        courtName: authorities.COURT.name,
        caseNo: `（${decidedOn.slice(0, 4)}）示0199执${number % 100_000}号`,
        name: subject.subjectName,
        gender: subject.subjectKind === '1' ? (person.male ? '1' : '2') : null,
        age: subject.subjectKind === '1' ? person.age : null,
        obligation: `${subject.subjectName}应支付货款${random.int(1, 90)}万元，联系人${person.name}，身份证号${person.idNo}。`,
        ownNames,
        performance: random.pick(['1', '2']),
        publishedOn: decidedOn,
        exitedOn: liftedOn,
      })
      return
  }
}
