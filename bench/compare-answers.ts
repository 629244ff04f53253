// Before anything is timed: whether servers answer alike. Ids are pseudonyms of the asking organisation, so they are left out.

import { isDeepStrictEqual } from 'node:util'
import type { Server } from './servers.ts'

/** What a server answers to its question. Throws when it is not 200, or has errors. */
export async function dataOf({ name, url, body, headers }: Server): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body, headers })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${name} answers ${response.status}: ${text.slice(0, 500)}`)
  const { data, errors } = JSON.parse(text)
  if (errors !== undefined) throw new Error(`${name} answers with errors: ${JSON.stringify(errors).slice(0, 500)}`)
  return withoutIds(data)
}

/** Throws Error naming the first place where a server answers otherwise than the first of them. */
export async function refuseDifferentAnswers(servers: readonly Server[]): Promise<void> {
  const [first, ...others] = servers
  if (first === undefined) return
  const wanted = await dataOf(first)
  for (const other of others) {
    const got = await dataOf(other)
    if (!isDeepStrictEqual(got, wanted)) throw new Error(`${other.name} does not answer what ${first.name} answers: ${firstDifference(wanted, got, 'data')}`)
  }
}

/** A path and both values, shortened. */
export function firstDifference(wanted: unknown, got: unknown, path: string): string {
  if (isDeepStrictEqual(wanted, got)) return ''
  if (isObject(wanted) && isObject(got)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)])) {
      const found = firstDifference(wanted[key], got[key], `${path}.${key}`)
      if (found !== '') return found
    }
  }
  return `${path} is ${short(got)}, not ${short(wanted)}`
}

function short(value: unknown): string {
  return (JSON.stringify(value) ?? 'absent').slice(0, 200)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'id').map(([name, inner]) => [name, withoutIds(inner)]))
}
