// One market entity and who stands behind it. Kind and code follow from its number alone, so that any department can name it.
// Holders' shares are whole percents that sum to 100.

import { CITY_DAY, dayNumber, dayOf } from './days.ts'
import { mobile, uscc } from './numbers.ts'
import type { Person } from './people.ts'
import { address, pointNear, type Places, type Point } from './places.ts'
import type { Random } from './random.ts'

export type Holder = { readonly percent: number } & ({ readonly person: Person } | { readonly enterprise: Enterprise })

export type Enterprise = {
  readonly index: number
  readonly uscc: string
  /** 91 company, 92 individual business, 93 cooperative. */
  readonly kind: '91' | '92' | '93'
  readonly name: string
  readonly trade: Trade
  /** 万元. */
  readonly capital: number
  readonly establishedOn: string
  readonly district: string
  readonly domicile: string
  readonly atHome: boolean
  readonly point: Point
  /** 1 存续, 2 吊销, 3 注销, 4 迁出. */
  readonly status: '1' | '2' | '3' | '4'
  readonly legalRep: Person
  readonly contactMobile: string
  readonly holders: readonly Holder[]
}

export type Trade = { readonly industry: string; readonly word: string; readonly scope: string }

const TRADES: readonly Trade[] = [
  { industry: 'I6513', word: '软件', scope: '软件开发、信息技术咨询服务' },
  { industry: 'I6550', word: '数据', scope: '数据处理和存储支持服务' },
  { industry: 'F5212', word: '超市', scope: '食品销售、日用百货销售' },
  { industry: 'F5191', word: '贸易', scope: '货物进出口、技术进出口' },
  { industry: 'H6210', word: '餐饮', scope: '餐饮服务' },
  { industry: 'G5412', word: '客运', scope: '道路旅客运输' },
  { industry: 'G5430', word: '物流', scope: '道路货物运输、仓储服务' },
  { industry: 'L7212', word: '投资', scope: '投资管理、资产管理' },
  { industry: 'M7320', word: '科技', scope: '工程和技术研究和试验发展' },
  { industry: 'E4710', word: '建筑', scope: '房屋建筑工程施工' },
  { industry: 'K7020', word: '物业', scope: '物业管理' },
  { industry: 'O8040', word: '美发', scope: '理发及美容服务' },
  { industry: 'A0141', word: '果蔬', scope: '蔬菜种植及销售' },
  { industry: 'C3661', word: '汽配', scope: '汽车零部件及配件制造' },
]
const WORDS = [...'安博昌达鼎丰冠浩恒宏华汇佳锦凯立隆鸣铭能鹏启荣瑞盛泰通祥新信兴旭亿源悦卓']

export type EnterpriseParts = { readonly random: Random; readonly adults: readonly Person[]; readonly earlier: readonly Enterprise[]; readonly places: Places }

/** The kind of the enterprise with that number: of ten, six companies, three individual businesses, one cooperative. */
function kindOfEnterprise(index: number): '91' | '92' | '93' {
  const place = index % 10
  return place < 6 ? '91' : place < 9 ? '92' : '93'
}

/** The code of the enterprise with that number. */
export function usccOfEnterprise(index: number): string {
  return uscc(kindOfEnterprise(index), index)
}

/** Makes the enterprise with that number out of people (and earlier companies) of its block. */
export function enterprise(index: number, { random, adults, earlier, places }: EnterpriseParts): Enterprise {
  const kind = kindOfEnterprise(index)
  const legalRep = random.pick(adults)
  const trade = random.pick(TRADES)
  const atHome = kind === '92' && random.chance(0.4)
  const street = random.pick(places.streets)
  const district = atHome ? legalRep.residence.division.slice(0, 6) : street.district
  const establishedOn = dayOf(dayNumber(CITY_DAY) - random.int(60, Math.min(9000, (legalRep.age - 18) * 365)))
  const draw = random.next()
  return {
    index,
    uscc: uscc(kind, index),
    kind,
    name: nameOf(random, kind, legalRep, trade),
    trade,
    capital: kind === '92' ? random.int(1, 30) : random.pick([10, 50, 100, 100, 200, 500, 1000, 3000, 5000, 20_000]),
    establishedOn,
    district,
    domicile: atHome ? legalRep.residence.address : address(random, street),
    atHome,
    point: pointNear(random, district),
    status: draw < 0.88 ? '1' : draw < 0.93 ? '2' : draw < 0.98 ? '3' : '4',
    legalRep,
    contactMobile: mobile(random),
    holders: kind === '92' ? [] : holdersOf(random, legalRep, adults, earlier),
  }
}

function nameOf(random: Random, kind: '91' | '92' | '93', legalRep: Person, trade: Trade): string {
  const word = random.pick(WORDS) + random.pick(WORDS)
  switch (kind) {
    case '91':
      return `上海示例${word}${trade.word}${random.chance(0.85) ? '有限公司' : '股份有限公司'}`
    case '92':
      return `示例区${legalRep.name.slice(0, 1)}记${word}${trade.word}店`
    case '93':
      return `上海示例${word}${trade.word}专业合作社`
  }
}

function holdersOf(random: Random, legalRep: Person, adults: readonly Person[], earlier: readonly Enterprise[]): readonly Holder[] {
  const companies = earlier.filter(({ kind }) => kind === '91')
  const others = random.int(0, 3)
  const holders: Holder[] = []
  const people = new Set([legalRep])
  let rest = 100
  for (let place = 0; place < others; place++) {
    const percent = random.int(1, Math.floor(rest / 2))
    if (companies.length > 0 && random.chance(0.2)) {
      const company = random.pick(companies)
      if (holders.some((holder) => 'enterprise' in holder && holder.enterprise === company)) continue
      holders.push({ enterprise: company, percent })
    } else {
      const other = random.pick(adults)
      if (people.has(other)) continue
      people.add(other)
      holders.push({ person: other, percent })
    }
    rest -= percent
  }
  return [{ person: legalRep, percent: rest }, ...holders]
}
