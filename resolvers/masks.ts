// The mask of a field as SQL (DOMAIN 3.1): one function a kind of data, run inside the department's database, with the companions
// that coherence asks for (DOMAIN 3.2 M3, M4). A kind without a mask, or a field whose companions are not bound, has none: null.

import { sql, type SQL } from 'drizzle-orm'
import type { AccessPlan, FieldDecision } from '../policy-engine/decision.ts'
import { anyOf } from '../policy-engine/row-condition.ts'
import type { MaskKind } from '../schema/classification.ts'
import { today } from './attributes.ts'
import type { Entity, FieldBinding } from './entity.ts'
import { predicate } from './predicates.ts'

/** SQL of the masked value, undefined where the kind has no masked form. `today` and nothing else is taken at run time. */
export function mask(kind: MaskKind, binding: FieldBinding, entity: Entity, plan: AccessPlan): SQL | undefined {
  if (binding.masked !== undefined) return binding.masked
  const { value } = binding
  switch (kind) {
    case 'NAME': return sql`mask.name(${value})`
    case 'ID_NO': return sql`mask.id_no(${value}, ${showRegion(entity, plan)}, ${showGender(entity, plan)})`
    case 'CERT_NO': return sql`mask.cert_no(${value}, ${showRegion(entity, plan)}, ${showGender(entity, plan)})`
    case 'MOBILE': return sql`mask.mobile(${value})`
    case 'LANDLINE': return sql`mask.landline(${value})`
    case 'ADDRESS': return address(binding)
    case 'DIVISION': return sql`mask.division(${value})`
    case 'BANK_CARD': return sql`mask.bank_card(${value})`
    case 'USCC': return sql`mask.uscc(${value})`
    case 'PLATE': return sql`mask.plate(${value})`
    case 'VIN': return sql`mask.vin(${value})`
    case 'PASSPORT': return sql`mask.passport(${value})`
    case 'FILE_NO': return sql`mask.file_no(${value})`
    case 'EMAIL': return sql`mask.email(${value})`
    case 'BIRTH_DATE': return sql`mask.birth_date(${value}, ${today()})`
    case 'DATETIME_HOUR': return sql`mask.datetime_hour(${value})`
    case 'AMOUNT_BAND': return sql`mask.amount_band(${value})`
    case 'SCORE_BAND': return sql`mask.score_band(${value})`
    case 'COORD_GRID': return binding.place === undefined ? undefined : sql`mask.coord_grid(${binding.place.lat}, ${binding.place.lng})`
    case 'TEXT_SCRUB': return binding.scrubbed
    // A token would be a public id, which is what `id` fields are; what is redacted is not there.
    case 'TOKEN':
    case 'REDACT': return undefined
  }
}

/** Rendered from the division; where the division is unknown the mask is stars, but a missing address stays missing. */
function address(binding: FieldBinding): SQL | undefined {
  if (binding.division === undefined) return undefined
  return sql`CASE WHEN ${binding.value} IS NOT NULL THEN mask.address(coalesce(${binding.division}, '')) END`
}

/** M3: position 17 tells the gender, so it shows only where the gender is clear. */
function showGender(entity: Entity, plan: AccessPlan): SQL {
  return whereAtLeast(plan.field('Person', 'gender'), 'CLEAR', entity)
}

/** M4: the first digits tell the registration province, so they show only where the registration division is at least masked. */
function showRegion(entity: Entity, plan: AccessPlan): SQL {
  return whereAtLeast(plan.field('Person', 'hukouDivision'), 'MASKED', entity)
}

function whereAtLeast(decision: FieldDecision, least: 'CLEAR' | 'MASKED', entity: Entity): SQL {
  switch (decision.decision) {
    case 'CLEAR': return sql`true`
    case 'MASKED': return least === 'MASKED' ? sql`true` : sql`false`
    case 'DENIED': return sql`false`
    case 'MIXED': {
      // The condition speaks of a Person's row; on a row that does not tell it, the digit stays hidden.
      if (entity.person === undefined) return sql`false`
      const condition = least === 'CLEAR' ? decision.read : anyOf([decision.read, decision.masked])
      return sql`(${predicate(condition, entity.person)}) IS TRUE`
    }
  }
}
