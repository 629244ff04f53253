// What is worked out about an operation once and asked with each request's variables: its name and hash, the fields it asks for,
// the counter of its cells, whose data it returns; and, for each access plan, what that plan decides. Kept as long as the document
// and the plan are. Holds no value of any request: @skip and @include alone are decided here, by true and false.

import { getVariableValues } from 'graphql'
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { boundedCache } from '../core/bounded-cache.ts'
import { CitygraphError } from '../core/errors.ts'
import type { AccessPlan } from '../policy-engine/decision.ts'
import { withOperationRules } from '../policy-engine/operation-rules.ts'
import type { Classification } from '../schema/classification.ts'
import { decidingVariables } from '../schema/deciding-variables.ts'
import type { LiteralOf } from '../schema/operation-hash.ts'
import { plainVariables } from '../schema/plain-variables.ts'
import type { OperationFacts } from '../subgraphs/access-context.ts'
import { cellCounter } from './cost.ts'
import type { CellCounter } from './cost.ts'
import { factsReader, namedOperation } from './operation-facts.ts'
import type { NamedOperation } from './operation-facts.ts'
import { reportDecisions } from './report.ts'
import type { Report, ReportedDecision } from './report.ts'
import { walkOperation } from './walk-operation.ts'
import type { AskedOperation } from './walk-operation.ts'

type Variables = Readonly<Record<string, unknown>>

export type KnownOperation = {
  readonly named: NamedOperation
  /** Throws BAD_USER_INPUT naming the variable. */
  coerce(variables: Variables): Variables
  /** `variables`: coerced. */
  decided(variables: Variables): DecidedOperation
}

/** An operation with its @skip and @include decided. */
export type DecidedOperation = {
  /** Its variables are those of @skip and @include. */
  readonly asked: AskedOperation
  readonly cells: CellCounter
  /** It asks for an entry that takes numbers of persons. */
  readonly byPostAlone: boolean
  readonly facts: (variables: Variables) => OperationFacts
  /** What a plan of the engine decides; a report that is too large throws TOO_COSTLY every time. */
  readonly report: (granted: AccessPlan, fields: readonly string[]) => PlannedReport
}

/** `plan`: the one granted, under the rules on whole operations. `text`: the decisions as JSON. `counts`: how many of each decision. `refusesAct`: an act is DENIED. */
export type PlannedReport = Report & {
  readonly plan: AccessPlan
  readonly text: string
  readonly counts: readonly (readonly [ReportedDecision['decision'], number])[]
  readonly refusesAct: boolean
}

export type KnownOperations = (schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, literalOf: LiteralOf | undefined) => KnownOperation

/** Ways in which one operation's conditions are kept decided; more are worked out anew. */
const KEPT = 32

/** Operations are known by their nodes, which Apollo Server's document cache keeps; a text as written and one with lifted literals are two. */
export function knownOperations(classification: Classification | undefined): KnownOperations {
  const asWritten = new WeakMap<OperationDefinitionNode, KnownOperation>()
  const lifted = new WeakMap<OperationDefinitionNode, KnownOperation>()
  return (schema, document, operation, literalOf) => {
    const kept = literalOf === undefined ? asWritten : lifted
    const known = kept.get(operation) ?? know(schema, document, operation, namedOperation(document, operation, literalOf), classification)
    kept.set(operation, known)
    return known
  }
}

function know(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, named: NamedOperation, classification: Classification | undefined): KnownOperation {
  const declared = new Set((operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value))
  const conditions = decidingVariables(document).filter((name) => declared.has(name))
  const kept = boundedCache<string, DecidedOperation>(KEPT)
  return {
    named,
    coerce: coercion(schema, operation),
    decided(variables) {
      let key = ''
      for (const name of conditions) {
        // A nullable variable with a default may be given as null, which decides nothing.
        if (typeof variables[name] !== 'boolean') throw misfit(name)
        key += variables[name] ? '1' : '0'
      }
      const known = kept.get(key)
      if (known !== undefined) return known
      const chosen = Object.fromEntries(conditions.map((name, at) => [name, key[at] === '1']))
      const made = decided({ schema, document, operation, variables: chosen }, named, classification)
      kept.set(key, made)
      return made
    },
  }
}

function decided(asked: AskedOperation, named: NamedOperation, classification: Classification | undefined): DecidedOperation {
  const reports = new WeakMap<AccessPlan, PlannedReport>()
  return {
    asked,
    cells: cellCounter(asked),
    byPostAlone: classification !== undefined && takesNumbers(asked, classification),
    facts: factsReader(asked, named, classification),
    report(granted, fields) {
      const known = reports.get(granted)
      if (known !== undefined || classification === undefined) return known ?? reportNothing(granted)
      const made = reportFor(asked, withOperationRules(granted, fields, classification), classification)
      reports.set(granted, made)
      return made
    },
  }
}

function reportNothing(plan: AccessPlan): PlannedReport {
  return { plan, decisions: [], fields: [], text: '[]', counts: [], refusesAct: false }
}

function reportFor(asked: AskedOperation, plan: AccessPlan, classification: Classification): PlannedReport {
  const report = reportDecisions(asked, () => plan, classification)
  const counts = new Map<ReportedDecision['decision'], number>()
  for (const { decision } of report.decisions) counts.set(decision, (counts.get(decision) ?? 0) + 1)
  return { ...report, plan, text: JSON.stringify(report.decisions), counts: [...counts], refusesAct: isRefusedAct(report) }
}

/** An act is no cell that may be left out of an answer. */
function isRefusedAct({ fields }: Report): boolean {
  return fields.some(({ field, decision }) => field.startsWith('Mutation.') && decision === 'DENIED')
}

function takesNumbers(asked: AskedOperation, classification: Classification): boolean {
  let found = false
  walkOperation(asked, true, (field) => {
    const kind = classification.field(field.parent, field.name)?.entry?.kind
    if (kind === 'RESOLVE' || kind === 'VERIFY') found = true
    return found ? undefined : true
  })
  return found
}

function coercion(schema: GraphQLSchema, operation: OperationDefinitionNode): (variables: Variables) => Variables {
  const plain = plainVariables(schema, operation)
  return (variables) => plain(variables) ?? coerceWhole(schema, operation, variables)
}

/** graphql's own sentence would quote the value. */
function coerceWhole(schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Variables): Variables {
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], { ...variables }, { maxErrors: 5 })
  if (coerced !== undefined) return coerced
  const [node] = errors[0]?.nodes ?? []
  const name = node !== undefined && 'variable' in node ? node.variable.name.value : undefined
  throw misfit(name)
}

function misfit(name: string | undefined): CitygraphError {
  return new CitygraphError('BAD_USER_INPUT', { hint: name === undefined ? 'A variable does not fit its type.' : `The variable "$${name}" does not fit its type.` })
}
