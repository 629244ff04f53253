// The canonical scenario of DOMAIN 4.8: the same people, organisations and ids in every city whatever its size and seed. Golden
// tests read their names and numbers here. Only linking tokens depend on the link key.

import { ageOn, CITY_DAY, completesYears } from './days.ts'
import { authorities, metroOperator } from './authorities.ts'
import type { Enterprise } from './enterprises.ts'
import type { Household } from './households.ts'
import { linkingToken } from './linking-token.ts'
import { residentId } from './numbers.ts'
import type { Person } from './people.ts'

type Facts = { readonly idNo: string; readonly name: string; readonly male: boolean; readonly division: string; readonly address: string; readonly mobile: string | null; readonly marital: string; readonly ethnicity?: string }

const fact = (idNo: string, name: string, male: boolean, division: string, address: string, mobile: string | null, marital = '10'): Facts => ({ idNo, name, male, division, address, mobile, marital })

/** Whom DOMAIN 4.8 names, and a parent each for two of the children. */
export const scenarioPeople = {
  zhangWei: fact('310199198503070112', '张伟', true, '310101002', '上海市黄浦区示例路100弄5号602室', '15400001234'),
  liNa: fact('310199199207190245', '李娜', false, '310115005', '上海市浦东新区示例路8号1101室', '15400002345'),
  ouyangJingyi: fact('310199199011230284', '欧阳静怡', false, '310101002', '上海市黄浦区示例路21弄3号101室', '15400003456', '40'),
  ayiguli: { ...fact('310199197806150465', '阿依古丽·买买提', false, '310106012', '上海市静安区示例路66弄2号303室', '15400004567'), ethnicity: '05' },
  simaGuangming: fact('310199197901300556', '司马光明', true, '310115005', '上海市浦东新区示例路30弄7号502室', '15400005678'),
  chen: fact('31019920000229031X', '陈', true, '310110001', '上海市杨浦区示例路12弄1号201室', '15400006789'),
  wangZihan: fact('310199201605200138', '王子涵', true, '310101002', '上海市黄浦区示例路21弄3号101室', null),
  zhaoYiming: fact('310199201203010171', '赵一鸣', true, '310110001', '上海市杨浦区示例路40弄6号402室', '15400007890'),
  qianYiming: fact('310199201203020193', '钱一鸣', true, '310110001', '上海市杨浦区示例路41弄9号304室', null),
  zhaoGuoping: fact(residentId('1984-06-18', 35), '赵国平', true, '310110001', '上海市杨浦区示例路40弄6号402室', '15400008901', '20'),
  qianWenhua: fact(residentId('1986-09-09', 42), '钱文华', false, '310110001', '上海市杨浦区示例路41弄9号304室', '15400009012', '40'),
} as const satisfies Readonly<Record<string, Facts>>

export type ScenarioName = keyof typeof scenarioPeople

/** Identity numbers of the demonstration callers who are subjects (DESIGN 5.3), by the caller's name. */
export const demonstrationIdNumbers = { 'zhang-wei': scenarioPeople.zhangWei.idNo, ayiguli: scenarioPeople.ayiguli.idNo } as const

/** How many of a city's people are the scenario's. */
export const SCENARIO_SIZE = 11

/** Organisations of the scenario; E1, E2, E3 as DOMAIN 4.8 calls them. */
export const scenarioOrganisations = {
  e1: { uscc: '91310199MA1K0T2A0A', name: '上海示例出行科技有限公司', district: '310101' },
  e2: { uscc: '91310199MA1K0T3B5G', name: '上海示例投资有限公司', district: '310115' },
  e3: { uscc: '92310199MA1K0T4CXE', name: '示例区欧阳面馆', district: '310101' },
  bigDataCentre: { uscc: authorities.BDC.uscc, name: authorities.BDC.name, district: '310101' },
  publicTransport: { uscc: metroOperator.uscc, name: metroOperator.name, district: '310106' },
} as const

/** Keys that rows of the scenario have; public ids are made from them. */
export const scenarioIds = {
  penalty2019: '5c0e0000-0000-4000-8000-000000000019',
  penalty2021: '5c0e0000-0000-4000-8000-000000000021',
  penalty2024: '5c0e0000-0000-4000-8000-000000000024',
  liNaJudgment: '5c0e0000-0000-4000-8000-000000000125',
  zhangWeiVehicle: '5c0e0000-0000-4000-8000-000000000201',
  e1FirstVehicle: '5c0e0000-0000-4000-8000-000000000202',
  e1SecondVehicle: '5c0e0000-0000-4000-8000-000000000203',
  ayiguliDriving: '5c0e0000-0000-4000-8000-000000000301',
  ayiguliIdentity: '5c0e0000-0000-4000-8000-000000000302',
  ayiguliDisability: '5c0e0000-0000-4000-8000-000000000303',
  zhangWeiIdentity: '5c0e0000-0000-4000-8000-000000000304',
  simaDriving: '5c0e0000-0000-4000-8000-000000000305',
  liNaDriving: '5c0e0000-0000-4000-8000-000000000306',
  wangZihanBirth: '5c0e0000-0000-4000-8000-000000000307',
  zhangWeiDriving: '5c0e0000-0000-4000-8000-000000000308',
  e1Business: '5c0e0000-0000-4000-8000-000000000311',
  e2Business: '5c0e0000-0000-4000-8000-000000000312',
  e3Business: '5c0e0000-0000-4000-8000-000000000313',
  e3Food: '5c0e0000-0000-4000-8000-000000000314',
} as const

