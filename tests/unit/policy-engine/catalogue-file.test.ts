// catalogue.yaml: what it may say, and where an officer is told of a slip.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { policiesFolder } from '../../../cli/city-parts.ts'
import { catalogueRows } from '../../../governance/catalogue-rows.ts'
import { readCatalogueFile } from '../../../policy-engine/catalogue-file.ts'
import { readOrganisations } from '../../../policy-engine/organisations.ts'
import { problemLine } from '../../../policy-engine/problem.ts'
import { graphItems } from '../../../schema/graph-items.ts'
import { allSubgraphSdl } from '../../../schema/load.ts'
import { cityGraph } from './bundle-directory.ts'

const { organisations } = readOrganisations({ name: 'organisations.yaml', text: readFileSync(join(policiesFolder, 'organisations.yaml'), 'utf8') })
const read = (text: string) => readCatalogueFile({ name: 'catalogue.yaml', text }, { classification: cityGraph(), organisations })
const rowOf = (text: string, coordinate: string) =>
  catalogueRows(graphItems(allSubgraphSdl()), { organisations, catalogue: read(text).catalogue, lists: { demands: [], duties: [], negatives: [] } }).find((row) => row.coordinate === coordinate)

describe('catalogue.yaml', () => {
  it.each([
    ['a key that nobody knows', 'domains: {}\ndomain: {}\n', 'catalogue.yaml:2:1 Unrecognized key: "domain"'],
    ['a domain that is none', 'domains:\n  roads: {}\n', 'catalogue.yaml:2:3 Unrecognized key: "roads"'],
    ['a word about a type that is none', 'types:\n  Persn: { titleZh: 人 }\n', 'catalogue.yaml:2:10 Persn is not a type of the graph'],
    ['a word about a field that is none', 'types:\n  Person:\n    fields:\n      nmae: { titleZh: 姓名 }\n', 'catalogue.yaml:4:13 Person.nmae is not a field of the graph'],
    ['a name of a field that no type has', 'fields:\n  nmae: { zh: 姓名 }\n', 'catalogue.yaml:2:9 no type of the graph has a field nmae'],
    ['an attribute that nobody knows', 'types:\n  Person: { levle: 1 }\n', 'catalogue.yaml:2:13 Unrecognized key: "levle"'],
    ['an attribute that is the schema’s', 'types:\n  Person: { level: L1 }\n', 'catalogue.yaml:2:13 Unrecognized key: "level"'],
    ['a cycle that is none', 'types:\n  Person: { updateCycle: OFTEN }\n', 'catalogue.yaml:2:26 Invalid option'],
    ['a collector that is no organisation', 'types:\n  Person: { collector: XX }\n', 'catalogue.yaml:2:24 organisation XX is not in organisations.yaml'],
    ['a day that does not exist', 'types:\n  Person: { publishedOn: 2026-02-30 }\n', 'catalogue.yaml:2:26 there is no such day'],
    ['an empty title', 'types:\n  Person: { titleZh: "" }\n', 'catalogue.yaml:2:22 this may not be empty'],
    ['a withdrawal of what is no field', 'withdrawn:\n  - { id: W-1, fields: [Person], reason: r, since: 2026-01-01 }\n', 'catalogue.yaml:2:25 Person is not a classified field of the graph'],
    ['a withdrawal without its reason', 'withdrawn:\n  - { id: W-1, fields: [Person.name], since: 2026-01-01 }\n', 'catalogue.yaml:2:5 Invalid input'],
  ])('is refused for %s, with its place', (_what, text, message) => {
    expect(read(text).problems.map(problemLine)).toEqual([expect.stringContaining(message)])
  })

  it('that comes with the product is accepted', () => {
    expect(read(readFileSync(join(policiesFolder, 'catalogue.yaml'), 'utf8')).problems).toEqual([])
  })

  it('may be missing: items then say what the schema says', () => {
    const { catalogue, problems } = readCatalogueFile(undefined, { classification: cityGraph(), organisations })
    expect(problems).toEqual([])
    const [row] = catalogueRows(graphItems(allSubgraphSdl()).filter(({ coordinate }) => coordinate === 'Enterprise.legalRepName'), { organisations, catalogue, lists: { demands: [], duties: [], negatives: [] } })
    expect(row).toMatchObject({ title: 'Legal rep name', title_zh: null, level: 'L1', collector: 'AMR', update_cycle: 'IRREGULAR', published_on: null, state: 'PUBLISHED' })
  })

  it('lets a word for a field go before one for its type, and that before its domain’s', () => {
    const text = 'domains:\n  population: { updateCycle: DAILY, collector: PSB, publishedOn: 2025-01-01 }\ntypes:\n  Person: { updateCycle: WEEKLY, collector: CAB, fields: { name: { updateCycle: YEARLY } } }\n'
    expect(rowOf(text, 'Person.name')).toMatchObject({ update_cycle: 'YEARLY', collector: 'CAB', published_on: '2025-01-01' })
    expect(rowOf(text, 'Person.gender')).toMatchObject({ update_cycle: 'WEEKLY', collector: 'CAB' })
    expect(rowOf(text, 'Household.address')).toMatchObject({ update_cycle: 'DAILY', collector: 'PSB' })
  })

  it('takes the standard from the description where nothing nearer names one', () => {
    expect(rowOf('domains:\n  population: { standard: GB 1 }\n', 'Person.gender')).toMatchObject({ standard: 'GB/T 2261.1' })
    expect(rowOf('domains:\n  population: { standard: GB 1 }\n', 'Person.mobile')).toMatchObject({ standard: 'GB 1' })
  })
})
