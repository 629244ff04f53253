// The acts on open queries through the graph of a running city, as anybody else would ask it: with a token, and to what the policies allow.

import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { isEmbedded, readConfig } from '../core/config.ts'
import { demonstrationCallers } from '../gateway/demonstration-callers.ts'
import { followClock } from './demonstration-clock.ts'
import { demonstrationIssuer } from './issuer.ts'
import { embeddedKeys } from './keys.ts'
import { UsageError } from './usage.ts'

/** `url` of the gateway; who asks, as a demonstration caller or by the token in a file. */
export type Asking = { readonly url: string | undefined; readonly as: string | undefined; readonly tokenFile: string | undefined }
export type OpenAct = 'proposeOpenQuery' | 'submitOpenQuery' | 'publishOpenQuery' | 'sendBackOpenQuery' | 'withdrawOpenQuery' | 'resumeOpenQuery'

const GIVEN = 'id version level state served hash problem'
const operations: Readonly<Record<OpenAct, string>> = {
  proposeOpenQuery: 'mutation ($text: String!) { proposeOpenQuery(text: $text) { problems id version level state hash } }',
  submitOpenQuery: `mutation ($id: ID!, $hash: String!) { submitOpenQuery(id: $id, hash: $hash) { ${GIVEN} } }`,
  publishOpenQuery: `mutation ($id: ID!, $hash: String!) { publishOpenQuery(id: $id, hash: $hash) { ${GIVEN} } }`,
  sendBackOpenQuery: `mutation ($id: ID!, $hash: String!) { sendBackOpenQuery(id: $id, hash: $hash) { ${GIVEN} } }`,
  withdrawOpenQuery: `mutation ($id: ID!) { withdrawOpenQuery(id: $id) { ${GIVEN} } }`,
  resumeOpenQuery: `mutation ($id: ID!) { resumeOpenQuery(id: $id) { ${GIVEN} } }`,
}
const LIST = 'query ($after: String) { openQueries(first: 100, after: $after) { nodes { id version level audience owner state served hash address problem } pageInfo { hasNextPage endCursor } } }'

const given = z.object({ id: z.string().nullish(), version: z.number().nullish(), level: z.string().nullish(), state: z.string().nullish(), served: z.boolean().nullish(), hash: z.string().nullish(), problem: z.string().nullish(), problems: z.array(z.string()).nullish(), audience: z.string().nullish(), owner: z.string().nullish(), address: z.string().nullish() })
type Given = z.infer<typeof given>
const answered = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).optional(),
})
const page = z.object({ nodes: z.array(given), pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }) })

/** 0 when done, 1 when refused or something is wrong with the text. */
export async function actOnOpenQuery(act: OpenAct, variables: Readonly<Record<string, string>>, asking: Asking): Promise<number> {
  const read = given.nullish().parse((await ask(operations[act], variables, asking))[act])
  if (read === null || read === undefined) throw new Error('It was refused.')
  for (const problem of read.problems ?? []) process.stderr.write(`${problem}\n`)
  if ((read.problems ?? []).length > 0) return 1
  process.stdout.write(`${told(read)}\n`)
  return 0
}

export async function listOpenQueries(asking: Asking): Promise<number> {
  let after: string | undefined
  do {
    const { nodes, pageInfo } = page.parse((await ask(LIST, after === undefined ? {} : { after }, asking))['openQueries'])
    for (const one of nodes) process.stdout.write(`${told(one)}\n`)
    after = pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined
  } while (after !== undefined)
  return 0
}

function told({ id, version, level, state, served, hash, problem, audience, owner, address }: Given): string {
  const facts = [level, audience?.toLowerCase(), owner, state, served === true ? `served at ${address ?? `/open/v1/${id ?? ''}`}` : served === false ? 'not served' : undefined, hash, problem]
  return `${id ?? ''} v${version ?? ''}: ${facts.filter((fact) => typeof fact === 'string' && fact !== '').join(', ')}`
}

/** Throws a sentence for whoever ran the command. */
async function ask(query: string, variables: Readonly<Record<string, string>>, asking: Asking): Promise<Readonly<Record<string, unknown>>> {
  const url = asking.url ?? `http://localhost:${readConfig(process.env).port}`
  const token = await tokenOf(asking)
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST', headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }, body: JSON.stringify({ query, variables }),
  }).catch((cause: unknown) => {
    throw new Error(`No city answers at ${url}: \`npm start\` starts one.`, { cause })
  })
  const answer = answered.safeParse(await response.json().catch(() => undefined))
  if (!answer.success) throw new Error(`What answers at ${url} is no gateway of citygraph.`)
  const [error] = answer.data.errors ?? []
  if (error !== undefined) throw new Error(`${error.extensions.code}: ${error.message}`)
  return answer.data.data ?? {}
}

/** Undefined: the public. */
async function tokenOf({ as, tokenFile }: Asking): Promise<string | undefined> {
  if (as !== undefined && tokenFile !== undefined) throw new UsageError('--as or --token-file, not both.')
  if (tokenFile !== undefined) {
    const text = await readFile(tokenFile, 'utf8').catch((cause: unknown) => {
      throw new UsageError('The file of the token cannot be read.', { cause })
    })
    return text.trim()
  }
  if (as === undefined) return undefined
  if (!demonstrationCallers.some(({ name }) => name === as)) throw new UsageError('There is no demonstration caller of that name. `citygraph token --list` names them.')
  const config = readConfig(process.env)
  if (!isEmbedded(config)) throw new UsageError('Demonstration callers exist only with embedded databases; use --token-file.')
  return (await demonstrationIssuer(embeddedKeys(config.folder, config), followClock(config.folder))).token(as)
}
