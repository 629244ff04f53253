// The catalogue of open queries for other portals: DCAT-AP 3 as JSON-LD. Addresses are relative to where the document was read, so that no
// header of a request is repeated in it; the context stands in it, so that nobody has to fetch one.

import { describe } from './about.ts'
import type { About, Described } from './about.ts'
import type { JsonObject } from './json-schema.ts'
import { mediaTypes } from './media-types.ts'
import { addressOf } from './open-query.ts'
import type { Audience, Format, OpenQuery, Words } from './open-query.ts'
import type { UpdateCycle } from '../policy-engine/catalogue-file.ts'

const authority = 'http://publications.europa.eu/resource/authority'

/** On which terms what is public may be used again. A city that publishes its own data names its own. */
const PUBLIC_LICENCE = `${authority}/licence/CC_BY_4_0`

const context: JsonObject = {
  dcat: 'http://www.w3.org/ns/dcat#', dct: 'http://purl.org/dc/terms/', foaf: 'http://xmlns.com/foaf/0.1/', rdfs: 'http://www.w3.org/2000/01/rdf-schema#', dcatap: 'http://data.europa.eu/r5r/',
}

const accessRights: Readonly<Record<Audience, string>> = { public: 'PUBLIC', key: 'RESTRICTED', grant: 'NON_PUBLIC' }
const frequencies: Readonly<Record<UpdateCycle, string>> = { REAL_TIME: 'UPDATE_CONT', HOURLY: 'HOURLY', DAILY: 'DAILY', WEEKLY: 'WEEKLY', MONTHLY: 'MONTHLY', QUARTERLY: 'QUARTERLY', YEARLY: 'ANNUAL', IRREGULAR: 'IRREG' }
const themes: Readonly<Record<Described['domains'][number], string>> = { population: 'SOCI', enterprises: 'ECON', credit: 'ECON', licenses: 'GOVE', transport: 'TRAN', governance: 'GOVE' }
const fileTypes: Readonly<Partial<Record<Format, string>>> = { json: 'JSON', csv: 'CSV', xml: 'XML', geojson: 'GEOJSON' }

/** `publisher`: the organisation that runs the catalogue. */
export function dcatCatalogue(queries: readonly OpenQuery[], about: About, publisher: string): JsonObject {
  const described = queries.map((query) => describe(query, about))
  const operator = about.bundle.organisations.get(publisher)
  return {
    '@context': context,
    '@id': '/open/#catalogue',
    '@type': 'dcat:Catalog',
    'dct:title': words({ en: 'Open queries of the city', zh: '城市开放查询目录' }),
    'dct:description': words({ en: 'Published queries over the city’s departmental data, decided cell by cell.', zh: '已发布的城市部门数据查询，按单元格裁定。' }),
    'dct:publisher': agent(publisher, { en: operator?.name ?? publisher, zh: operator?.nameZh ?? publisher }),
    'dct:language': ['ENG', 'ZHO'].map((code) => reference(`${authority}/language/${code}`)),
    'foaf:homepage': reference('/open/'),
    'dcat:themeTaxonomy': reference(`${authority}/data-theme`),
    'dcat:dataset': described.map(dataset),
    'dcat:service': queries.map(service),
  }
}

function dataset({ query, owner, domains, updateCycle }: Described): JsonObject {
  return {
    '@id': datasetId(query),
    '@type': 'dcat:Dataset',
    'dct:identifier': query.id,
    'dcat:version': String(query.version),
    'dct:title': words(query.title),
    'dct:description': words(query.summary ?? query.title),
    'dct:publisher': agent(query.owner, owner),
    'dcat:theme': [...new Set(domains.map((domain) => themes[domain]))].map((code) => reference(`${authority}/data-theme/${code}`)),
    'dcat:keyword': query.keywords.map((keyword) => ({ '@value': keyword, '@language': /\p{Script=Han}/u.test(keyword) ? 'zh' : 'en' })),
    'dct:accessRights': reference(`${authority}/access-right/${accessRights[query.audience]}`),
    ...(updateCycle === undefined ? {} : { 'dct:accrualPeriodicity': reference(`${authority}/frequency/${frequencies[updateCycle]}`) }),
    'dcat:landingPage': reference(`/open/${query.id}`),
    // What is not public is had by a grant, not by a download.
    ...(query.audience === 'grant' ? {} : { 'dcat:distribution': query.formats.map((format) => distribution(query, format)) }),
  }
}

function distribution(query: OpenQuery, format: Format): JsonObject {
  const type = fileTypes[format]
  // Without parameters there is an answer only where none is required.
  const whole = query.method === 'GET' && query.parameters.every(({ required }) => !required)
  const address = `${addressOf(query)}?format=${format}`
  return {
    '@id': `/open/${query.id}#${format}`,
    '@type': 'dcat:Distribution',
    'dct:title': words({ en: `${query.title.en} (${format})`, zh: `${query.title.zh}（${format}）` }),
    'dcat:accessURL': reference(whole ? address : `/open/${query.id}`),
    ...(whole && query.audience === 'public' ? { 'dcat:downloadURL': reference(query.rows.kind === 'MANY' ? `${address}&all=true` : address) } : {}),
    'dcat:mediaType': reference(`https://www.iana.org/assignments/media-types/${mediaTypes[format][0] ?? ''}`),
    ...(type === undefined ? {} : { 'dct:format': reference(`${authority}/file-type/${type}`) }),
    ...(query.audience === 'public' ? { 'dct:license': reference(PUBLIC_LICENCE) } : { 'dct:rights': { '@type': 'dct:RightsStatement', 'rdfs:label': words({ en: 'For departments and partners with an access token, on the terms of their grants.', zh: '供持访问令牌的部门与合作方使用，依其授权条款。' }) } }),
    'dcatap:availability': reference(`${authority}/planned-availability/AVAILABLE`),
    'dcat:accessService': reference(serviceId(query)),
  }
}

function service(query: OpenQuery): JsonObject {
  return {
    '@id': serviceId(query),
    '@type': 'dcat:DataService',
    'dct:title': words(query.title),
    'dcat:endpointURL': reference(addressOf(query)),
    'dcat:endpointDescription': reference('/open/v1/openapi.json'),
    'dcat:servesDataset': reference(datasetId(query)),
    'dct:accessRights': reference(`${authority}/access-right/${accessRights[query.audience]}`),
  }
}

function datasetId({ id }: OpenQuery): string {
  return `/open/${id}#dataset`
}

function serviceId({ id }: OpenQuery): string {
  return `/open/${id}#service`
}

function agent(code: string, name: Words): JsonObject {
  return { '@id': `/open/#${code}`, '@type': 'foaf:Agent', 'foaf:name': words(name) }
}

function words({ en, zh }: Words): readonly JsonObject[] {
  return [{ '@value': en, '@language': 'en' }, { '@value': zh, '@language': 'zh' }]
}

function reference(id: string): JsonObject {
  return { '@id': id }
}
