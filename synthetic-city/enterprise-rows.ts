// What the enterprises database holds about a block (and, with `enterpriseRow`, about the scenario).

import { annualReports, enterpriseChanges } from '../migrations/enterprises/tables-filings.ts'
import { enterprises, keyPersons, shareholders } from '../migrations/enterprises/tables.ts'
import { authorities } from './authorities.ts'
import type { Block } from './city.ts'
import { addDays, CITY_DAY, dayNumber, dayOf } from './days.ts'
import type { Enterprise } from './enterprises.ts'
import { landline, mobile } from './numbers.ts'
import type { Random } from './random.ts'
import type { Put } from './rows.ts'

/** All rows of a block. */
export function enterpriseRows(block: Block, put: Put): void {
  const random = block.stream('enterprise rows')
  const [keyPersonId, shareholderId, changeId, reportId] = [block.rowIds(), block.rowIds(), block.rowIds(), block.rowIds()]
  for (const enterprise of block.enterprises) {
    put(enterprises, enterpriseRow(enterprise))
    if (enterprise.kind !== '92') keyPersonRows(random, enterprise, block, keyPersonId, put)
    shareholderRows(random, enterprise, shareholderId, put)
    changeRows(random, enterprise, block, changeId, put)
    reportRows(random, enterprise, reportId, put)
  }
}

/** The row of an enterprise in ent_base. */
export function enterpriseRow(enterprise: Enterprise): typeof enterprises.$inferInsert {
  const { uscc, name, kind, trade, establishedOn, district, legalRep } = enterprise
  return {
    uscc,
    regNo: kind === '92' ? null : `310199${uscc.slice(10, 16)}`,
    name,
    type: kind === '91' ? '1130' : kind === '92' ? '9500' : '9100',
    industry: trade.industry,
    registeredCapital: `${enterprise.capital}.0000`,
    currency: 'CNY',
    establishedOn,
    operatesFrom: establishedOn,
    operatesTo: uscc.charCodeAt(15) % 3 === 0 ? addDays(establishedOn, 365 * 30) : null,
    domicile: enterprise.domicile,
    domicileIsHome: enterprise.atHome,
    ...enterprise.point,
    division: district,
    businessScope: trade.scope,
    registrationAuthority: authorities.AMR.name,
    status: enterprise.status,
    legalRepName: legalRep.name,
    legalRepPid: legalRep.pid,
    legalRepMinorUntil: legalRep.minorUntil,
    contactMobile: enterprise.contactMobile,
  }
}

/** 董监高: the legal representative as executive director, a supervisor, a manager. Codes are of our own table. */
function keyPersonRows(random: Random, { uscc, district, legalRep, establishedOn }: Enterprise, { people }: Block, id: () => number, put: Put): void {
  const adults = people.filter(({ age, vital }) => age >= 22 && age < 76 && vital === '1')
  const held = [{ person: legalRep, position: '401' }]
  for (const position of ['408', '436']) {
    const person = random.pick(adults)
    if (random.chance(0.75) && held.every((other) => other.person !== person)) held.push({ person, position })
  }
  for (const { person, position } of held) {
    const { pid, minorUntil, name } = person
    put(keyPersons, { keyPersonId: id(), uscc, division: district, pid, minorUntil, name, position, appointedOn: establishedOn })
  }
}

function shareholderRows(random: Random, { uscc, district, capital, holders, establishedOn }: Enterprise, id: () => number, put: Put): void {
  for (const holder of holders) {
    const subscribed = (capital * holder.percent) / 100
    const paid = random.chance(0.6) ? subscribed : subscribed / 2
    put(shareholders, {
      shareholderId: id(),
      uscc,
      division: district,
      ...('person' in holder
        ? { holderKind: '1', holderPid: holder.person.pid, holderName: holder.person.name, minorUntil: holder.person.minorUntil }
        : { holderKind: '2', holderUscc: holder.enterprise.uscc, holderName: holder.enterprise.name, minorUntil: '-infinity' }),
      subscribedAmount: subscribed.toFixed(4),
      paidAmount: paid.toFixed(4),
      paidOn: addDays(establishedOn, random.int(0, 55)),
      ratio: (holder.percent / 100).toFixed(6),
    })
  }
}

function changeRows(random: Random, enterprise: Enterprise, { people }: Block, id: () => number, put: Put): void {
  const { uscc, district: division, establishedOn, legalRep, capital, domicile } = enterprise
  const changedOn = (): string => dayOf(random.int(dayNumber(establishedOn), dayNumber(CITY_DAY)))
  if (random.chance(0.3)) {
    const former = random.pick(people)
    put(enterpriseChanges, {
      changeId: id(),
      uscc,
      division,
      item: '0101',
      before: `法定代表人：${former.name}，身份证号${former.idNo}`,
      after: `法定代表人：${legalRep.name}，联系电话${legalRep.mobile ?? mobile(random)}`,
      ownNames: [former.name, legalRep.name],
      changedOn: changedOn(),
    })
  }
  if (random.chance(0.3)) {
    const before = `注册资本：${Math.max(1, Math.floor(capital / 2))}万元`
    put(enterpriseChanges, { changeId: id(), uscc, division, item: '0203', before, after: `注册资本：${capital}万元`, ownNames: [], changedOn: changedOn() })
  }
  if (enterprise.status !== '1') {
    const after = { '2': '吊销', '3': '注销', '4': '迁出' }[enterprise.status]
    const day = dayOf(random.int(dayNumber(establishedOn), dayNumber(CITY_DAY)))
    put(enterpriseChanges, { changeId: id(), uscc, division, item: '0901', before: `存续（住所${domicile}）`, after, ownNames: [], changedOn: day })
  }
}

/** One report for each full year since 2021, at most; a third of them disclose their finances. */
function reportRows(random: Random, enterprise: Enterprise, id: () => number, put: Put): void {
  const first = Math.max(2021, Number(enterprise.establishedOn.slice(0, 4)) + 1)
  for (let year = first; year <= 2024; year++) {
    const revenue = Math.round(enterprise.capital * 10_000 * (0.2 + 3 * random.next()))
    const profit = Math.round(revenue * (random.next() * 0.3 - 0.08))
    put(annualReports, {
      reportId: id(),
      uscc: enterprise.uscc,
      division: enterprise.district,
      year: String(year),
      disclosed: random.chance(0.33),
      postalAddress: enterprise.domicile,
      phone: landline(random),
      email: `contact.${enterprise.index}@example.com`,
      employeeCount: random.int(1, enterprise.kind === '92' ? 6 : 300),
      totalAssets: `${revenue * random.int(1, 4)}.00`,
      totalRevenue: `${revenue}.00`,
      netProfit: `${profit}.00`,
      totalTax: `${Math.max(0, Math.round(profit * 0.2))}.00`,
    })
  }
}
