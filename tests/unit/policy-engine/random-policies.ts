// Random policies from a grammar of the closed list, and random callers, occasions and rows (absent, empty and hostile values),
// for the differential test against Cedar. Deterministic in its seed.

import type { Caller, Occasion } from '../../../policy-engine/decision.ts'
import type { Row } from '../../../policy-engine/evaluate.ts'
import { frozenNow } from './read-policy.ts'
import { thingAttributes } from './small-graph.ts'

export type Random = { next(): number; below(limit: number): number; pick<T>(items: readonly T[]): T; chance(probability: number): boolean }

/** mulberry32. */
export function random(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    pick: (items) => {
      const found = items[below(items.length)]
      if (found === undefined) throw new RangeError('nothing to pick from')
      return found
    },
    chance: (probability) => next() < probability,
  }
}

const strings = ['', 'x', 'xy', 'yx', 'pid-1', '张三', 'CASE-0001', "'; DROP TABLE x; --", 'a*b', '%', '_', '\\', 'Thing.name', '__proto__']
const divisions = ['31', '3101', '310101', '310101002', '310101002003', '310109', '31010', '', '3x', '99']
const longs = [-1, 0, 1, 2, 3, 9007199254740991]
const dates = [frozenNow - 1, frozenNow, frozenNow + 1, Date.parse('2026-03-01T00:00:00+08:00'), 0]
const optional = ['flag', 'subject', 'score', 'division', 'ends', 'notes']

/** One policy text; with `effect` permit or forbid. */
export function randomPolicy(r: Random): string {
  const principal = r.pick(['principal', 'principal', 'principal', 'principal in Organisation::"A"', 'principal == Caller::"c1"', 'principal is Caller', 'principal in Role::"lead"', 'principal is Caller in Organisation::"B"'])
  const action = r.pick(['action', 'action == Action::"read"', 'action in [Action::"read", Action::"see"]', 'action == Action::"filter"'])
  const resource = r.pick(['resource', 'resource', 'resource is Thing', 'resource is Other'])
  const clauses = Array.from({ length: 1 + r.below(2) }, () => `${r.pick(['when', 'when', 'unless'])} { ${condition(r, 3)} }`)
  return `${r.pick(['permit', 'permit', 'forbid'])} (${principal}, ${action}, ${resource}) ${clauses.join(' ')};`
}

function condition(r: Random, depth: number): string {
  const deeper = (): string => condition(r, depth - 1)
  if (depth === 0 || r.chance(0.15)) return r.chance(0.35) ? guarded(r) : leaf(r)
  switch (r.below(7)) {
    case 0:
    case 1:
      return `(${deeper()} && ${deeper()})`
    case 2:
      return `(${deeper()} || ${deeper()})`
    case 3:
      return `!(${deeper()})`
    case 4:
      return `(if ${deeper()} then ${deeper()} else ${deeper()})`
    case 5:
      return `((${deeper()}) ${r.pick(['==', '!='])} (${deeper()}))`
    default:
      return guarded(r)
  }
}

/** A look at an optional attribute behind its guard, in the forms officers write. */
function guarded(r: Random): string {
  const name = r.pick(optional)
  const look = attributeLook(r, name)
  return r.pick([`(resource has ${name} && ${look})`, `(!(resource has ${name}) || ${look})`, `(if resource has ${name} then ${look} else ${r.pick(['true', 'false'])})`, look])
}

function leaf(r: Random): string {
  return r.pick([
    () => r.pick(['true', 'false', 'resource.minor', 'context.field.personal', 'context.singleSubject', 'context.minorsApproved']),
    () => `resource has ${r.pick([...optional, 'minor', 'nothing'])}`,
    () => r.pick(['principal has division', 'principal has pid', 'principal has org', 'context has purpose', 'context has caseNo', 'context has authorizationRef', 'context.field has level', 'context has nothing']),
    () => attributeLook(r, r.pick(['title', 'rank', 'home', 'tags'])),
    () => `principal.kind ${equals(r)} ${r.pick(['"department"', '"partner"', 'context.field.category'])}`,
    () => r.pick(['["department", "partner"].contains(principal.kind)', '["citizen"].contains(principal.kind)', '"partner" == principal.kind']),
    () => `principal.assurance ${order(r)} ${r.pick(['1', '2', '3', 'context.field.level', 'resource.rank'])}`,
    () => `(principal has division && ${r.pick(['resource.home in principal.division', 'principal.division in resource.home', 'principal.division == resource.home', 'principal.division in Division::"31"'])})`,
    () => `(principal has pid && ${r.pick(['resource.title == principal.pid', 'principal.pid like "pid*"', '["pid-1", "x"].contains(principal.pid)', 'principal.pid != resource.title'])})`,
    () => r.pick(['principal.pid == "pid-1"', 'principal.division in Division::"3101"', 'context.purpose == Purpose::"A-0001"', 'context.caseNo == resource.title']),
    () => `(context has purpose && ${r.pick(['context.purpose in principal.org', 'context.purpose == Purpose::"A-0001"', 'context.purpose in Organisation::"B"', '[Purpose::"A-0001", Purpose::"B-0001"].contains(context.purpose)'])})`,
    () => `(context has caseNo && ${r.pick(['context.caseNo == "CASE-0001"', 'context.caseNo like "CASE-*"', 'context.caseNo like "*1"', 'context.caseNo == resource.title'])})`,
    () => `context.field.${r.pick(['owner == principal.org', 'level == 3', 'coordinate == "Thing.name"', 'coordinate like "Thing.*"', 'coordinate like "T*n*e"', 'sharing != "NONE"'])}`,
    () => `[${r.pick(['"Thing.name"', '"Thing.born", "Thing.name"', '"Thing.born"'])}].contains(context.field.coordinate)`,
    () => `context.now ${r.pick([order(r), equals(r)])} ${datetime(r)}`,
    () => r.pick(['principal == Caller::"c1"', 'principal in Organisation::"B"', 'principal in [Role::"clerk", Organisation::"A"]', 'principal is Caller', 'resource is Thing', 'resource is Other', 'principal is Caller in Role::"lead"']),
  ])()
}

