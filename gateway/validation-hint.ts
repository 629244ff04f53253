// graphql-js says what is wrong with a document and quotes literals while doing so. This table says the same with names only
// (fields, arguments, types, fragments, variables), never with a literal, and without suggestions.

import { holdsNaturalKey } from '../core/natural-keys.ts'

const NAME = '([_A-Za-z][_0-9A-Za-z]{0,79})'
const TYPE = '([_0-9A-Za-z!\\[\\]]{1,90})'

type Row = readonly [pattern: RegExp, sentence: (names: readonly string[]) => string]

const rows: readonly Row[] = [
  [new RegExp(`^Cannot query field "${NAME}" on type "${TYPE}"\\.`), ([field, type]) => `There is no field "${field}" on type "${type}".`],
  [new RegExp(`^Unknown argument "${NAME}" on field "${NAME}\\.${NAME}"\\.`), ([argument, type, field]) => `There is no argument "${argument}" on field "${type}.${field}".`],
  [new RegExp(`^Unknown argument "${NAME}" on directive`), ([argument]) => `There is no argument "${argument}" on that directive.`],
  [new RegExp(`^Unknown type "${NAME}"\\.`), ([type]) => `There is no type "${type}".`],
  [new RegExp(`^Unknown fragment "${NAME}"\\.`), ([name]) => `There is no fragment "${name}".`],
  [new RegExp(`^Unknown directive "@${NAME}"\\.`), ([name]) => `There is no directive "@${name}".`],
  [new RegExp(`^Directive "@${NAME}" may not be used`), ([name]) => `The directive "@${name}" does not belong there.`],
  [new RegExp(`^The directive "@${NAME}" can only be used once`), ([name]) => `The directive "@${name}" may stand there once.`],
  [new RegExp(`^Variable "\\$${NAME}" is not defined`), ([name]) => `The variable "$${name}" is not declared.`],
  [new RegExp(`^Variable "\\$${NAME}" is never used`), ([name]) => `The variable "$${name}" is never used.`],
  [new RegExp(`^Variable "\\$${NAME}" of type "${TYPE}" used in position expecting type "${TYPE}"\\.`), ([name, , type]) => `The variable "$${name}" must be of type "${type}".`],
  [new RegExp(`^Variable "\\$${NAME}" cannot be non-input type`), ([name]) => `The variable "$${name}" needs an input type.`],
  [new RegExp(`^Field "${NAME}" must not have a selection`), ([field]) => `The field "${field}" has no subfields.`],
  [new RegExp(`^Field "${NAME}" of type "${TYPE}" must have a selection of subfields`), ([field]) => `The field "${field}" needs a selection of subfields.`],
  [new RegExp(`^(?:Argument|Field) "${NAME}(?:\\.${NAME})?" (?:argument "${NAME}" )?of (?:required )?type "${TYPE}" (?:is required|was not provided)`), (names) => `Required and missing: "${names.filter((name) => name !== undefined).slice(0, -1).join('.')}".`],
  [new RegExp(`^Value "[^"]*" does not exist in "${TYPE}" enum`), ([type]) => `A literal is not one of enum "${type}".`],
  [new RegExp(`^Enum "${TYPE}" cannot represent`), ([type]) => `A literal is not one of enum "${type}".`],
  [new RegExp(`^${NAME} cannot represent`), ([type]) => `A literal does not fit type "${type}".`],
  [new RegExp(`^Expected value of type "${TYPE}", found`), ([type]) => `A literal does not fit type "${type}".`],
  [new RegExp(`^Expected type "${TYPE}", found`), ([type]) => `A literal does not fit type "${type}".`],
  [new RegExp(`^Field "${NAME}" is not defined by type "${TYPE}"\\.`), ([field, type]) => `There is no input field "${field}" in type "${type}".`],
  [new RegExp(`^Fields "${NAME}" conflict because`), ([name]) => `Two selections share the response name "${name}"; give one an alias.`],
  [new RegExp(`^Fragment "${NAME}" is never used`), ([name]) => `The fragment "${name}" is never used.`],
  [new RegExp(`^Cannot spread fragment "${NAME}" within itself`), ([name]) => `The fragment "${name}" contains itself.`],
  [new RegExp(`^Fragment (?:"${NAME}" )?cannot`), () => 'A fragment stands where its type cannot be.'],
  [new RegExp(`^There can be only one (operation|fragment|variable|argument|input field) named "\\$?${NAME}"`), ([kind, name]) => `There is more than one ${kind} named "${name}".`],
  [/^This anonymous operation must be the only defined operation/, () => 'Several operations need names.'],
  [/^Maximum introspection depth exceeded/, () => 'The introspection goes too deep.'],
  [/^Too many validation errors/, () => 'There are more errors than are listed.'],
]

/** A sentence for the caller; a general one for a text that is not in the table or names something by a natural key. */
export function validationHint(message: string): string {
  for (const [pattern, sentence] of rows) {
    const match = pattern.exec(message)
    if (match === null) continue
    const said = sentence(match.slice(1))
    if (!holdsNaturalKey(said)) return said
  }
  return 'The operation does not fit the schema.'
}
