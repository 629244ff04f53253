// Every row of a city, domain by domain, in a fixed order: the scenario, what belongs to no person, then block after block.
// Relies on nothing but the options: the same options give the same rows.

import type { Domain } from '../core/domains.ts'
import { blocks, type CityOptions } from './city.ts'
import { creditRows } from './credit-rows.ts'
import { enterpriseRows } from './enterprise-rows.ts'
import { licenseRows } from './license-rows.ts'
import { metroRows, roadRows } from './network.ts'
import { populationRows } from './population-rows.ts'
import type { Put } from './rows.ts'
import { scenarioCreditRows, scenarioLicenseRows, scenarioTransportRows } from './scenario-records.ts'
import { scenarioEnterpriseRows, scenarioPopulationRows } from './scenario-registers.ts'
import { scenario, SCENARIO_SIZE } from './scenario.ts'
import { transportRows } from './transport-rows.ts'

/** Where the rows of each domain go. */
export type Sinks = Readonly<Record<Domain, Put>>

/**
 * Puts all rows, and yields after each part (the scenario first, then every thousand people) how many people are done, so that a
 * loader can write what it has before the next part is made.
 */
export function* rowsOfCity(options: CityOptions, sinks: Sinks): Generator<number> {
  const canonical = scenario(options.linkKey)
  scenarioPopulationRows(canonical, sinks.population)
  scenarioEnterpriseRows(canonical, sinks.enterprises)
  scenarioCreditRows(canonical, sinks.credit)
  scenarioLicenseRows(canonical, sinks.licenses)
  scenarioTransportRows(canonical, sinks.transport)
  metroRows(sinks.transport)
  roadRows(options.places, options.seed, sinks.transport)
  let people = SCENARIO_SIZE
  yield people
  for (const block of blocks(options, SCENARIO_SIZE)) {
    populationRows(block, options.size, sinks.population)
    enterpriseRows(block, sinks.enterprises)
    creditRows(block, sinks.credit)
    licenseRows(block, sinks.licenses)
    transportRows(block, options.places, sinks.transport)
    people += block.people.length
    yield people
  }
}
