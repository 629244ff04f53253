// What officers ask about open queries: a text is read and judged before anything is kept of it; who acts for which office is told to the
// register, which judges the rest (audit/open-office.ts).

import type { OpenActed, OpenOffice, OpenRefusal, OpenRole, OpenSeed, OpenText } from '../audit/open-office.ts'
import { CitygraphError } from '../core/errors.ts'
import { holdsNaturalKey } from '../core/natural-keys.ts'
import type { Graph } from '../open/columns.ts'
import { judgeQuery } from '../open/judge-query.ts'
import type { OpenQuery } from '../open/open-query.ts'
import { refOf } from '../open/published-files.ts'
import { readQuery } from '../open/read-query.ts'
import type { BundleFile } from '../policy-engine/bundle-files.ts'
import type { Caller } from '../policy-engine/decision.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'

/** `problems`: `line:column what is wrong`; then nothing was kept. Otherwise the draft. */
export type Proposed =
  | { readonly problems: readonly string[] }
  | { readonly problems: readonly []; readonly id: string; readonly version: number; readonly level: string; readonly hash: string; readonly state: 'DRAFT' }

/** Acts that change a text give its id among the texts. */
export type OpenQueryOffice = {
  propose(text: string, by: Caller): Promise<Proposed>
  submit(id: string, hash: string, by: Caller): Promise<string>
  publish(id: string, hash: string, by: Caller): Promise<string>
  sendBack(id: string, hash: string, by: Caller): Promise<string>
  withdraw(id: string, by: Caller): Promise<string>
  resume(id: string, by: Caller): Promise<string>
}

type Parts = { readonly office: OpenOffice; readonly engine: Pick<PolicyEngine, 'bundle' | 'plan'>; readonly graph: () => Graph; readonly files: readonly BundleFile[] }

const CITY = 'BDC'
const MOST_PROBLEMS = 50

export function openQueryOffice({ office, engine, graph, files }: Parts): OpenQueryOffice {
  const read = (name: string, text: string): ReturnType<typeof readQuery> => readQuery({ name, text }, graph(), engine.bundle().combinations.sets)

  /** The file of the query, if it ships as one that is published. */
  const seedOf = (id: string): OpenSeed | undefined => {
    const file = files.find(({ name }) => name === `${id}.graphql`)
    const { query } = file === undefined ? { query: undefined } : read(file.name, file.text)
    return query === undefined ? undefined : { ...textOf(query), id: refOf(query.hash) }
  }

  const problemsOf = (query: OpenQuery, by: Caller): readonly string[] => {
    const { classification } = graph()
    if (query.owner !== by.org) return ['1:1 the owner is the department of whoever proposes it']
    return judgeQuery(query, { bundle: engine.bundle, plan: engine.plan, classification }, query.id).map(told)
  }

  /** In the first of the caller's roles that is not taken already. */
  const asOne = async (roles: readonly OpenRole[], act: (role: OpenRole) => Promise<OpenActed>): Promise<string> => {
    let acted: OpenActed = { outcome: 'OTHER_STATE' }
    for (const role of roles) {
      acted = await act(role)
      if (acted.outcome !== 'REPEATED' && acted.outcome !== 'OTHER_STATE') break
    }
    return done(acted)
  }

  return {
    async propose(text, by) {
      if (holdsNaturalKey(text)) return { problems: ['1:1 it holds what looks like a number of a person; such numbers are asked for by parameters'] }
      const { query, problems } = read('query', text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'))
      if (query === undefined) return { problems: problems.slice(0, MOST_PROBLEMS).map(told) }
      const faults = problemsOf(query, by)
      if (faults.length > 0) return { problems: faults }
      const seed = seedOf(query.id)
      if (seed !== undefined && seed.owner !== by.org) throw refusal('OTHER_OWNER')
      done(await office.propose(textOf(query), by, seed))
      return { problems: [], id: query.id, version: query.version, level: `L${query.level}`, hash: query.hash, state: 'DRAFT' }
    },
    submit: async (query, hash, by) => done(await office.submit({ query, hash }, by)),
    publish: (query, hash, by) => asOne(rolesOf(by, ['data-approver']), (role) => office.approve({ query, hash }, role, by)),
    sendBack: (query, hash, by) => asOne(rolesOf(by, ['data-approver']), (role) => office.sendBack({ query, hash }, role, by)),
    withdraw: (query, by) => asOne(rolesOf(by, ['data-owner', 'data-approver']), (role) => office.withdraw(query, role, by, ownSeed(seedOf(query), role, by))),
    resume: (query, by) => asOne(rolesOf(by, ['data-owner', 'data-approver']), (role) => office.resume(query, role, by)),
  }
}

/** Nobody else's act makes the register take over a file. */
function ownSeed(seed: OpenSeed | undefined, role: OpenRole, { org }: Caller): OpenSeed | undefined {
  return role === 'CITY' || seed?.owner === org ? seed : undefined
}

function textOf({ id, version, owner, level, hash, source }: OpenQuery): OpenText {
  return { query: id, version, owner, level, hash, content: source }
}

/** For the own department by one of the roles given, for the city as a policy officer of the data centre. */
function rolesOf({ org, roles }: Caller, own: readonly string[]): readonly OpenRole[] {
  return [...(own.some((role) => roles.includes(role)) ? (['OWNER'] as const) : []), ...(org === CITY && roles.includes('policy-officer') ? (['CITY'] as const) : [])]
}

/** A message may repeat the text it is about. */
function told({ line, column, message }: { readonly line: number; readonly column: number; readonly message: string }): string {
  return `${line}:${column} ${holdsNaturalKey(message) ? 'it holds what looks like a number of a person' : message.slice(0, 300)}`
}

function done(acted: OpenActed): string {
  if (acted.outcome !== 'DONE') throw refusal(acted.outcome)
  return acted.text
}

function refusal(outcome: OpenRefusal): CitygraphError {
  switch (outcome) {
    case 'OTHER_OWNER':
      return new CitygraphError('FORBIDDEN', { hint: 'Another department owns the open query of this id.' })
    case 'OLD_VERSION':
      return new CitygraphError('BAD_USER_INPUT', { argument: 'text', hint: 'Its version is not above the one that was published.' })
    case 'TOO_MANY':
      return new CitygraphError('RATE_LIMITED', { hint: 'A department proposes at most 100 texts in 24 hours.' })
    case 'SAME_OFFICER':
      return new CitygraphError('FORBIDDEN', { hint: 'Another person than the one who did the step before.' })
    case 'REPEATED':
      return new CitygraphError('BAD_USER_INPUT', { argument: 'id', hint: 'Your office has approved it already.' })
    case 'OTHER_STATE':
      return new CitygraphError('BAD_USER_INPUT', { argument: 'id', hint: 'No such text of an open query is yours to move by this step; look at the one that stands now.' })
  }
}
