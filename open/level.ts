// The level of an open query as a whole: the highest of what it asks for, and 4 where it asks for all of what together tells where
// somebody is, when, or how to reach them (DOMAIN 1.2 S21, 2.6 K2–K4).

import type { Combination } from '../policy-engine/combinations.ts'
import type { Classification, Level } from '../schema/classification.ts'

/** `fields`: `Type.field`. Keys and form count as 1: they carry no level. */
export function effectiveLevel(fields: readonly string[], classification: Classification, combinations: readonly Combination[]): Level {
  const asked = new Set(fields)
  if (combinations.some(({ members }) => members.every((member) => member.fields.some((field) => asked.has(field))))) return 4
  return fields.reduce<Level>((highest, coordinate) => {
    const [type = '', field = ''] = coordinate.split('.')
    const level = classification.field(type, field)?.level ?? 1
    return level > highest ? level : highest
  }, 1)
}
