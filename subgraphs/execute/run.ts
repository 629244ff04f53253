// Runs a program place by place: a field is resolved for all rows of its place before the next one, a resolver that has a form for
// many parents is called once for all, and what it promises is awaited once. Writes what it finds straight into the answer. Failures
// stay in their places (settle.ts); without any the answer is finished.

import type { GraphQLSchema } from 'graphql'
import { failure, isFailure, type Failure } from './failure.ts'
import type { FieldProgram, ObjectProgram, Place, Program, TypeProgram } from './program.ts'
import { settle, type Outcome } from './settle.ts'

/** One run of a program. */
type Run = {
  readonly program: Program
  readonly schema: GraphQLSchema
  readonly context: unknown
  readonly variables: Readonly<Record<string, unknown>>
  /** Programs of objects that could be of several types. */
  readonly chosen: Map<object, ObjectProgram>
  failed: boolean
}

type Out = Record<string, unknown>
/** Objects of one type at one place: where their fields come from, and where these go. */
type Group = { readonly object: ObjectProgram; readonly sources: unknown[]; readonly outs: Out[] }
/** A value that is still promised. */
type Late = { readonly put: (value: unknown) => void; readonly type: TypeProgram; readonly promise: PromiseLike<unknown> }
/** The values of one field at one place on their way into the answer. */
type Column = { readonly run: Run; readonly field: FieldProgram; readonly groups: Group[]; readonly late: Late[] }

/** `variables` as the schema coerces them. Never throws for what resolvers do. */
export async function runProgram(program: Program, parts: { schema: GraphQLSchema; context: unknown; variables: Readonly<Record<string, unknown>> }): Promise<Outcome> {
  const run: Run = { program, ...parts, chosen: new Map(), failed: false }
  const data: Out = { ...program.root.blank }
  await runObjects({ object: program.root, sources: [undefined], outs: [data] }, run)
  return run.failed ? settle(program, data, run.chosen) : { data }
}

function runObjects(group: Group, run: Run): Promise<void> | undefined {
  let waits: Promise<void>[] | undefined
  for (const field of group.object.fields) {
    const wait = field.resolve === undefined ? runProperty(field, group, run) : runResolver(field, group, run)
    if (wait !== undefined) (waits ??= []).push(wait)
  }
  return together(waits)
}

/** Properties of the rows. Texts, by far the most, go straight to their places. */
function runProperty(field: FieldProgram, { sources, outs }: Group, run: Run): Promise<void> | undefined {
  const { as, plain } = field
  if (plain === undefined) return complete(field, sources.map((source) => propertyOf(source, field, run)), outs, run)
  let others: { readonly values: unknown[]; readonly outs: Out[] } | undefined
  for (let index = 0; index < sources.length; index += 1) {
    const source = sources[index]
    const out = outs[index]
    if (out === undefined) continue
    const value = propertyOf(source, field, run)
    if (typeof value === 'string') out[as] = value
    else if ((value !== null && value !== undefined) || plain === 'never null') {
      others ??= { values: [], outs: [] }
      others.values.push(value)
      others.outs.push(out)
    }
  }
  return others === undefined ? undefined : complete(field, others.values, others.outs, run)
}

/** As graphql-js's default resolver: a function is called. */
function propertyOf(source: unknown, field: FieldProgram, run: Run): unknown {
  try {
    const value = isSource(source) ? source[field.field] : undefined
    return typeof value === 'function' ? Reflect.apply(value, source, [field.args(run.variables), run.context, placeOf(field, run)]) : value
  } catch (error) {
    return failed(run, error)
  }
}

function runResolver(field: FieldProgram, { sources, outs }: Group, run: Run): Promise<void> | undefined {
  const { resolve, batch } = field
  let values: readonly unknown[] | Promise<readonly unknown[]>
  try {
    const args = field.args(run.variables)
    const place = placeOf(field, run)
    if (batch !== undefined) values = batch(sources, args, run.context, place)
    else {
      values = sources.map((source) => {
        try {
          return resolve?.(source, args, run.context, place)
        } catch (error) {
          return failed(run, error)
        }
      })
    }
  } catch (error) {
    return complete(field, sources.map(() => failed(run, error)), outs, run)
  }
  if (!isPromise(values)) return complete(field, values, outs, run)
  return values.then(
    (found) => complete(field, found, outs, run),
    (error: unknown) => complete(field, sources.map(() => failed(run, error)), outs, run),
  )
}