function attributeLook(r: Random, name: string): string {
  const at = `resource.${name}`
  switch (name) {
    case 'flag':
      return r.pick([at, `!${at}`, `${at} == true`, `${at} != resource.minor`])
    case 'subject':
    case 'title':
      return r.pick([
        `${at} ${equals(r)} ${text(r)}`, `${at} == resource.title`, `[${text(r)}, ${text(r)}].contains(${at})`, `[].contains(${at})`,
        `${at} like "${r.pick(['x*', '*x', '*x*', '*', 'x', 'CASE-*', 'a\\**', '%*', '*_*', '*\\\\'])}"`,
      ])
    case 'rank':
    case 'score':
      return r.pick([`${at} ${order(r)} ${r.pick(longs)}`, `${at} ${equals(r)} ${r.pick(longs)}`, `[${r.pick(longs)}, ${r.pick(longs)}].contains(${at})`, `${at} ${order(r)} resource.rank`])
    case 'division':
    case 'home':
      return r.pick([
        `${at} in Division::"${r.pick(divisions)}"`, `${at} ${equals(r)} Division::"${r.pick(divisions)}"`, `${at} in [Division::"${r.pick(divisions)}", Division::"${r.pick(divisions)}"]`,
        `${at} == resource.home`, `${at} in resource.home`, `${at} is Division in Division::"${r.pick(divisions)}"`, `[Division::"${r.pick(divisions)}", Division::"${r.pick(divisions)}"].contains(${at})`, `Division::"310101" in ${at}`,
      ])
    case 'ends':
      return r.pick([`${at} ${order(r)} context.now`, `context.now ${order(r)} ${at}`, `${at} ${r.pick([order(r), equals(r)])} ${datetime(r)}`, `${at} ${equals(r)} context.now`])
    default:
      return r.pick([`${at}.contains(${text(r)})`, `${at}.containsAll([${text(r)}, ${text(r)}])`, `${at}.containsAny([${text(r)}, ${text(r)}])`, `[${text(r)}].containsAny(${at})`, `${at}.containsAll([])`, `${at}.containsAny([])`])
  }
}

const equals = (r: Random): string => r.pick(['==', '!='])
const order = (r: Random): string => r.pick(['<', '<=', '>', '>='])
const text = (r: Random): string => JSON.stringify(r.pick(strings))
const datetime = (r: Random): string =>
  r.pick([`datetime("${new Date(r.pick(dates)).toISOString()}")`, 'datetime("2026-03-01T10:00:00+0800")', 'datetime("2026-03-01")', 'datetime("2026-02-28").offset(duration("1d2h"))', 'datetime("2026-03-01T10:00:00+0800").offset(duration("-1ms"))'])

export function randomCaller(r: Random): Caller {
  return {
    kind: r.pick(['department', 'partner', 'subject']), org: r.pick(['A', 'B']), sub: r.pick(['c1', 'c2']), roles: r.pick([[], ['lead'], ['clerk', 'lead']]),
    assurance: r.pick([1, 2, 3]), zone: 'intranet',
    ...(r.chance(0.6) ? { division: r.pick(['31', '310101', '310101002', '3x', '31010']) } : {}), ...(r.chance(0.6) ? { pid: r.pick(['pid-1', 'x', '']) } : {}),
  }
}

export function randomOccasion(r: Random): Occasion {
  return {
    singleSubject: r.chance(0.5), ...(r.chance(0.6) ? { purpose: r.pick(['A-0001', 'B-0001']) } : {}),
    ...(r.chance(0.6) ? { caseNo: r.pick(['CASE-0001', 'CASE-0002', 'x']) } : {}), ...(r.chance(0.4) ? { authorizationRef: 'AUTH-1' } : {}),
  }
}

export function randomRow(r: Random): Row {
  const several = (): string[] => [...new Set(Array.from({ length: r.below(4) }, () => r.pick(strings)))]
  const values = { Bool: () => r.chance(0.5), Long: () => r.pick(longs), String: () => r.pick(strings), Division: () => r.pick(divisions), datetime: () => r.pick(dates), 'Set<String>': several }
  return Object.fromEntries(thingAttributes.flatMap(({ name, type, optional: absent }) => (absent && r.chance(0.5) ? [] : [[name, values[type]()]])))
}
