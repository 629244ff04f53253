// The differential test's works: draws, expectations by Cedar, real answers, and the smallest failing case in full. Throws
// DifferenceFound.

import { isDeepStrictEqual } from 'node:util'
import { policiesFolder } from '../../cli/city-parts.ts'
import { shanghaiDay } from '../../core/clock.ts'
import type { Clock } from '../../core/clock.ts'
import { domains } from '../../core/domains.ts'
import { readClassification } from '../../schema/classification.ts'
import type { Classification } from '../../schema/classification.ts'
import { allSubgraphSdl } from '../../schema/load.ts'
import { random } from '../unit/policy-engine/random-policies.ts'
import { createJudge } from './cedar-judge.ts'
import type { Asking } from './cedar-judge.ts'
import { departmentSubgraphs } from './department-subgraphs.ts'
import { editedPolicies } from './edited-policies.ts'
import { DifferenceFound, publicId } from './differential-bench.ts'
import type { Workbench } from './differential-bench.ts'
import { createDraws, keyedRow } from './differential-draws.ts'
import type { Draw, Draws } from './differential-draws.ts'
import { compareFilters } from './differential-filters.ts'
import { compareWhole } from './differential-wholes.ts'
import { plantHostileRows } from './hostile-rows.ts'
import { loadedCity } from './loaded-city.ts'
import { citizenAsking, grantedAsking, ownerAsking, randomAsking } from './random-askings.ts'
import { readRawCity, text } from './raw-city.ts'
import type { Raw } from './raw-city.ts'
import { decide, expectedNode, givenList, givenNode, listed, printed } from './reference-answer.ts'
import type { Decided, Node, Outcome, Selection } from './reference-answer.ts'
import { referenceGraph } from './reference-graph.ts'
import type { ReferenceType } from './reference-graph.ts'
import { instantOf } from './reference-values.ts'
import { rowAttributes } from './row-attributes.ts'

export type Tally = Readonly<Record<Outcome, number>>

export type Differential = {
  /** Classified fields that the reference graph lacks, and the other way round. */
  unknownFields(): readonly string[]
  compareCells(least: number): Promise<{ readonly tally: Tally; readonly unmet: readonly string[]; readonly asked: number }>
  /** Lists, counts and nearest stations for so many callers; how many were compared. */
  compareWholes(callers: number): Promise<number>
  compareFilters(callers: number): { readonly usable: number; readonly refused: number }
  close(): Promise<void>
}

/** Instants that the draws go through, in this order: the test clock, the next day in Shanghai, the last and the first after a grant. */
const INSTANTS = ['2026-03-01T10:00:00+08:00', '2026-03-02T00:00:00+08:00', '2026-04-30T23:59:59+08:00', '2026-05-01T00:00:00+08:00'].map((iso) => Date.parse(iso))

/** Organisations ask for more people than a day allows; what quotas do is decided by counts, not by Cedar. */
const unlimited = ['A', 'B', 'C'].map((name) => `${name}: { day: 1000000, month: 1000000 }\n`).join('')

export async function openDifferential(seed: number): Promise<Differential> {
  const r = random(seed)
  const classification = readClassification(allSubgraphSdl())
  const databases = await loadedCity(400)
  await plantHostileRows(databases, r)
  const city = await readRawCity(databases)
  let now = INSTANTS[0] ?? 0
  const clock: Clock = { now: () => new Date(now) }
  const subgraphs = await departmentSubgraphs({ databases, classification, clock, policies: editedPolicies({ 'quotas.yaml': () => unlimited }) })
  const judge = await createJudge(policiesFolder, classification)
  const bench: Workbench = {
    seed, r, classification, judge, city, subgraphs,
    reference: (asking, note = () => undefined) => ({ judge, classification, city, asking, today: shanghaiDay(new Date(asking.now)), publicId, note }),
  }
  const pids = city.rows('population', 'pop_person').map((row) => text(row, 'pid') ?? '')
  const asking = (): Asking => randomAsking(r, now, pids)
  return {
    unknownFields: () => unknownFields(classification),
    compareWholes: async (callers) => {
      let compared = 0
      for (let turn = 0; turn < callers; turn += 1) compared += await compareWhole(bench, asking())
      return compared
    },
    compareFilters: (callers) => compareFilters(bench, Array.from({ length: callers }, asking)),
    compareCells: async (least) => {
      const draws = createDraws(r, city)
      const tally = { CLEAR: 0, MASKED: 0, DENIED: 0, ABSENT: 0 }
      const unmet = new Set(cellNames())
      const note = ({ domain, coordinate, outcome }: Decided): void => {
        tally[outcome] += 1
        if (outcome !== 'ABSENT') unmet.delete(`${domain} ${coordinate}`)
        draws.met(`${domain} ${coordinate}`)
      }
      // What is looked for by its owner is clear nearly always, so it does not count among the random cells.
      let soughtCells = 0
      const allCells = (): number => tally.CLEAR + tally.MASKED + tally.DENIED
      const cells = (): number => allCells() - soughtCells
      const seekUnmet = async (): Promise<void> => {
        const before = allCells()
        for (const name of [...unmet]) {
          const wanted = wantedOf(name)
          for (let turn = 0; turn < 60 && unmet.has(name); turn += 1) {
            const by = [ownerAsking(ownerOf(wanted, classification), now), citizenAsking(r.pick(pids), now), grantedAsking(r, 'TRANS', 'TRANS-0802', now)]
            await compareDraw(bench, draws.next(by[turn % by.length] ?? asking(), wanted), note)
          }
        }
        soughtCells = allCells() - before
      }
      for (const [at, instant] of INSTANTS.entries()) {
        // Only ever forward: plans are kept as a running city keeps them.
        now = instant
        while (cells() < (least * (at + 1)) / INSTANTS.length) await compareDraw(bench, drawOne(bench, draws, asking), note)
        if (at === 0) await seekUnmet()
      }
      return { tally, unmet: [...unmet], asked: judge.asked() }
    },
    close: () => subgraphs.close(),
  }
}

