// What an edited bundle changes: for sample callers and purposes, every field of the graph whose decision differs between two
// bundles. The samples are one caller of each organisation with each of its purposes, without and with a case number.

import type { Classification } from '../schema/classification.ts'
import type { DecidingPlan } from './access-plan.ts'
import type { Bundle } from './bundle.ts'
import { wordOf } from './codes.ts'
import type { Cells } from './coherence.ts'
import type { Caller, CallerKind, Occasion } from './decision.ts'
import { makePlan } from './make-plan.ts'
import type { Organisation } from './organisations.ts'
import { conditionKey } from './simplify.ts'
import { inWords } from './words.ts'

export type Sample = { readonly label: string; readonly caller: Caller; readonly occasion: Occasion }
/** `before` and `after` are decisions, MIXED with its rows in words. `coordinate` is `Type.field`, or `Type` for its rows. */
export type DiffRow = { readonly caller: string; readonly coordinate: string; readonly before: string; readonly after: string }

/** One caller of every organisation, without a purpose and with each purpose registered for it, with and without a case. */
export function sampleCallers(bundle: Bundle): readonly Sample[] {
  return [...bundle.organisations.values()].flatMap((organisation) => {
    const kind = callerKind(organisation)
    const caller: Caller = { kind, org: organisation.code, sub: 'sample', roles: [], assurance: 2, zone: 'intranet', ...(kind === 'subject' ? { pid: '00000000-0000-0000-0000-000000000000' } : {}) }
    const purposes = [...bundle.purposes.values()].filter((purpose) => purpose.organisations.includes(organisation.code)).map((purpose) => purpose.code)
    const occasions: readonly Occasion[] = [{ singleSubject: true }, ...purposes.flatMap((purpose) => [{ purpose, singleSubject: true }, { purpose, singleSubject: true, caseNo: 'CASE-0000' }])]
    return occasions.map((occasion) => ({ label: [organisation.code, occasion.purpose, occasion.caseNo === undefined ? undefined : 'with case'].filter((part) => part !== undefined).join(' '), caller, occasion }))
  })
}

/** Rows in the order of samples and of the graph; [] if nothing changes. `now` in epoch ms. */
export function diffBundles(before: Bundle, after: Bundle, classification: Classification, now: number, samples: readonly Sample[] = bothSamples(before, after)): readonly DiffRow[] {
  return samples.flatMap(({ label, caller, occasion }) => {
    const [old, fresh] = [before, after].map((bundle) => planIn(bundle, caller, occasion, classification, now))
    if (old === undefined || fresh === undefined) return []
    const types = classification.types().flatMap(({ type }) => changed(label, type, { read: old.rows(type), masked: { kind: 'never' } }, { read: fresh.rows(type), masked: { kind: 'never' } }))
    const fields = classification.fields().flatMap(({ type, field }) => changed(label, `${type}.${field}`, old.cells(type, field), fresh.cells(type, field)))
    return [...types, ...fields]
  })
}

function changed(caller: string, coordinate: string, before: Cells, after: Cells): readonly DiffRow[] {
  const same = conditionKey(before.read) === conditionKey(after.read) && (before.read.kind === 'always' || conditionKey(before.masked) === conditionKey(after.masked))
  return same ? [] : [{ caller, coordinate, before: said(before), after: said(after) }]
}

function said(cells: Cells): string {
  const word = wordOf(cells)
  return word === 'MIXED' ? `MIXED (clear: ${inWords(cells.read)}; masked: ${inWords(cells.masked)})` : word
}

function planIn(bundle: Bundle, caller: Caller, occasion: Occasion, classification: Classification, now: number): DecidingPlan {
  return makePlan({ bundle, sequence: 0, classification, caller, occasion, withdrawn: new Set(), now, alternatives: () => [] })
}

function bothSamples(before: Bundle, after: Bundle): readonly Sample[] {
  const old = sampleCallers(before)
  const known = new Set(old.map((sample) => sample.label))
  return [...old, ...sampleCallers(after).filter((sample) => !known.has(sample.label))]
}

function callerKind(organisation: Organisation): CallerKind {
  return organisation.kind === 'citizen' ? 'subject' : organisation.kind
}
