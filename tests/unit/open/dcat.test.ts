import jsonld from 'jsonld'
import { beforeAll, describe, expect, it } from 'vitest'
import { dcatCatalogue } from '../../../open/dcat.ts'
import { addressOf } from '../../../open/open-query.ts'
import { documentedCity } from '../../support/open-query-texts.ts'
import type { City } from '../../support/open-query-texts.ts'

const DCAT = 'http://www.w3.org/ns/dcat#'
const DCT = 'http://purl.org/dc/terms/'
const BASE = 'https://open.example/catalog.jsonld'

type Node = Readonly<Record<string, unknown>> & { readonly '@id'?: string; readonly '@type'?: readonly string[] }

let city: City
/** Every node by its id, as another portal reads them: expanded against the address it was read from, without fetching anything. */
let nodes: readonly Node[]
beforeAll(async () => {
  city = await documentedCity()
  const document = JSON.parse(JSON.stringify(dcatCatalogue([...city.shipped, ...city.made], city.about, 'BDC')))
  const flat = await jsonld.flatten(document, undefined, { base: BASE, documentLoader: async () => { throw new Error('nothing is fetched') } })
  nodes = flat as unknown as readonly Node[]
})
const ofType = (type: string): readonly Node[] => nodes.filter((node) => node['@type']?.includes(type) === true)
const values = (node: Node, property: string): readonly Readonly<Record<string, unknown>>[] => (node[property] ?? []) as readonly Readonly<Record<string, unknown>>[]

describe('the DCAT-AP catalogue', () => {
  it('is one catalogue with title, description and publisher', () => {
    const [catalogue, second] = ofType(`${DCAT}Catalog`)
    expect(second).toBeUndefined()
    for (const property of [`${DCT}title`, `${DCT}description`, `${DCT}publisher`]) expect(values(catalogue ?? {}, property).length, property).toBeGreaterThan(0)
    const queries = [...city.shipped, ...city.made]
    expect(values(catalogue ?? {}, `${DCAT}dataset`)).toHaveLength(queries.length)
    expect(values(catalogue ?? {}, `${DCAT}service`)).toHaveLength(queries.length)
  })

  it('gives every class the properties that DCAT-AP 3 demands', () => {
    const mandatory: Readonly<Record<string, readonly string[]>> = {
      [`${DCAT}Dataset`]: [`${DCT}title`, `${DCT}description`],
      [`${DCAT}Distribution`]: [`${DCAT}accessURL`],
      [`${DCAT}DataService`]: [`${DCT}title`, `${DCAT}endpointURL`],
      'http://xmlns.com/foaf/0.1/Agent': ['http://xmlns.com/foaf/0.1/name'],
    }
    for (const [type, properties] of Object.entries(mandatory)) {
      const found = ofType(type)
      expect(found.length, type).toBeGreaterThan(0)
      for (const node of found) for (const property of properties) expect(values(node, property).length, `${node['@id']} ${property}`).toBeGreaterThan(0)
    }
  })

  it('says every title and description in both languages', () => {
    for (const node of ofType(`${DCAT}Dataset`)) {
      for (const property of [`${DCT}title`, `${DCT}description`]) expect(values(node, property).map((value) => value['@language']).sort()).toEqual(['en', 'zh'])
    }
  })

  it('says who may have it, and offers a distribution for each format of what is not by grant', () => {
    for (const query of [...city.shipped, ...city.made]) {
      const dataset = nodes.find((node) => node['@id'] === `https://open.example/open/${query.id}#dataset`) ?? {}
      const right = { public: 'PUBLIC', key: 'RESTRICTED', grant: 'NON_PUBLIC' }[query.audience]
      expect(values(dataset, `${DCT}accessRights`)).toEqual([{ '@id': `http://publications.europa.eu/resource/authority/access-right/${right}` }])
      expect(values(dataset, `${DCAT}distribution`), query.id).toHaveLength(query.audience === 'grant' ? 0 : query.formats.length)
      expect(values(dataset, `${DCAT}theme`).length, query.id).toBeGreaterThan(0)
    }
  })

  it('has addresses on the place where it was read, and only these', () => {
    const addresses = ofType(`${DCAT}DataService`).map((node) => values(node, `${DCAT}endpointURL`)[0]?.['@id'])
    expect(addresses.sort()).toEqual([...city.shipped, ...city.made].map((query) => `https://open.example${addressOf(query)}`).sort())
    const ids = nodes.flatMap((node) => node['@id'] ?? [])
    expect(ids.filter((id) => !id.startsWith('https://open.example/') && !id.startsWith('_:'))).toEqual([])
  })

  it('has a licence or says on which terms for every distribution', () => {
    for (const node of ofType(`${DCAT}Distribution`)) expect([...values(node, `${DCT}license`), ...values(node, `${DCT}rights`)], node['@id']).toHaveLength(1)
  })
})