/** Any caller at anything; at what a grant names with its holder; at what departments may see masked. */
function drawOne({ r, classification, subgraphs }: Workbench, draws: Draws, asking: () => Asking): Draw {
  const { now } = asking()
  const grants = [...subgraphs.engine.bundle().grants.values()]
  const at = (coordinate: string): Wanted | undefined => {
    const [type = '', field = ''] = coordinate.split('.')
    const found = classification.field(type, field)
    return found === undefined || type === 'Query' || found.domain === 'governance' ? undefined : { domain: found.domain, type, field }
  }
  if (r.chance(0.45)) {
    const { org, purpose, fields } = r.pick(grants)
    const masked = fields.filter(({ mode }) => mode === 'MASKED')
    const group = masked.length > 0 && r.chance(0.7) ? r.pick(masked) : r.pick(fields)
    return draws.next(grantedAsking(r, org, purpose, now), at(r.pick(group.fields)))
  }
  if (r.chance(0.3)) {
    const shared = classification.fields().filter(({ level, sharing, mask }) => level === 3 && sharing === 'UNCONDITIONAL' && mask !== 'REDACT')
    const { type, field } = r.pick(shared)
    const department = Array.from({ length: 6 }, asking).find(({ caller }) => caller.kind === 'department' && caller.zone !== 'abroad')
    return draws.next(department ?? asking(), at(`${type}.${field}`))
  }
  return draws.next(asking())
}

type Wanted = NonNullable<Parameters<Draws['next']>[1]>

/** `domain Type.field`. */
function wantedOf(name: string): Wanted {
  const [, domain = '', type = '', field = ''] = /^(\w+) (\w+)\.(\w+)$/.exec(name) ?? []
  const known = domains.find((one) => one === domain)
  if (known === undefined) throw new RangeError(name)
  return { domain: known, type, field }
}

/** Whoever may open the way to the field: the owner of its type. */
function ownerOf({ type, field }: Wanted, classification: Classification): string {
  return type === 'Person' ? 'PSB' : classification.field(type, field)?.owner ?? 'PSB'
}

/** Throws DifferenceFound, with the smallest part of the draw that differs, unless the department answers as Cedar decides. */
export async function compareDraw(bench: Workbench, draw: Draw, note: (decided: Decided) => void): Promise<void> {
  const { asking, of, rows, selections } = draw
  const expected = expectedNodes(bench, draw, note)
  const { nodes, answer } = await given(bench, draw)
  if (isDeepStrictEqual(nodes, expected)) return
  for (const row of rows) for (const single of singles(selections)) await complain(bench, { asking, of, rows: [row], selections: [single] })
  throw new DifferenceFound({ seed: bench.seed, query: queryOf(draw), expected, given: nodes, answer })
}

/** Throws when this one row and these fields differ alone; looks for one field below an edge that does. */
async function complain(bench: Workbench, draw: Draw): Promise<void> {
  const [row] = draw.rows
  if (row === undefined) return
  const decided: Decided[] = []
  const { asking, of, selections } = draw
  const keyed = keyedRow(bench.city, of, row)
  const expected = expectedNodes(bench, draw, (one) => decided.push(one))
  const { nodes, answer } = await given(bench, draw)
  if (isDeepStrictEqual(nodes, expected)) return
  const [only] = selections
  for (const below of only === undefined || only.below.length < 2 ? [] : only.below) await complain(bench, { ...draw, selections: [{ field: only?.field ?? '', below: [below] }] })
  throw new DifferenceFound({
    seed: bench.seed, asking: { ...asking, now: new Date(asking.now).toISOString() }, department: of.domain, query: queryOf(draw),
    attributes: of.table === undefined || of.decidedBy !== undefined ? undefined : rowAttributes(of.domain, of.type, keyed, shanghaiDay(new Date(asking.now))),
    row: keyed, decided, expected: expected[0], given: nodes[0], answer,
  })
}

