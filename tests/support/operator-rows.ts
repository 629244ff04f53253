// One case of operator-policies.ts at a time: rows of the type through the department's subgraph, judged by Cedar.

import { frozenClock, shanghaiDay } from '../../core/clock.ts'
import type { Domain } from '../../core/domains.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { readClassification } from '../../schema/classification.ts'
import { allSubgraphSdl } from '../../schema/load.ts'
import { random } from '../unit/policy-engine/random-policies.ts'
import { judgesOver } from './cedar-judge.ts'
import { departmentSubgraphs } from './department-subgraphs.ts'
import { compareDraw } from './differential.ts'
import { publicId } from './differential-bench.ts'
import type { Workbench } from './differential-bench.ts'
import { plantHostileRows } from './hostile-rows.ts'
import { loadedCity } from './loaded-city.ts'
import { operatorBundle, targetOf } from './operator-policies.ts'
import type { OperatorCase } from './operator-policies.ts'
import { readRawCity, text } from './raw-city.ts'
import type { Raw, RawCity } from './raw-city.ts'
import type { Decided, Selection } from './reference-answer.ts'
import { referenceType } from './reference-graph.ts'

export type Operators = {
  /** Throws DifferenceFound; how many cells or rows of the type were allowed and denied. */
  compare(one: OperatorCase): Promise<{ readonly allowed: number; readonly denied: number }>
  close(): Promise<void>
}

const NOW = '2026-03-01T10:00:00+08:00'
/** Rows of the synthetic city beside all planted ones. */
const OTHERS = 4

/** Where rows of a type are asked for: by key, or below a type with a key. */
const places: Readonly<Record<string, { readonly domain: Domain; readonly root: string; readonly edge?: string }>> = {
  Person: { domain: 'population', root: 'Person' },
  Vehicle: { domain: 'transport', root: 'Vehicle' },
  CreditRecord: { domain: 'credit', root: 'CreditRecord' },
  LicenseItem: { domain: 'licenses', root: 'License', edge: 'items' },
  AnnualReport: { domain: 'enterprises', root: 'Enterprise', edge: 'annualReports' },
  Enterprise: { domain: 'enterprises', root: 'Enterprise' },
}

const asker: Caller = { kind: 'department', org: 'ASKER', sub: 'asker', roles: [], assurance: 2, zone: 'intranet', division: '310101', pid: '0bad0000-000a-4000-8000-000000000003' }
/** With what policies compare, without, and with a division that names no place. */
const callers: readonly Caller[] = [asker, { kind: 'department', org: 'ASKER', sub: 'asker', roles: [], assurance: 3, zone: 'intranet' }, { ...asker, division: '3x', pid: '' }]

export async function openOperators(seed: number): Promise<Operators> {
  const r = random(seed)
  const classification = readClassification(allSubgraphSdl())
  const databases = await loadedCity(400)
  await plantHostileRows(databases, r)
  const city = await readRawCity(databases)
  const policies = operatorBundle()
  const clock = frozenClock(NOW)
  const subgraphs = await departmentSubgraphs({ databases, classification, clock, policies })
  const judgeOver = judgesOver(policies, classification)
  const now = clock.now().getTime()
  return {
    compare: async ({ purpose, type, position, condition, policies: texts }) => {
      const place = places[type]
      if (place === undefined) throw new RangeError(`no place for ${type}`)
      const of = referenceType(place.domain, place.root)
      const judge = judgeOver(texts)
      const bench: Workbench = { seed, r, classification, judge, city, subgraphs, reference: (asking, note = () => undefined) => ({ judge, classification, city, asking, today: shanghaiDay(clock.now()), publicId, note }) }
      const cell: Selection = { field: targetOf(type), below: [] }
      const selections = place.edge === undefined ? [cell] : [{ field: place.edge, below: [cell] }]
      let [allowed, denied] = [0, 0]
      const coordinate = position.endsWith('see') ? type : `${type}.${targetOf(type)}`
      const note = ({ coordinate: decided, outcome }: Decided): void => {
        if (outcome === 'ABSENT' ? decided === coordinate : decided === coordinate && outcome !== 'CLEAR') denied += 1
        else if (decided === `${type}.${targetOf(type)}` && outcome === 'CLEAR') allowed += 1
      }
      for (const caller of condition.includes('principal.') ? callers : callers.slice(0, 1)) {
        await compareDraw(bench, { asking: { caller, occasion: { purpose, singleSubject: true }, now }, of, rows: rowsFor(city, type, place, r.next), selections }, note)
      }
      return { allowed, denied }
    },
    close: () => subgraphs.close(),
  }
}

/** All planted rows and some others; roots that have rows of the type below them. */
function rowsFor(city: RawCity, type: string, { domain, root, edge }: { readonly domain: Domain; readonly root: string; readonly edge?: string }, next: () => number): readonly Raw[] {
  const { table = '' } = referenceType(domain, type)
  const all = city.rows(domain, table)
  const planted = all.filter((row) => /0bad|HOSTILE|9000000/.test(JSON.stringify(row)))
  const picked = [...planted, ...Array.from({ length: OTHERS }, () => all[Math.floor(next() * all.length)] ?? {})]
  if (edge === undefined) return picked
  const parent = referenceType(domain, root)
  const found = parent.edges[edge]
  if (found === undefined || !('direct' in found) || found.direct === undefined) throw new RangeError(`${root}.${edge} is no edge by key`)
  const { by, own } = found.direct
  return [...new Set(picked.flatMap((row) => city.having(domain, parent.table ?? '', own, text(row, by)).slice(0, 1)))]
}
