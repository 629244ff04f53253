// Row conditions in words, for `policy explain` and officers' reports. Shows names and constants of policies, never a value of a row.

import type { Comparison, RowCondition, RowValue } from './row-condition.ts'

const comparisons: Readonly<Record<Comparison, string>> = { '==': 'is', '!=': 'is not', '<': 'is below', '<=': 'is at most', '>': 'is above', '>=': 'is at least' }

/** e.g. `the row's division is under 310101 and not minor`. */
export function inWords(condition: RowCondition): string {
  switch (condition.kind) {
    case 'always':
      return 'every row'
    case 'never':
      return 'no row'
    case 'and':
    case 'or':
      return condition.terms.map((term) => (term.kind === 'and' || term.kind === 'or' ? `(${inWords(term)})` : inWords(term))).join(` ${condition.kind} `)
    case 'not':
      return condition.term.kind === 'and' || condition.term.kind === 'or' ? `not (${inWords(condition.term)})` : `not ${inWords(condition.term)}`
    case 'has':
      return `${condition.attribute} is known`
    case 'truth':
      return condition.attribute
    case 'compare':
      return `${value(condition.left)} ${comparisons[condition.operator]} ${value(condition.right)}`
    case 'under':
      return `${value(condition.left)} is under ${value(condition.right)}`
    case 'like':
      return `${value(condition.value)} is like ${condition.contained === '' ? `${condition.prefix}*${condition.suffix}` : `*${condition.contained}*`}`
    case 'oneOf':
      return `${value(condition.value)} is one of ${condition.constants.join(', ')}`
    case 'setContains':
      return `${condition.attribute} contains ${condition.mode === 'one' ? '' : `${condition.mode} of `}${condition.constants.join(', ')}`
  }
}

function value(of: RowValue): string {
  switch (of.kind) {
    case 'attribute':
      return of.name
    case 'constant':
      return String(of.value)
    case 'instant':
      return new Date(of.epochMs).toISOString()
    case 'parameter':
      return { pid: "the caller's own person", now: 'now', caseNo: 'the case number', authorizationRef: 'the authorisation' }[of.name]
  }
}