/** Puts the values of a field where they belong, then goes on below them. */
function complete(field: FieldProgram, values: readonly unknown[], outs: readonly Out[], run: Run): Promise<void> | undefined {
  const { as, type } = field
  const column: Column = { run, field, groups: [], late: [] }
  for (let index = 0; index < outs.length; index += 1) {
    const out = outs[index]
    if (out === undefined) continue
    const value = index < values.length ? values[index] : failed(run, new RangeError('fewer values than parents'))
    if (isPromise(value)) column.late.push({ type, promise: value, put: (made) => { out[as] = made } })
    else out[as] = valueOf(type, value, column)
  }
  return below(column)
}

function below({ run, field, groups, late }: Column): Promise<void> | undefined {
  let waits: Promise<void>[] | undefined
  for (const group of groups) {
    const wait = runObjects(group, run)
    if (wait !== undefined) (waits ??= []).push(wait)
  }
  if (late.length > 0) (waits ??= []).push(arrive(late, run, field))
  return together(waits)
}

/** Awaits what was promised at one place, all of it, and goes on there. */
async function arrive(late: readonly Late[], run: Run, field: FieldProgram): Promise<void> {
  const ends = await Promise.allSettled(late.map(({ promise }) => promise))
  const column: Column = { run, field, groups: [], late: [] }
  for (const [index, { type, put }] of late.entries()) {
    const end = ends[index]
    put(end?.status === 'fulfilled' ? valueOf(type, end.value, column) : failed(run, end?.reason))
  }
  await below(column)
}

/** What stands in the answer for a value; objects stand empty, and in a group of the column. */
function valueOf(type: TypeProgram, value: unknown, column: Column): unknown {
  if (value instanceof Error) return failed(column.run, value)
  if (column.run.failed && isFailure(value)) return value
  if (type.kind === 'nonnull') {
    const made = valueOf(type.of, value, column)
    return made === null ? failed(column.run, new Error(`Cannot return null for non-nullable field ${column.field.parent.name}.${column.field.field}.`)) : made
  }
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'leaf': return type.plain && typeof value === 'string' ? value : leafOf(type, value, column)
    case 'list': return listOf(type.of, value, column)
    case 'object': return objectOf(type.object, value, column)
    case 'entity': {
      const object = isSource(value) && typeof value['__typename'] === 'string' ? type.objects.get(value['__typename']) : undefined
      if (object === undefined) return failed(column.run, new Error('An entity must name a type of this subgraph.'))
      const out = objectOf(object, value, column)
      column.run.chosen.set(out, object)
      return out
    }
  }
}

function leafOf({ name, serialize }: Extract<TypeProgram, { kind: 'leaf' }>, value: unknown, { run }: Column): unknown {
  try {
    return serialize(value) ?? failed(run, new Error(`Expected ${name} to give a value.`))
  } catch (error) {
    return failed(run, error)
  }
}

function listOf(type: TypeProgram, value: unknown, column: Column): unknown {
  let items: readonly unknown[]
  try {
    if (!isIterable(value)) throw new Error(`Expected Iterable, but did not find one for field "${column.field.parent.name}.${column.field.field}".`)
    items = Array.isArray(value) ? value : [...value]
  } catch (error) {
    return failed(column.run, error)
  }
  const made: unknown[] = []
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index]
    if (isPromise(item)) {
      column.late.push({ type, promise: item, put: (late) => { made[index] = late } })
      made.push(null)
    } else made.push(valueOf(type, item, column))
  }
  return made
}

function objectOf(object: ObjectProgram, source: unknown, { groups }: Column): Out {
  const out: Out = { ...object.blank }
  let group = groups[0]
  if (group?.object !== object) {
    group = groups.find((one) => one.object === object)
    if (group === undefined) groups.push((group = { object, sources: [], outs: [] }))
  }
  group.sources.push(source)
  group.outs.push(out)
  return out
}

function placeOf({ field, nodes, parent, returns, as }: FieldProgram, { program, schema, variables }: Run): Place {
  const path = parent === program.root.type ? { prev: undefined, key: as, typename: parent.name } : undefined
  return { fieldName: field, fieldNodes: nodes, returnType: returns, parentType: parent, path, schema, fragments: program.fragments, rootValue: undefined, operation: program.operation, variableValues: variables, compiled: true }
}

function failed(run: Run, cause: unknown): Failure {
  run.failed = true
  return failure(cause)
}

function together(waits: Promise<void>[] | undefined): Promise<void> | undefined {
  return waits === undefined || waits.length === 1 ? waits?.[0] : Promise.all(waits).then(() => undefined)
}

function isSource(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return isSource(value) && typeof value['then'] === 'function'
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && typeof value[Symbol.iterator] === 'function'
}