function singles(selections: readonly Selection[]): readonly Selection[] {
  return selections.flatMap((one) => (one.below.length === 0 ? [one] : one.below.map((below) => ({ field: one.field, below: [below] }))))
}

/** For each row its node; for flows, which have no key, the flows of the same section and instant. */
function expectedNodes(bench: Workbench, { asking, of, rows, selections }: Draw, note: (decided: Decided) => void): readonly unknown[] {
  const reference = bench.reference(asking, note)
  const node = (row: Raw): Node | null => expectedNode(reference, of, keyedRow(bench.city, of, row), selections)
  if (of.key !== undefined) return rows.map((row) => normal(node(row), of, selections))
  const entered = decide(reference, 'Query', 'trafficFlow', {}) === 'CLEAR'
  const together = (row: Raw): readonly Raw[] => bench.city.having('transport', 'trf_flow_5min', 'ts', text(row, 'ts')).filter((other) => text(other, 'section_id') === text(row, 'section_id'))
  return rows.map((row) => (entered ? listed(together(row).map(node).filter((one) => one !== null)) : null))
}

function queryOf({ of, rows, selections }: Draw): string {
  if (of.key === undefined) {
    const at = (row: Raw, later = 0): string => new Date(instantOf(text(row, 'ts') ?? '').getTime() + later).toISOString()
    return `{ ${rows.map((row, n) => `r${n}: trafficFlow(section: ${JSON.stringify(text(row, 'section_id'))}, from: "${at(row)}", to: "${at(row, 1000)}", first: 100) { nodes { ${printed(of, selections)} } }`).join(' ')} }`
  }
  return `query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on ${of.type} { ${printed(of, selections)} } } }`
}

async function given(bench: Workbench, draw: Draw): Promise<{ readonly nodes: readonly unknown[]; readonly answer: unknown }> {
  const { asking, of, rows, selections } = draw
  const { caller, occasion } = asking
  const keys = of.key === undefined ? [] : rows.map((row) => representation(of, row, caller.org))
  const answer = await bench.subgraphs.ask(of.domain, queryOf(draw), { caller, occasion, variables: { keys } })
  const entities = answer.data?.['_entities']
  const list: readonly unknown[] = Array.isArray(entities) ? entities : rows.map((_, n) => answer.data?.[`r${n}`])
  const errors = answer.status === 200 ? answer.errors ?? [] : [{ status: answer.status }, ...(answer.errors ?? [])]
  // JSON, as it goes out.
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))
  const nodes = rows.map((_, n) => (of.key === undefined ? givenList(of, plain(list[n]), selections) : givenNode(of, plain(list[n]), selections)))
  return { nodes: errors.length > 0 ? [{ errors: plain(errors) }] : nodes, answer: { errors: plain(errors), decisions: plain(answer.extensions.sharing.decisions) } }
}

function representation({ type, key }: ReferenceType, row: Raw, org: string): Readonly<Record<string, unknown>> {
  const value = text(row, key?.column ?? '') ?? ''
  return { __typename: type, [key?.field ?? '']: key?.publicId === true ? publicId(org, type, value) : value }
}

/** A row that is not there is null; of a type whose rows are elsewhere, nothing at the end of every edge. */
function normal(node: Readonly<Record<string, unknown>> | null, of: ReferenceType, selections: readonly Selection[]): unknown {
  if (node === null || of.table !== undefined) return node
  return Object.fromEntries(selections.map(({ field }) => [field, node[field]]))
}

/** `domain Type.field` of every cell that a row can have; entries, their answers and the two wholes are compared elsewhere. */
function cellNames(): readonly string[] {
  return referenceGraph.flatMap(({ domain, type, values, edges }) => [...Object.keys(values), ...Object.keys(edges)].map((field) => `${domain} ${type}.${field}`))
}

const WHOLES: readonly string[] = ['Enterprise.creditSummary', 'Enterprise.nearestMetroStation', 'CreditSummary.recordCount', 'CreditSummary.penaltyCount', 'CreditSummary.latestDecidedOn']

function unknownFields(classification: Classification): readonly string[] {
  const classified = classification.fields().filter(({ type, domain }) => type !== 'Query' && domain !== 'governance' && classification.type(type)?.answer !== true).map(({ domain, type, field }) => `${domain} ${type}.${field}`)
  const known = new Set([...cellNames(), ...classified.filter((name) => WHOLES.includes(name.split(' ')[1] ?? ''))])
  const wanted = new Set(classified)
  return [...classified.filter((name) => !known.has(name)), ...[...known].filter((name) => !wanted.has(name))]
}
