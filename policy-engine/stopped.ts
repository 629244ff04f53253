// What owners' stops close (DOMAIN 2.4 step 2): the fields they name and every field computed from one of those, declassified or not,
// verifications among them. Worked out once for a set of stops, never for a request.

import type { Stops } from '../core/stops.ts'
import type { Classification } from '../schema/classification.ts'
import type { Cells } from './coherence.ts'
import { deniedCells } from './coherence.ts'
import type { Caller } from './decision.ts'
import type { RowCondition } from './row-condition.ts'
import { both } from './simplify.ts'

/** `owner`: the department to which it stays open; undefined where sources of several are stopped. `policies`: for the access record. */
export type StoppedField = { readonly owner: string | undefined; readonly subjects: boolean; readonly policies: readonly string[] }

/** By coordinate `Type.field`. */
export type StoppedFields = ReadonlyMap<string, StoppedField>

export const nothingStopped: StoppedFields = new Map()

export function stoppedFields(stops: Stops, classification: Classification): StoppedFields {
  const closed = new Map<string, StoppedField>()
  const close = (coordinate: string, by: StoppedField): boolean => {
    const before = closed.get(coordinate)
    const after = before === undefined ? by : joined(before, by)
    closed.set(coordinate, after)
    return before === undefined || before.policies.length !== after.policies.length
  }
  for (const { word, target } of stops.targets) {
    const [type = '', field] = target.split('.')
    const owner = field === undefined ? classification.type(type)?.classification.owner : classification.field(type, field)?.owner
    const by = { owner, subjects: word === 'STOPPED', policies: [`${word === 'STOPPED' ? 'stop' : 'publication'}/${target}`] }
    for (const one of classification.fields()) {
      if (one.type === type && (field === undefined ? one.owner === owner : one.field === field)) close(`${type}.${one.field}`, by)
    }
  }
  // What is computed from what is closed, until nothing new is.
  for (let more = closed.size > 0; more;) {
    more = false
    for (const { type, field, derivedFrom } of classification.fields()) {
      for (const source of derivedFrom) {
        const by = closed.get(source)
        if (by !== undefined && close(`${type}.${field}`, by)) more = true
      }
    }
  }
  return closed
}

/** What stops the field for this caller: not its owner. */
export function stopFor(stopped: StoppedFields, caller: Caller, coordinate: string): StoppedField | undefined {
  const found = stopped.get(coordinate)
  return found?.owner !== undefined && caller.kind === 'department' && caller.org === found.owner ? undefined : found
}

/** The cells that stay: those of the person's own rows, where the stop leaves them to the person (PIPL 45). */
export function cellsUnder(stop: StoppedField, { own, caller, type, classification }: { own: () => Cells; caller: Caller; type: string; classification: Classification }): Cells {
  const subject = classification.type(type)?.rowAttributes.find(({ name }) => name === 'subject')
  if (!stop.subjects || caller.kind !== 'subject' || caller.pid === undefined || subject === undefined) return deniedCells
  const mine: RowCondition = { kind: 'compare', operator: '==', left: { kind: 'attribute', name: 'subject' }, right: { kind: 'parameter', name: 'pid' } }
  const ofMine = subject.optional ? both({ kind: 'has', attribute: 'subject' }, mine) : mine
  const { read, masked } = own()
  return { read: both(read, ofMine), masked: both(masked, ofMine) }
}

function joined(one: StoppedField, other: StoppedField): StoppedField {
  return {
    owner: one.owner === other.owner ? one.owner : undefined,
    subjects: one.subjects && other.subjects,
    policies: [...new Set([...one.policies, ...other.policies])].sort(),
  }
}
