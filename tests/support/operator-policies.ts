// A bundle in which every operator of the closed list (DESIGN 6) stands once in a permit and once in a forbid, on attributes that
// rows of the city have, lack, or hold in hostile forms; for cells and for rows. Each has a purpose of its own, so that a test asks
// for one at a time.

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** `policies`: the Cedar texts that bear on the purpose. `first`: one of the two cases, a permit and a forbid, that show every condition. */
export type OperatorCase = { readonly purpose: string; readonly operator: string; readonly condition: string; readonly type: string; readonly position: string; readonly first: boolean; readonly policies: readonly string[] }

/** A type and the field whose cells the conditions decide. */
const targets: Readonly<Record<string, string>> = { Person: 'name', Vehicle: 'plateNo', CreditRecord: 'subjectName', LicenseItem: 'value', AnnualReport: 'totalRevenue', Enterprise: 'domicile' }

const PID = '0bad0000-000a-4000-8000-000000000003'
const has = (name: string, then: string): string => `resource has ${name} && ${then}`

/** Operator, type, condition. */
const conditions: readonly (readonly [string, string, string])[] = [
  ['.', 'Vehicle', 'resource.organisation'],
  ['.', 'AnnualReport', 'resource.disclosed'],
  ['!', 'Enterprise', '!resource.home'],
  ['!', 'CreditRecord', '!(resource.inForce)'],
  ['!', 'Person', `!(${has('division', 'resource.division == Division::"310101"')})`],
  ['==', 'Vehicle', has('subject', `resource.subject == "${PID}"`)],
  ['==', 'Vehicle', has('subject', 'resource.subject == principal.pid').replace('resource has', 'principal has pid && resource has')],
  ['==', 'Vehicle', `${has('subject', "resource.subject == \"'; DROP TABLE trf_vehicle; --\"")}`],
  ['==', 'Person', has('division', 'resource.division == Division::""')],
  ['==', 'Person', 'resource.minor == resource.under18'],
  ['==', 'Vehicle', '(resource has subject) == (resource has division)'],
  ['==', 'LicenseItem', 'resource.itemLevel == 4'],
  ['!=', 'LicenseItem', 'resource.itemLevel != 4'],
  ['!=', 'Vehicle', has('subject', `resource.subject != "${PID}"`)],
  ['!=', 'Person', has('division', 'resource.division != Division::"310101"')],
  ['!=', 'Person', 'resource.minor != resource.under18'],
  ['<', 'LicenseItem', 'resource.itemLevel < 4'],
  ['<=', 'LicenseItem', '4 <= resource.itemLevel'],
  ['>', 'LicenseItem', 'resource.itemLevel > 3'],
  ['>=', 'LicenseItem', 'resource.itemLevel >= principal.assurance && resource.itemLevel >= 4'],
  ['&&', 'CreditRecord', 'resource.inForce && resource.organisation && !resource.minor'],
  ['&&', 'Vehicle', `resource has division && ${has('subject', 'resource.division in Division::"3101"')}`],
  ['||', 'Person', '(resource has division && resource.division in Division::"310115") || resource.minor || !(resource has division)'],
  ['||', 'CreditRecord', 'resource.minor || !(resource has subject) || resource.inForce'],
  ['if', 'Person', 'if resource has division then resource.division in Division::"310101" else resource.minor'],
  ['if', 'CreditRecord', 'if resource.organisation then resource.inForce else (if resource has division then false else true)'],
  ['if', 'Vehicle', 'if resource.organisation then resource has division else (resource has subject && resource.subject like "0bad*")'],
  ['has', 'Vehicle', 'resource has subject'],
  ['has', 'Person', '!(resource has division)'],
  ['has', 'Vehicle', 'resource has organisation'],
  ['has', 'CreditRecord', 'context has purpose && resource has subject && !(context has caseNo)'],
  ...['31', '3101', '310101', '310101002', '31010', '3101010', '99', '', 'x10101', '３１'].map((code): [string, string, string] => ['in', 'Person', has('division', `resource.division in Division::"${code}"`)]),
  ['in', 'Vehicle', has('division', 'resource.division in [Division::"310115", Division::"99", Division::""]')],
  ['in', 'Person', 'principal has division && resource has division && resource.division in principal.division'],
  ['in', 'Person', 'principal has division && resource has division && principal.division in resource.division'],
  ['in', 'Person', has('division', 'Division::"310101002" in resource.division')],
  ['in', 'Person', has('division', 'Division::"x10101002" in resource.division')],
  ['in', 'Enterprise', 'context has purpose && context.purpose in principal.org && resource.home'],
  ['is', 'Person', has('division', 'resource.division is Division in Division::"3101"')],
  ['is', 'Vehicle', 'principal is Caller && resource is Vehicle && resource.organisation'],
  ['contains', 'Vehicle', has('subject', `["x", "${PID}", ""].contains(resource.subject)`)],
  ['contains', 'Person', has('division', '[Division::"310101", Division::"", Division::"３１"].contains(resource.division)')],
  ['contains', 'LicenseItem', '[3, 7].contains(resource.itemLevel)'],
  ['contains', 'Person', '[true].contains(resource.minor)'],
  ['containsAll', 'Vehicle', '[principal.kind, "x"].containsAll(["department"]) && resource.organisation'],
  ['containsAny', 'Vehicle', '["Vehicle.plateNo", "Vehicle"].containsAny([context.field.coordinate]) && resource has subject'],
  ...['0bad*', '*0003', '*-4000-*', '*', PID, '', '%bad*', '_bad*', '*\\*', '0b\\*d*'].map((pattern): [string, string, string] => ['like', 'Vehicle', has('subject', `resource.subject like "${pattern}"`)]),
  ['datetime', 'Vehicle', 'context.now < datetime("2026-03-01T10:00:00+0800") || resource.organisation'],
  ['datetime', 'Vehicle', 'context.now <= datetime("2026-03-01T10:00:00+0800") && resource.organisation'],
  ['datetime', 'Person', 'context.now > datetime("2026-03-01T01:59:59.999Z") && resource.minor'],
  ['datetime', 'Person', 'context.now >= datetime("2026-03-01T10:00:00.001+0800") || !resource.minor'],
  ['datetime', 'CreditRecord', 'context.now == datetime("2026-03-01").offset(duration("2h")) && resource.inForce'],
]

