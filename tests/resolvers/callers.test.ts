// The officers' own policies over a loaded city: every caller asks for everything, two edges deep. Every condition that policies
// make must be writable as SQL on every type, and no statement may fail.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { frozenClock } from '../../core/clock.ts'
import { domains, type Domain } from '../../core/domains.ts'
import { demonstrationCallers } from '../../gateway/demonstration-callers.ts'
import type { Caller } from '../../policy-engine/decision.ts'
import { createPolicyEngine, type PolicyEngine } from '../../policy-engine/engine.ts'
import { domainEntities } from '../../resolvers/domain-resolvers.ts'
import { readClassification } from '../../schema/classification.ts'
import { allSubgraphSdl } from '../../schema/load.ts'
import { deepSelection } from '../support/deep-query.ts'
import { loadedDatabase } from '../support/loaded-city.ts'
import { NOW, overDatabase, type ResolverCity } from '../support/resolver-city.ts'
import { theScenario } from '../support/scenario-city.ts'

const { people, enterprises } = theScenario()
const pidOfSubject: Readonly<Record<string, string>> = { 'zhang-wei': people.zhangWei.pid, ayiguli: people.ayiguli.pid }

const lists: Readonly<Record<Domain, readonly string[]>> = {
  population: ['people', 'person', 'me'],
  enterprises: ['enterprises'],
  credit: ['creditRecords'],
  licenses: ['licenses', 'licenseTypes'],
  transport: ['metroLines', 'metroStations', 'vehicles', 'roadSections'],
}

let engine: PolicyEngine
const cities = new Map<Domain, ResolverCity>()

beforeAll(async () => {
  engine = await createPolicyEngine({ directory: 'policies', classification: readClassification(allSubgraphSdl()), clock: frozenClock(NOW) })
  for (const domain of domains) cities.set(domain, overDatabase(domain, await loadedDatabase(domain, 400)))
})
afterAll(async () => {
  for (const city of cities.values()) await city.close()
})

function callers(): readonly { readonly name: string; readonly caller: Caller; readonly purpose?: string }[] {
  const known = demonstrationCallers.flatMap(({ name, kind, org, roles, division, assurance, zone, purposes }) => {
    const pid = pidOfSubject[name]
    const caller: Caller = { kind, org, sub: name, roles, assurance, zone, ...(division === undefined ? {} : { division }), ...(pid === undefined ? {} : { pid }) }
    return [{ name, caller }, ...purposes.map((purpose) => ({ name: `${name} ${purpose}`, caller, purpose }))]
  })
  return [...known, { name: 'public', caller: { kind: 'public', org: 'PUBLIC', sub: 'public', roles: [], assurance: 1, zone: 'mainland' } }]
}

/** Every second caller and purpose asks of a department, the others of the next one; SHARE=1 lets everybody ask everywhere. */
const SHARE = Number(process.env['SHARE'] ?? 2)

describe.each(domains)('%s', (domain) => {
  test.each(callers().filter((_, index) => (index + domains.indexOf(domain)) % SHARE === 0))('answers $name whatever is asked for', async ({ caller, purpose }) => {
    const city = cities.get(domain)
    if (city === undefined) throw new Error('not open')
    const about = domainEntities(domain).find(({ type }) => type === 'Person') === undefined ? 'Enterprise' : 'Person'
    const representations = [
      { __typename: 'Enterprise', uscc: enterprises[0].uscc, domicileGrid: { lat: 31.235, lng: 121.475 } },
      { __typename: 'Person', id: city.ids.encipher(caller.org, 'Person', people.simaGuangming.pid) },
      { __typename: 'Driver', id: city.ids.encipher(caller.org, 'Driver', people.simaGuangming.pid) },
    ].filter(({ __typename }) => city.schema.getType(__typename) !== undefined)
    const roots = lists[domain].map((list) => rootQuery(city, list, city.ids.encipher(caller.org, 'Person', people.ouyangJingyi.pid)))
    const fragments = representations.map(({ __typename }) => `... on ${__typename} ${deepSelection(city.schema, __typename, 2)}`)
    for (const caseNo of purpose === undefined ? [undefined] : ['CASE-000001']) {
      const occasion = { singleSubject: caseNo !== undefined, ...(purpose === undefined ? {} : { purpose }), ...(caseNo === undefined ? {} : { caseNo, authorizationRef: 'AUTH-1' }) }
      const plan = engine.plan(caller, occasion)
      const answer = await city.ask(`query($r: [_Any!]!) { ${roots.join(' ')} _entities(representations: $r) { ${fragments.join(' ')} } }`, {
        plan,
        org: caller.org,
        ...(caller.pid === undefined ? {} : { pid: caller.pid }),
        variables: { r: representations },
      })
      expect(answer.errors, about).toBeUndefined()
      if (caller.kind === 'operator') expect(JSON.stringify(answer.data)).not.toMatch(/"(name|recordNo|plateNo)":"/)
    }
  })
})

function rootQuery(city: ResolverCity, list: string, id: string): string {
  const field = city.schema.getQueryType()?.getFields()[list]
  const type = String(field?.type).replace(/Connection!?$/, '').replace(/!$/, '')
  const selection = deepSelection(city.schema, type, 2)
  if (list === 'person') return `person(id: "${id}") ${selection}`
  return list === 'me' ? `me ${selection}` : `${list}(first: 5) { nodes ${selection} pageInfo { hasNextPage endCursor } }`
}
