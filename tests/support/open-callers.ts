// Who asks open queries in tests, and how: at the address of the query in any format, and the same operation at /graphql.

import { demonstrationCallers } from '../../gateway/demonstration-callers.ts'
import type { Example, Format, OpenQuery } from '../../open/open-query.ts'
import { addressOf } from '../../open/open-query.ts'
import { fromObject } from '../../open/parameters.ts'
import { placeOf } from '../../open/place.ts'
import { readCsv, readGeojson, readNdjson, readXml } from './open-readers.ts'
import type { JsonRow } from './open-readers.ts'
import { post } from './running-city.ts'
import type { Answer, RunningCity } from './running-city.ts'

/** A demonstration caller who may ask for the purpose; of a query without one, any department. */
export function callerFor({ purpose }: Pick<OpenQuery, 'purpose'>): string {
  const found = purpose === undefined ? 'bdc-officer' : demonstrationCallers.find(({ purposes }) => purposes.includes(purpose))?.name
  if (found === undefined) throw new Error(`nobody asks for ${String(purpose)}`)
  return found
}

export type OpenAnswered = { readonly status: number; readonly text: string; readonly headers: Headers }

/** By POST, which every open query takes. `token` undefined: the public. */
export async function askOpen(url: string, query: Pick<OpenQuery, 'id'>, { parameters, caseNo, authorizationRef }: Pick<Example, 'parameters' | 'caseNo' | 'authorizationRef'>, token?: string, format: Format = 'json'): Promise<OpenAnswered> {
  const response = await fetch(`${url}${addressOf(query)}?format=${format}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(caseNo === undefined ? {} : { 'x-case-no': caseNo }), ...(authorizationRef === undefined ? {} : { 'x-authorization-ref': authorizationRef }) },
    body: JSON.stringify(parameters),
  })
  return { status: response.status, text: await response.text(), headers: response.headers }
}

/** The same operation, caller, purpose and occasion at /graphql. */
export async function askGraphql({ url }: Pick<RunningCity, 'url'>, query: OpenQuery, { parameters, caseNo, authorizationRef }: Example, token?: string): Promise<Answer> {
  const how = { ...(query.purpose === undefined ? {} : { purpose: query.purpose }), ...(caseNo === undefined ? {} : { caseNo }), ...(authorizationRef === undefined ? {} : { authorizationRef }) }
  return post(url, query.text, { ...how, variables: fromObject(parameters, query), operationName: query.operationName }, token)
}

/** The rows of an answer; a format more is a line more. */
export function readRows(format: Format, text: string, { rows: { kind, columns } }: OpenQuery): readonly JsonRow[] {
  switch (format) {
    case 'json': {
      const { data } = JSON.parse(text) as { readonly data: JsonRow | readonly JsonRow[] | null }
      return kind === 'MANY' ? (data as readonly JsonRow[]) : data === null ? [] : [data as JsonRow]
    }
    case 'ndjson':
      return readNdjson(text)
    case 'csv':
      return readCsv(text, columns)
    case 'xml':
      return readXml(text, columns)
    case 'geojson':
      return readGeojson(text, placeOf(columns) ?? [])
  }
}
