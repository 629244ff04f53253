// What an operation may ask for before anything is planned (DESIGN 2, 5.1; DOMAIN 6.1 no. 11), as validation rules: depth,
// repeats of one root field, aliases, directives, expanded size, reserved aliases and variables. Relies on graphql's own rules
// for everything else. Costs that depend on variables are in cost.ts.

import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases'
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives'
import { GraphQLError, Kind, getNamedType, isInterfaceType, isObjectType } from 'graphql'
import type { ASTVisitor, FloatValueNode, FragmentDefinitionNode, GraphQLNamedType, IntValueNode, OperationDefinitionNode, SelectionSetNode, ValidationContext, ValidationRule } from 'graphql'
import { CitygraphError } from '../core/errors.ts'
import { holdsNaturalKey } from '../core/natural-keys.ts'
import { isOneAct, ONE_ACT } from '../schema/one-act.ts'
import { isStructural } from './walk-operation.ts'

/**
 * `depth`: levels of fields from the root, leaves included; the layers of a connection (`nodes`, `edges`, `node`) do not count.
 * `repeats`: how often one root field may be asked for. `aliases`, `directives`: in the whole operation. `selections`: fields after
 * fragments are opened. `tokens`: of the document. `name`: characters of any name or alias. `cells`: estimated leaf values (cost.ts). `bodyBytes`: of a POST body.
 */
export type Limits = {
  readonly depth: number
  readonly repeats: number
  readonly aliases: number
  readonly directives: number
  readonly selections: number
  readonly tokens: number
  readonly name: number
  readonly cells: number
  readonly bodyBytes: number
}

export const defaultLimits: Limits = {
  depth: 8, repeats: 10, aliases: 100, directives: 50, selections: 2_000, tokens: 4_000, name: 100, cells: 100_000, bodyBytes: 256 * 1024,
}

/** The rules beside graphql's own. Each reports TOO_COSTLY or BAD_USER_INPUT; none throws. */
export function admissionRules(limits: Limits, reservedAliases: readonly ValidationRule[]): readonly ValidationRule[] {
  return [
    // The libraries' rules would throw out of `validate`, which Apollo Server answers with 500; here they report.
    reporting((onReject) => maxAliasesRule({ n: limits.aliases, propagateOnRejection: false, onReject }), `At most ${limits.aliases} aliases in one operation.`),
    reporting((onReject) => maxDirectivesRule({ n: limits.directives, propagateOnRejection: false, onReject }), `At most ${limits.directives} directives in one operation.`),
    nameRule(limits),
    naturalKeyRule,
    sizeRule(limits),
    oneActRule,
    reservedVariableRule,
    finiteNumbersRule,
    ...reservedAliases,
  ]
}

type Reject = ((context: ValidationContext | null, error: GraphQLError) => void)[]

function reporting(rule: (onReject: Reject) => (context: ValidationContext) => object, hint: string): ValidationRule {
  return (context) => {
    const reject: Reject = [() => context.reportError(tooCostly(hint))]
    return rule(reject)(context) satisfies object as ASTVisitor
  }
}

/** @apollo/gateway gives entity fetches a variable `representations` and fails on a client's; names with `__` are GraphQL's own (2.1.9), `__proto__` among them. */
function reservedVariableRule(context: ValidationContext): ASTVisitor {
  return {
    VariableDefinition(node) {
      const name = node.variable.name.value
      if (name !== 'representations' && !name.startsWith('__')) return
      const error = new CitygraphError('BAD_USER_INPUT', { hint: `Give the variable "${name}" another name.` })
      context.reportError(new GraphQLError(error.message, { nodes: node, originalError: error, extensions: error.extensions }))
    },
  }
}

/** graphql-js takes 1e999 for Infinity, over which the planner stumbles. */
function finiteNumbersRule(context: ValidationContext): ASTVisitor {
  const check = (node: FloatValueNode | IntValueNode): void => {
    if (Number.isFinite(Number(node.value))) return
    const error = new CitygraphError('BAD_USER_INPUT', { hint: 'A number is too large.' })
    context.reportError(new GraphQLError(error.message, { nodes: node, originalError: error, extensions: error.extensions }))
  }
  return { FloatValue: check, IntValue: check }
}

/** One act a request: nothing hides behind an alias, a fragment or a variable. */
function oneActRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      if (operation.operation !== 'mutation' || isOneAct(operation)) return
      const error = new CitygraphError('BAD_USER_INPUT', { hint: ONE_ACT })
      context.reportError(new GraphQLError(error.message, { nodes: operation, originalError: error, extensions: error.extensions }))
    },
  }
}

