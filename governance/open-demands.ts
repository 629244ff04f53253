// A demand whose every field its owners have promised opens an application (上海市数据条例 38; DOMAIN S44): filed once, for the department
// that needs the data, by the city and not by a person, so that its owners' clock runs. What it asks for is what the officers' file says;
// a demand that is changed opens another one. Approved and refused it is like any other.

import { createHash } from 'node:crypto'
import { canonicalJson } from '../audit/canonical-json.ts'
import type { GrantRegister } from '../audit/grant-register.ts'
import type { Clock } from '../core/clock.ts'
import { isCitygraphError } from '../core/errors.ts'
import { errorFacts, type Logger } from '../core/logger.ts'
import { defaultMode, inspectApplication, readApplication, withQuota } from '../policy-engine/application.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'
import { fieldAt } from '../policy-engine/grants.ts'
import { demandStatus } from '../policy-engine/lists.ts'
import type { Demand } from '../policy-engine/lists.ts'
import type { Classification } from '../schema/classification.ts'

/** Who files; no token can name this organisation, since it is not among those of organisations.yaml. */
export const DEMANDS_OFFICER = { org: 'CITYGRAPH', sub: 'demands' } as const

const DAYS = 365

/** `round` looks at the demands of each new bundle; it throws what failed, and the next one takes it up again. */
export function openDemands(parts: {
  readonly register: Pick<GrantRegister, 'file' | 'find'>
  readonly engine: Pick<PolicyEngine, 'head' | 'bundle'>
  readonly classification: Classification
  readonly clock: Clock
  readonly logger: Logger
}): { round(): Promise<void> } {
  const { register, engine, classification, clock, logger } = parts
  let looked: string | undefined

  const open = async (demand: Demand, purpose: string): Promise<void> => {
    const bundle = engine.bundle()
    const fields = demand.fields.flatMap((coordinate) => {
      const field = fieldAt(coordinate, classification)
      return field === undefined ? [] : [{ field: coordinate, mode: defaultMode(field, classification) }]
    })
    const { id: name, org, scenario, legalBasis } = demand
    const asked = readApplication({ purpose, scenario, legalBasis, days: DAYS, fields })
    const it = withQuota(asked, { classification, quotas: bundle.quotas })
    const { demands } = inspectApplication(it, org, { bundle, classification, at: clock.now() })
    const content = canonicalJson(it)
    // An edit of quotas.yaml changes no demand.
    const id = idOf(`${name}\n${org}\n${canonicalJson(asked)}`)
    if ((await register.find(id)) === undefined) await register.file({ id, kind: 'GRANT', status: 'PENDING', by: DEMANDS_OFFICER, org, content, demands })
  }

  return {
    async round() {
      const { hash } = engine.head()
      if (looked === hash) return
      const { lists, approvals } = engine.bundle()
      for (const demand of approvals === undefined ? [] : lists.demands) {
        if (demand.purpose === undefined || demandStatus(demand, lists).status !== 'MATCHED') continue
        try {
          await open(demand, demand.purpose)
        } catch (error) {
          // It asks for what nobody can apply for: the officers' file is to be mended.
          if (!isCitygraphError(error) || error.code === 'AUDIT_UNAVAILABLE') throw error
          logger.warn('a demand opens no application', { demand: demand.id, ...errorFacts(error) })
        }
      }
      looked = hash
    },
  }
}

/** RFC 9562 version 8: the same for the same text, so that processes that look at the same time file one application. */
function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
