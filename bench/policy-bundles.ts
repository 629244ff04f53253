// Bundles of policies for measurements, in the bench's own folder: one that permits everything, one with many policies more. They
// keep the project's organisations, purposes and quotas; its officers' tests are about its own policies and stay out.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { policiesFolder } from '../cli/city-parts.ts'

/** Everything is CLEAR for everybody. Returns the folder. */
export function permitAllBundle(folder: string): string {
  const bundle = copied(folder, 'permit-all')
  for (const name of readdirSync(bundle)) if (/\.(cedar|test\.yaml)$/.test(name)) rmSync(join(bundle, name))
  return withPolicies(bundle, '@id("bench-everything")\n@because("a measurement")\npermit (principal, action, resource);\n')
}

/** The project's bundle with `more` policies after its own. Returns the folder. */
export function bundleWith(folder: string, name: string, more: string): string {
  return withPolicies(copied(folder, name), more)
}

function copied(folder: string, name: string): string {
  const bundle = join(folder, `policies-${name}`)
  mkdirSync(bundle, { recursive: true })
  cpSync(policiesFolder, bundle, { recursive: true })
  return bundle
}

function withPolicies(bundle: string, text: string): string {
  writeFileSync(join(bundle, 'bench.cedar'), text)
  return bundle
}

/** The project's bundle under which a department sees all of W4's fields, masked where they have a mask. Returns the folder. */
export function maskingBundle(folder: string): string {
  return bundleWith(folder, 'masking', `@id("bench-masks")
@because("a measurement: masks of every kind")
permit (principal, action == Action::"readMasked", resource is Person) when { principal.kind == "department" };

@id("bench-fields-without-masks")
@because("a measurement")
permit (principal, action == Action::"read", resource is Person)
when {
  principal.kind == "department" &&
  ["Person.idType", "Person.ethnicity", "Person.maritalStatus", "Person.education"].contains(context.field.coordinate)
};
`)
}

/** Policies that the project's own bundle has in Cedar; grants add theirs. */
export function countedPolicies(): number {
  const texts = readdirSync(policiesFolder).filter((name) => name.endsWith('.cedar')).map((name) => readFileSync(join(policiesFolder, name), 'utf8'))
  return texts.join('\n').match(/^(permit|forbid) /gm)?.length ?? 0
}

/** So many policies about enterprises and people, for callers that do not exist: each must be looked at, none applies. */
export function harmlessPolicies(count: number): string {
  const fields = ['Enterprise.name', 'Enterprise.type', 'Enterprise.industry', 'Person.gender', 'Person.hukouDivision', 'CreditRecord.recordNo']
  return Array.from({ length: count }, (_, n) => {
    const field = fields[n % fields.length] ?? ''
    return `@id("bench-${n}")\n@because("a measurement")\npermit (principal, action == Action::"read", resource is ${field.split('.', 1)[0]})\nwhen { principal.kind == "kind-${n}" && context.field.coordinate == "${field}" && context.field.level <= 2 };\n`
  }).join('\n')
}