const POSITIONS = ['permit read', 'forbid read', 'permit see', 'forbid see'] as const

/** An organisation whose only use is that purposes can be in it: those that put this action on this type to the test. */
function marker(action: 'see' | 'read', type: string): string {
  return `${action}-${type}`.toUpperCase()
}

/** What is not the matter of the purpose is open: every row, and every cell clear. */
const base = `@id("rows") @because("test")
permit (principal, action == Action::"see", resource)
unless { context has purpose && (${Object.keys(targets).map((type) => `(context.field.coordinate == "${type}" && context.purpose in Organisation::"${marker('see', type)}")`).join(' || ')}) };
@id("cells") @because("test")
permit (principal, action == Action::"read", resource)
unless { context has purpose && (${Object.entries(targets).map(([type, field]) => `(context.field.coordinate == "${type}.${field}" && context.purpose in Organisation::"${marker('read', type)}")`).join(' || ')}) };`

export const operatorCases: readonly OperatorCase[] = conditions.flatMap(([operator, type, condition], n) => POSITIONS.map((position, at) => {
  const [effect = '', action = ''] = position.split(' ')
  const purpose = `${effect}${action}-${String(n).padStart(4, '0')}`.toUpperCase()
  const coordinate = action === 'see' ? type : `${type}.${targets[type] ?? ''}`
  const scope = `(principal, action == Action::"${action}", resource is ${type}) when { context has purpose && context.purpose == Purpose::"${purpose}" && context.field.coordinate == "${coordinate}" }`
  const named = (which: string, text: string): string => `@id("${purpose}-${which}") @because("test")\n${text}`
  const own = named(effect, `${effect} ${scope} when { ${condition} };`)
  // Cells of even conditions are permitted and their rows forbidden; the other way round for odd ones.
  return { purpose, operator, condition, type, position, first: n % 2 === 0 ? at === 0 || at === 3 : at === 1 || at === 2, policies: [base, own, ...(effect === 'forbid' ? [named('permit', `permit ${scope};`)] : [])] }
}))

/** The field of a case's cells. */
export function targetOf(type: string): string {
  return targets[type] ?? ''
}

/** Writes the bundle to a temporary folder. */
export function operatorBundle(): string {
  const directory = mkdtempSync(join(tmpdir(), 'citygraph-operators-'))
  const markers = Object.keys(targets).flatMap((type) => [marker('see', type), marker('read', type)])
  const organisations = ['ASKER', 'PSB', ...markers].map((code) => `- { code: ${code}, name: ${code}, nameZh: ${code}, kind: department }\n`).join('')
  const purposes = operatorCases.map(({ purpose, type, position }) => `- { code: ${purpose}, organisations: [ASKER, ${marker(position.endsWith('see') ? 'see' : 'read', type)}], title: t, titleZh: t, legalBasis: b }\n`).join('')
  writeFileSync(join(directory, 'organisations.yaml'), organisations)
  writeFileSync(join(directory, 'purposes.yaml'), purposes)
  writeFileSync(join(directory, 'quotas.yaml'), ['A', 'B', 'C'].map((name) => `${name}: { day: 1000000, month: 1000000 }\n`).join(''))
  writeFileSync(join(directory, 'negative-list.yaml'), '- { id: N-1, org: PSB, fields: [DriverQualification.backgroundDetail], legalBasis: b, approvedBy: a, approvedOn: 2026-01-01 }\n')
  writeFileSync(join(directory, 'operators.cedar'), [base, ...operatorCases.flatMap(({ policies }) => policies.slice(1))].join('\n'))
  return directory
}
