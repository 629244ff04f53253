// The least level a field may have (DOMAIN 2.2, floors), as a pure judgement over one classified field.
// Our reading where the floor leaves room: coded attributes are the ones listed here, by category, mask or name; an edge to a
// person is personal whatever stands at its end (K5, M8). A declassifier with its basis answers for a lower level than L3.

import type { FieldClassification } from './read-classified.ts'
import type { Level } from './directive-values.ts'

export type Floor = { readonly level: Level; readonly because: string }

/** Categories whose coded fields (a code, a count, a flag, a day) do not identify anybody by themselves. */
const codedCategories: ReadonlySet<string> = new Set(['PERSON_STATUS', 'VEHICLE', 'DRIVER', 'LICENCE_META'])
/** Codes outside those categories. */
const codedNames: ReadonlySet<string> = new Set(['gender', 'idType'])
/** Scalars that hold text of a person or an exact value; never a coded attribute. */
const identifyingScalars: ReadonlySet<string> = new Set(['PersonName', 'IdNumber', 'PartialDate', 'PartialDateTime', 'AmountOrBand', 'ScoreOrBand', 'GridPoint', 'Person'])
const identityMasks: ReadonlySet<string> = new Set(['ID_NO', 'PASSPORT', 'BANK_CARD'])

/** Every floor under a field; the highest binds. `answered`: part of an answer whose entries all name a declassifier and its basis. */
export function floorsOf(field: FieldClassification, answered: boolean): readonly Floor[] {
  const floors: Floor[] = []
  if (field.sensitive) floors.push({ level: 4, because: 'sensitive personal information (个人信息保护法 28)' })
  if (identityMasks.has(field.mask) || field.returns.named === 'IdNumber') floors.push({ level: 4, because: 'a number that is or carries an identity, passport or card number' })
  if (field.naturalKey) floors.push(field.mask === 'CERT_NO' && field.personal ? { level: 4, because: 'a natural key of a person' } : { level: 3, because: 'a natural key' })
  if (field.returns.named === 'Person' && field.type !== 'Query') floors.push({ level: 3, because: 'a link to a person (the edge has a level, DOMAIN 3.2 M8)' })
  if (field.mask === 'TEXT_SCRUB') floors.push({ level: 3, because: 'free text that may hold names or numbers' })
  if (field.category === 'ORG_FINANCE' && field.basis?.includes('暂行条例') !== true) floors.push({ level: 3, because: 'undisclosed finance of an organisation; public items name 企业信息公示暂行条例' })
  const personal = answered ? undefined : personalFloor(field)
  if (personal !== undefined) floors.push(personal)
  return floors
}

/** True for a personal field that may be L2: a coded attribute without free identification (gender, district, status). */
function isCodedAttribute(field: FieldClassification): boolean {
  if (field.mask === 'DIVISION' || codedNames.has(field.field)) return true
  return codedCategories.has(field.category) && field.mask === 'REDACT' && !identifyingScalars.has(field.returns.named)
}

function personalFloor(field: FieldClassification): Floor | undefined {
  if (!field.personal) return undefined
  if (field.basis !== undefined && (field.level === 1 || field.declassifier !== undefined)) return undefined
  if (isCodedAttribute(field)) return { level: 2, because: 'a coded attribute of a person' }
  return { level: 3, because: 'personal information; lower only as a coded attribute (L2), public by law (L1 with basis) or declassified with basis' }
}