/** The sentence of DOMAIN 3.1 (TEXT_SCRUB): the facts of E1's penalty of 2024-11-02. */
export const SCRUB_SAMPLE = '当事人张伟（身份证号310199198503070112，电话15400001234）驾驶沪A·12345未按规定停车'

export type Scenario = {
  readonly people: Readonly<Record<ScenarioName, Person>>
  readonly households: readonly Household[]
  readonly enterprises: readonly [e1: Enterprise, e2: Enterprise, e3: Enterprise]
}

/** The scenario under a link key. */
export function scenario(linkKey: string | Uint8Array): Scenario {
  const made = (facts: Facts): Person => scenarioPerson(facts, linkKey)
  const people = {
    zhangWei: made(scenarioPeople.zhangWei),
    liNa: made(scenarioPeople.liNa),
    ouyangJingyi: made(scenarioPeople.ouyangJingyi),
    ayiguli: made(scenarioPeople.ayiguli),
    simaGuangming: made(scenarioPeople.simaGuangming),
    chen: made(scenarioPeople.chen),
    wangZihan: made(scenarioPeople.wangZihan),
    zhaoYiming: made(scenarioPeople.zhaoYiming),
    qianYiming: made(scenarioPeople.qianYiming),
    zhaoGuoping: made(scenarioPeople.zhaoGuoping),
    qianWenhua: made(scenarioPeople.qianWenhua),
  }
  return { people, households: householdsOf(people), enterprises: enterprisesOf(people) }
}

function scenarioPerson({ idNo, name, male, division, address, mobile, marital, ethnicity = '01' }: Facts, linkKey: string | Uint8Array): Person {
  const birth = `${idNo.slice(6, 10)}-${idNo.slice(10, 12)}-${idNo.slice(12, 14)}`
  const age = ageOn(birth, CITY_DAY)
  const dwelling = { division, address }
  return {
    pid: linkingToken(idNo, linkKey),
    idNo,
    name,
    formerName: null,
    male,
    birth,
    age,
    minorUntil: completesYears(birth, 14),
    under18Until: completesYears(birth, 18),
    ethnicity,
    marital,
    education: age > 18 ? '20' : '80',
    mobile,
    residence: dwelling,
    hukou: dwelling,
    vital: '1',
    death: null,
  }
}

function householdsOf(people: Scenario['people']): readonly Household[] {
  const alone = [people.zhangWei, people.liNa, people.ayiguli, people.simaGuangming, people.chen]
  const families = [
    [people.ouyangJingyi, people.wangZihan, '52'],
    [people.zhaoGuoping, people.zhaoYiming, '51'],
    [people.qianWenhua, people.qianYiming, '52'],
  ] as const
  const number = (index: number): string => `HS00000000${String(index).padStart(2, '0')}`
  return [
    ...alone.map((person, index): Household => ({ householdNo: number(index + 1), type: '1', members: [{ person, relation: '01' }], wards: [] })),
    ...families.map(
      ([parent, child, relation], index): Household => ({
        householdNo: number(alone.length + index + 1),
        type: '1',
        members: [{ person: parent, relation: '01' }, { person: child, relation: '20' }],
        wards: [{ ward: child, guardians: [{ person: parent, relation }] }],
      }),
    ),
  ]
}

function enterprisesOf({ zhangWei, liNa, ouyangJingyi }: Scenario['people']): Scenario['enterprises'] {
  const none = { index: -1, point: { lng: '121.484612', lat: '31.231903' }, atHome: false, status: '1' } as const
  const e2: Enterprise = {
    ...none,
    ...scenarioOrganisations.e2,
    kind: '91',
    trade: { industry: 'L7212', word: '投资', scope: '投资管理、资产管理' },
    capital: 5000,
    establishedOn: '2016-05-18',
    domicile: '上海市浦东新区示例路1号20层',
    point: { lng: '121.502345', lat: '31.238765' },
    status: '2',
    legalRep: liNa,
    contactMobile: '15400002345',
    holders: [{ person: liNa, percent: 100 }],
  }
  const e1: Enterprise = {
    ...none,
    ...scenarioOrganisations.e1,
    kind: '91',
    trade: { industry: 'G5412', word: '客运', scope: '网络预约出租汽车经营、软件开发' },
    capital: 1000,
    establishedOn: '2018-03-15',
    domicile: '上海市黄浦区示例路200号3层',
    legalRep: zhangWei,
    contactMobile: '15400001234',
    holders: [{ person: zhangWei, percent: 60 }, { enterprise: e2, percent: 40 }],
  }
  const e3: Enterprise = {
    ...none,
    ...scenarioOrganisations.e3,
    kind: '92',
    trade: { industry: 'H6210', word: '餐饮', scope: '餐饮服务' },
    capital: 5,
    establishedOn: '2021-09-01',
    domicile: ouyangJingyi.residence.address,
    atHome: true,
    legalRep: ouyangJingyi,
    contactMobile: '15400003456',
    holders: [],
  }
  return [e1, e2, e3]
}
