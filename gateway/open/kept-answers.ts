// Answers to public queries that are kept for a while (header: cache). One is found only under the very query, parameters, format, bundle and
// stops that made it, and for no longer than its access plan holds. What is about persons is not kept: its records name them.

import { createHmac, randomBytes } from 'node:crypto'
import { getOperationAST } from 'graphql'
import type { GraphQLSchema } from 'graphql'
import type { Clock } from '../../core/clock.ts'
import { CitygraphError } from '../../core/errors.ts'
import type { Stops } from '../../core/stops.ts'
import { weighedCache } from '../../core/weighed-cache.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import type { Classification } from '../../schema/classification.ts'
import { knownOperations } from '../known-operation.ts'
import type { DecidedField } from '../report.ts'
import type { ServeParts } from '../serve-graphql.ts'
import type { Made } from './make-answer.ts'
import type { Asked } from './read-asked.ts'

/** `fields`: for the record of whoever is given it. `until`: epoch ms. */
export type Kept = Made & { readonly fields: readonly DecidedField[]; readonly madeAt: number; readonly until: number }

/** What an answer depends on, worked out before it is made. */
export type Keeping = { readonly key: string; readonly policyVersion: string; readonly fields: readonly DecidedField[]; readonly madeAt: number; readonly until: number }

export type KeptAnswers = {
  /** Whether answers to it may be kept by anybody at all. */
  mayKeep(query: OpenQuery, caller: Caller, asked: Asked): boolean
  keeping(query: OpenQuery, caller: Caller, asked: Asked, stops: Stops | undefined): Keeping | undefined
  find(keeping: Keeping): Kept | undefined
  /** `again`: what it would depend on now; nothing is kept where that has changed meanwhile. */
  keep(made: Made, keeping: Keeping, again: Keeping | undefined): void
}

/** Characters of all texts together. */
const MOST = 32 * 1024 * 1024

export function keptAnswers({ schema, classification, engine, clock }: Pick<ServeParts, 'engine'> & { readonly schema: GraphQLSchema; readonly classification: Classification | undefined; readonly clock: Clock }): KeptAnswers {
  const kept = weighedCache<string, Kept>(MOST)
  const operations = knownOperations(classification)
  const impersonal = new WeakMap<OpenQuery, boolean>()
  // Parameters stand in keys; nobody reads them there.
  const secret = randomBytes(32)

  function mayKeep({ audience, cache }: OpenQuery, caller: Caller, { occasion, all }: Asked): boolean {
    return audience === 'public' && cache > 0 && caller.kind === 'public' && !all && occasion.purpose === undefined && occasion.caseNo === undefined && occasion.authorizationRef === undefined
  }

  return {
    mayKeep,
    keeping(query, caller, asked, stops) {
      if (classification === undefined || !mayKeep(query, caller, asked) || !isImpersonal(query, classification)) return undefined
      const operation = getOperationAST(query.document, query.operationName)
      if (operation == null) throw new CitygraphError('INTERNAL')
      const { hash: policyVersion } = engine.head()
      const known = operations(schema, query.document, operation, undefined)
      const variables = known.coerce(asked.variables)
      const decided = known.decided(variables)
      const { singleSubject, fields } = decided.facts(variables)
      const plan = engine.plan(caller, { singleSubject, ...(stops === undefined ? {} : { stops }) })
      const madeAt = clock.now().getTime()
      const text = JSON.stringify([query.hash, Object.entries(variables).sort(([one], [other]) => (one < other ? -1 : 1)), asked.format, asked.bom, policyVersion, stops?.id ?? null])
      return {
        key: createHmac('sha256', secret).update(text).digest('base64url'),
        policyVersion, madeAt,
        fields: decided.report(plan, fields).fields,
        until: Math.min(madeAt + query.cache * 1_000, plan.validUntil),
      }
    },
    find({ key, madeAt }) {
      const found = kept.get(key)
      return found !== undefined && madeAt < found.until && madeAt >= found.madeAt ? found : undefined
    },
    keep(made, { key, policyVersion, fields, madeAt, until }, again) {
      const held = made.decisions.some(({ code }) => code === 'QUOTA')
      if (again?.key !== key || made.policyVersion !== policyVersion || held) return
      kept.set(key, { ...made, fields, madeAt, until }, made.text.length + 1_000)
    },
  }

  function isImpersonal(query: OpenQuery, { field, type }: Classification): boolean {
    const known = impersonal.get(query)
    if (known !== undefined) return known
    const found = query.fields.every((coordinate) => {
      const [parent = '', name = ''] = coordinate.split('.')
      const classified = field(parent, name)
      const returned = classified === undefined ? undefined : type(classified.returns.named)
      return classified?.personal !== true && type(parent)?.classification.personal !== true && returned?.classification.personal !== true
    })
    impersonal.set(query, found)
    return found
  }
}
