// What the credit database holds about a block: records on both sides of every legal edge (five years, repaired, lifted, disputed),
// commitments and ratings.

import { creditCommitments, creditObjections, creditRatings } from '../migrations/credit/tables-standing.ts'
import { creditRecords } from '../migrations/credit/tables.ts'
import { matterCodes } from './authorities.ts'
import type { Block } from './city.ts'
import { detailRow, penaltyAuthority, type RecordKind } from './credit-details.ts'
import { addDays, addYears, CITY_DAY } from './days.ts'
import type { Enterprise } from './enterprises.ts'
import type { Person } from './people.ts'
import type { Random } from './random.ts'
import type { Put } from './rows.ts'
import { enterpriseSubject, personSubject, type Subject } from './subjects.ts'

/** All rows of a block. */
export function creditRows(block: Block, put: Put): void {
  const random = block.stream('credit')
  const [recordNumber, objectionId, commitmentId] = [block.rowIds(), block.rowIds(), block.rowIds()]
  const parts = { random, recordNumber, objectionId, put }
  for (const enterprise of block.enterprises) {
    const subject = enterpriseSubject(enterprise)
    const count = random.chance(0.35) ? random.int(1, 4) : 0
    for (let record = 0; record < count; record++) creditRecord(subject, enterprise.legalRep, parts)
    if (random.chance(0.25)) commitmentRow(random, subject, commitmentId(), put)
    if (enterprise.kind !== '92') ratingRow(random, enterprise, put)
  }
  for (const person of block.people) {
    if (person.age >= 18 && random.chance(0.015)) creditRecord(personSubject(person), person, parts)
    if (person.age >= 18 && random.chance(0.004)) commitmentRow(random, personSubject(person), commitmentId(), put)
  }
}

type RecordParts = { readonly random: Random; readonly recordNumber: () => number; readonly objectionId: () => number; readonly put: Put }

/** One record with its details; `person` is the subject or who acted for it. */
function creditRecord(subject: Subject, person: Person, { random, recordNumber, objectionId, put }: RecordParts): void {
  const kind = kindOfRecord(random)
  const recordId = random.uuid()
  const number = recordNumber()
  const { decidedOn, eventEndedOn } = timesOf(random)
  const gone = random.next()
  const listing = kind === 'SERIOUS_LIST' || kind === 'JUDGMENT_DEBTOR'
  const liftedOn = listing && gone < 0.2 ? addDays(decidedOn, 200) : null
  const repairedOn = kind === 'ADMIN_PENALTY' && gone < 0.15 ? addDays(decidedOn, 120) : null
  const disputed = kind === 'ADMIN_PENALTY' && random.chance(0.08)
  const authority = penaltyAuthority(kind, random)
  put(creditRecords, {
    recordId,
    recordNo: `XY${number}`,
    kind,
    status: repairedOn !== null ? '已修复' : gone > 0.97 ? '已撤销' : '公示中',
    title: `${subject.subjectName}${TITLES[kind]}`,
    decisionNo: `示例${TITLES[kind].slice(0, 2)}〔${decidedOn.slice(0, 4)}〕第${number % 100_000}号`,
    ...subject,
    matterCode: random.pick(matterCodes),
    authorityUscc: authority.uscc,
    authorityName: authority.name,
    decidedOn,
    eventEndedOn: listing ? liftedOn : eventEndedOn,
    publishUntil: addYears(decidedOn, 5),
    repairedOn,
    liftedOn,
    disputed,
    isDeleted: random.chance(0.01),
  })
  detailRow(kind, { recordId, number, decidedOn, liftedOn, subject, person }, random, put)
  if (disputed) {
    put(creditObjections, {
      objectionId: objectionId(),
      recordId,
      ...subject,
      content: `${person.name}（电话${person.mobile ?? '无'}）认为记录与事实不符，请求更正。`,
      ownNames: [person.name],
      receivedOn: addDays(CITY_DAY, -random.int(1, 20)),
      decidedOn: null,
      result: null,
    })
  }
}

const TITLES: Readonly<Record<RecordKind, string>> = {
  ADMIN_PENALTY: '处罚决定',
  ADMIN_LICENSING: '许可决定',
  SERIOUS_LIST: '列严重失信名单',
  JUDGMENT_DEBTOR: '执行失信被执行人',
}

function kindOfRecord(random: Random): RecordKind {
  const draw = random.next()
  if (draw < 0.5) return 'ADMIN_PENALTY'
  if (draw < 0.8) return 'ADMIN_LICENSING'
  return draw < 0.88 ? 'SERIOUS_LIST' : 'JUDGMENT_DEBTOR'
}

/** Days for which five years end before, on and after the city's day; most lie anywhere in eight years. */
const EDGE_ENDS = ['2021-02-28', '2021-03-01', '2021-03-02'] as const

function timesOf(random: Random): { decidedOn: string; eventEndedOn: string } {
  if (random.chance(0.06)) {
    const eventEndedOn = random.pick(EDGE_ENDS)
    return { decidedOn: addDays(eventEndedOn, -30), eventEndedOn }
  }
  const decidedOn = addDays(CITY_DAY, -random.int(40, 2900))
  return { decidedOn, eventEndedOn: addDays(decidedOn, random.int(0, 30)) }
}

function commitmentRow(random: Random, subject: Subject, commitmentId: number, put: Put): void {
  const signedOn = addDays(CITY_DAY, -random.int(30, 900))
  const broken = random.chance(0.06)
  put(creditCommitments, {
    commitmentId,
    ...subject,
    type: random.pick(['01', '02', '03', '04']),
    matterCode: random.pick(matterCodes),
    signedOn,
    validTo: addYears(signedOn, 3),
    fulfilment: broken ? '3' : random.pick(['1', '2']),
    breachOn: broken ? addDays(signedOn, 20) : null,
  })
}

function ratingRow(random: Random, { uscc, district }: Enterprise, put: Put): void {
  const score = 100 - 70 * random.next() ** 2
  put(creditRatings, {
    subjectUscc: uscc,
    division: district,
    score: score.toFixed(2),
    grade: score >= 90 ? 'A' : score >= 80 ? 'B' : score >= 60 ? 'C' : 'D',
    modelVersion: 'public-2025.2',
    ratedOn: '2026-01-31',
  })
}
