// The arguments of a field at one place: the same object for every request where no variable stands among them; put together where
// variables are whole arguments and have values; read by graphql-js in every other case, and whenever something does not fit.

import { getArgumentValues, visit, type ArgumentNode, type FieldNode, type GraphQLField } from 'graphql'
import { freezeAll } from '../../core/freeze-all.ts'
import type { Arguments, FieldProgram } from './program.ts'

type Variables = Readonly<Record<string, unknown>>

/** Decides once what does not depend on values. What it gives throws as graphql-js does. */
export function argumentReader(definition: GraphQLField<unknown, unknown>, node: FieldNode): FieldProgram['args'] {
  const read = (variables: Variables): Arguments => getArgumentValues(definition, node, variables)
  const given = node.arguments ?? []
  const whole = new Map(given.flatMap(({ name, value }) => (value.kind === 'Variable' ? [[name.value, value.name.value] as const] : [])))
  if (given.some((argument) => !whole.has(argument.name.value) && holdsVariable(argument))) return read
  // Served to every request, so nobody may write into it.
  let constant: Arguments | undefined
  if (whole.size === 0) return () => (constant ??= freezeAll(read({})))
  const names = definition.args.map(({ name }) => name)
  const others = { ...node, arguments: given.filter(({ name }) => !whole.has(name.value)) }
  // Left out they must not be missed.
  const withoutWhole = { ...definition, args: definition.args.filter(({ name }) => !whole.has(name)) }
  return (variables) => {
    for (const name of whole.values()) if (!Object.hasOwn(variables, name) || variables[name] === undefined || variables[name] === null) return read(variables)
    constant ??= freezeAll(getArgumentValues(withoutWhole, others, {}))
    const made: Record<string, unknown> = Object.create(null)
    for (const name of names) {
      const variable = whole.get(name)
      if (variable !== undefined) made[name] = variables[variable]
      else if (Object.hasOwn(constant, name)) made[name] = constant[name]
    }
    return made
  }
}

function holdsVariable(argument: ArgumentNode): boolean {
  let holds = false
  visit(argument, { Variable: () => { holds = true } })
  return holds
}
