import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { errorCatalogue } from '../../../core/errors.ts'
import { openApi } from '../../../open/openapi.ts'
import { addressOf } from '../../../open/open-query.ts'
import { mediaTypes } from '../../../open/media-types.ts'
import { documentedCity } from '../../support/open-query-texts.ts'
import type { City } from '../../support/open-query-texts.ts'

/** Whatever stands in the document; tests read it by path. */
// eslint-disable-next-line -- read by tests only
type Json = any

let city: City
let document: Json
beforeAll(async () => {
  city = await documentedCity()
  document = JSON.parse(JSON.stringify(openApi([...city.shipped, ...city.made], city.about, '2026-02-28')))
})
const operationOf = (id: string): Json => Object.values(document.paths[`/open/v1/${id}`] as object)[0]

describe('the OpenAPI document', () => {
  it('is valid by the meta-schema of OpenAPI 3.1, and the validator refuses a broken one', async () => {
    const validity = await new Validator().validate(structuredClone(document))
    expect(validity.errors ?? []).toEqual([])
    expect(validity.valid).toBe(true)
    const broken = structuredClone(document)
    delete broken.paths['/open/v1/metro-stations'].get.responses['200'].description
    expect((await new Validator().validate(broken)).valid).toBe(false)
  })

  it('refers to nothing that it does not hold', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '')
    expect(references.length).toBeGreaterThan(20)
    for (const path of new Set(references)) expect(path.split('/').reduce((at: Json, name) => at?.[name], document), path).toBeDefined()
  })

  it('holds every query at its address by its method, with every parameter and format of it and no other', () => {
    const queries = [...city.shipped, ...city.made]
    expect(Object.keys(document.paths).sort()).toEqual(queries.map(addressOf).sort())
    for (const query of queries) {
      const path = document.paths[addressOf(query)]
      expect(Object.keys(path), query.id).toEqual([query.method.toLowerCase()])
      const operation = operationOf(query.id)
      const named = query.method === 'GET' ? operation.parameters.map(({ name }: Json) => name) : Object.keys(operation.requestBody.content['application/json'].schema.properties)
      for (const { name } of query.parameters) expect(named, query.id).toContain(name)
      expect(Object.keys(operation.responses['200'].content).sort(), query.id).toEqual(query.formats.map((format) => mediaTypes[format][0]).sort())
      expect([operation['x-level'], operation['x-audience'], operation['x-owner'].code]).toEqual([`L${query.level}`, query.audience, query.owner])
    }
  })

  it('has schemas that all compile as JSON Schema 2020-12', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    for (const query of [...city.shipped, ...city.made]) {
      for (const { schema } of Object.values(operationOf(query.id).responses['200'].content) as Json[]) {
        expect(() => ajv.compile({ ...schema, components: document.components }), query.id).not.toThrow()
      }
    }
  })

  it('never puts a number of a person into an address: such parameters are in a body', () => {
    const byPost = city.shipped.filter(({ method }) => method === 'POST')
    expect(byPost.length).toBeGreaterThan(0)
    for (const { id, parameters } of byPost) {
      const operation = operationOf(id)
      for (const { name } of parameters) expect(operation.parameters.map((one: Json) => one.name), id).not.toContain(name)
      for (const example of operation['x-examples']) expect(example.address, id).toBe(`/open/v1/${id}`)
    }
  })

  it('lets everybody ask what is public, and nobody else without a key or a token', () => {
    for (const { id, audience } of [...city.shipped, ...city.made]) {
      const open = operationOf(id).security.some((one: object) => Object.keys(one).length === 0)
      expect(open, id).toBe(audience === 'public')
    }
  })

  it('names every code that can come, under its status', () => {
    for (const [code, { status }] of Object.entries(errorCatalogue)) {
      const response = document.components.responses[`Problem${status}`]
      if (!/^(APPLICATION|APPROVER|APPROVAL|GRANT)_/.test(code)) expect(response.description, code).toContain(code)
    }
  })

  it('says that a query is deprecated from its day on', () => {
    expect(operationOf('ends-soon').deprecated).toBe(true)
    const earlier: Json = openApi(city.made, city.about, '2026-01-31')
    expect(earlier.paths['/open/v1/ends-soon'].get.deprecated).toBeUndefined()
  })

  it('describes parameters and columns in English and Chinese', () => {
    const { parameters, responses } = operationOf('metro-stations')
    expect(parameters.find(({ name }: Json) => name === 'limit').description).toMatch(/Rows of one page.*每页行数/s)
    expect(responses['200'].content['application/json'].schema.properties.data.items.properties.name.title).toBe('Name 名称')
  })

  it('is the same text for the same queries', () => {
    expect(JSON.stringify(openApi([...city.shipped, ...city.made], city.about, '2026-02-28'))).toBe(JSON.stringify(document))
  })
})