/** Names come back in every path of the answer's report. Said once, for the first. */
function nameRule(limits: Limits): ValidationRule {
  return (context) => {
    let said = false
    return {
      Name(node) {
        if (said || node.value.length <= limits.name) return
        said = true
        context.reportError(tooCostly(`At most ${limits.name} characters in a name or alias.`))
      },
    }
  }
}

/** Aliases come back in paths, other names in errors. The operation's own name is recorded, as a hash if need be. Said once. */
function naturalKeyRule(context: ValidationContext): ASTVisitor {
  let said = false
  return {
    Name(node, _key, parent) {
      if (said || !holdsNaturalKey(node.value)) return
      if (parent !== undefined && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION) return
      said = true
      const error = new CitygraphError('BAD_USER_INPUT', { hint: 'A name or alias looks like a number of a person; number aliases otherwise.' })
      context.reportError(new GraphQLError(error.message, { originalError: error, extensions: error.extensions }))
    },
  }
}

/** Counted below one selection set, fragments opened. */
type Size = { readonly depth: number; readonly selections: number }

function sizeRule(limits: Limits): ValidationRule {
  return (context) => {
    const measured = new Map<string, Size | 'open'>()
    return {
      OperationDefinition(operation) {
        const root = context.getSchema().getRootType(operation.operation)
        if (root == null) {
          const error = new CitygraphError('BAD_USER_INPUT', { hint: `There is no ${operation.operation} here.` })
          // graphql-js has no rule for it and would fail while executing.
          context.reportError(new GraphQLError(error.message, { nodes: operation, originalError: error, extensions: error.extensions }))
          return
        }
        const size = sizeOf(operation.selectionSet, root)
        if (size.depth > limits.depth) context.reportError(tooCostly(`At most ${limits.depth} levels, connections not counted.`, operation))
        if (size.selections > limits.selections) context.reportError(tooCostly(`At most ${limits.selections} fields, fragments opened.`, operation))
        if (mostRepeated(operation, context) > limits.repeats) {
          context.reportError(tooCostly(`At most ${limits.repeats} times the same root field.`, operation))
        }
      },
    }

    function sizeOf(set: SelectionSetNode, parent: GraphQLNamedType): Size {
      let depth = 0
      let selections = 0
      const add = (size: Size): void => {
        depth = Math.max(depth, size.depth)
        selections = Math.min(selections + size.selections, Number.MAX_SAFE_INTEGER)
      }
      for (const selection of set.selections) {
        if (selection.kind === Kind.FRAGMENT_SPREAD) add(ofFragment(selection.name.value))
        else if (selection.kind === Kind.INLINE_FRAGMENT) add(sizeOf(selection.selectionSet, named(selection.typeCondition?.name.value) ?? parent))
        else {
          const name = selection.name.value
          // Introspection has graphql's own depth rule; its fields still count.
          const type = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name]?.type : undefined
          const below = selection.selectionSet === undefined ? { depth: 0, selections: 0 } : sizeOf(selection.selectionSet, type === undefined ? parent : getNamedType(type))
          const own = name.startsWith('__') ? -below.depth : isStructural(parent.name) && ['nodes', 'edges', 'node'].includes(name) ? 0 : 1
          add({ depth: below.depth + own, selections: below.selections + 1 })
        }
      }
      return { depth, selections }
    }

    function ofFragment(name: string): Size {
      const known = measured.get(name)
      // A fragment within itself is refused by graphql's own rule.
      if (known === 'open') return { depth: 0, selections: 0 }
      if (known !== undefined) return known
      measured.set(name, 'open')
      const fragment = context.getFragment(name)
      const type = named(fragment?.typeCondition.name.value)
      const size = fragment == null || type === undefined ? { depth: 0, selections: 0 } : sizeOf(fragment.selectionSet, type)
      measured.set(name, size)
      return size
    }

    function named(name: string | undefined): GraphQLNamedType | undefined {
      return name === undefined ? undefined : context.getSchema().getType(name)
    }
  }
}

/** How many response names the most repeated root field has. */
function mostRepeated(operation: OperationDefinitionNode, context: ValidationContext): number {
  const names = new Map<string, Set<string>>()
  const seen = new Set<FragmentDefinitionNode>()
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value
        names.set(name, (names.get(name) ?? new Set()).add(selection.alias?.value ?? name))
      } else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet)
      else {
        const fragment = context.getFragment(selection.name.value)
        if (fragment == null || seen.has(fragment)) continue
        seen.add(fragment)
        collect(fragment.selectionSet)
      }
    }
  }
  collect(operation.selectionSet)
  return Math.max(0, ...[...names.values()].map((set) => set.size))
}

function tooCostly(hint: string, node?: OperationDefinitionNode): GraphQLError {
  const error = new CitygraphError('TOO_COSTLY', { hint })
  return new GraphQLError(error.message, { nodes: node ?? null, originalError: error, extensions: error.extensions })
}
