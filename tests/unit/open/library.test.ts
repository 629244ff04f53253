// Which open queries are served: published files and what officers published, judged by the policies of the moment.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { policiesFolder } from '../../../cli/city-parts.ts'
import { frozenClock } from '../../../core/clock.ts'
import { judgeQuery } from '../../../open/judge-query.ts'
import { openLibrary, rememberingReader, servedQueries } from '../../../open/library.ts'
import type { ServingJudge, Standing } from '../../../open/library.ts'
import { PUBLISHED, publishedFiles, publishFiles, refOf } from '../../../open/published-files.ts'
import { readQuery } from '../../../open/read-query.ts'
import type { BundleFile } from '../../../policy-engine/bundle-files.ts'
import { createPolicyEngine } from '../../../policy-engine/engine.ts'
import { apiSchemaOf } from '../../../schema/api-schema.ts'
import { readClassification } from '../../../schema/classification.ts'
import { allSubgraphSdl, committedSupergraphSdl } from '../../../schema/load.ts'
import { LICENSES, openText } from '../../support/open-texts.ts'
import type { Changes } from '../../support/open-texts.ts'
import { TEST_DAY } from '../../support/running-city.ts'

const graph = { schema: apiSchemaOf(committedSupergraphSdl()), classification: readClassification(allSubgraphSdl()) }
let judging: ServingJudge
beforeAll(async () => {
  const engine = await createPolicyEngine({ directory: policiesFolder, classification: graph.classification, clock: frozenClock(TEST_DAY) })
  judging = { bundle: engine.bundle, plan: engine.plan, classification: graph.classification }
})

const file = (id: string, changes: Changes = {}): BundleFile => ({ name: `${id}.graphql`, text: openText({ id, ...changes }) })
const standing = (content: string, changes: Partial<Standing> = {}): Standing => ({ state: 'PUBLISHED', level: 1, hash: readQuery({ name: 'x', text: content }, graph, []).query?.hash ?? '', content, ...changes })
const served = (files: readonly BundleFile[], standings: Readonly<Record<string, Standing>> = {}): readonly string[] => [...servedQueries(files, new Map(Object.entries(standings)), graph, judging).queries.values()].map(({ id, version }) => `${id} v${version}`)
const refused = (files: readonly BundleFile[], standings: Readonly<Record<string, Standing>> = {}): readonly string[] => servedQueries(files, new Map(Object.entries(standings)), graph, judging).problems.map(({ message }) => message)

describe('a query is served', () => {
  it('as its file has it until officers act on it, then as they say', () => {
    expect(served([file('a'), file('b')])).toEqual(['a v1', 'b v1'])
    expect(served([file('a'), file('b')], { a: standing(openText({ id: 'a', version: 2 })) })).toEqual(['a v2', 'b v1'])
    expect(served([file('a', { version: 9 })], { a: standing(openText({ id: 'a', version: 2 }), { state: 'WITHDRAWN' }) })).toEqual([])
  })

  it('never under another name than its own', () => {
    expect(served([{ name: 'b.graphql', text: openText({ id: 'a' }) }])).toEqual([])
    expect(served([], { b: standing(openText({ id: 'a' })) })).toEqual([])
  })

  it('never as another text than the hash says, nor above the level at which it was published', () => {
    expect(refused([], { a: standing(openText({ id: 'a' }), { hash: 'f'.repeat(64) }) })).toEqual(['its text is not the one that was published'])
    const licenses = openText({ id: 'a', owner: 'BDC', audience: 'key', operation: LICENSES, parameters: 'uscc: x' })
    expect(refused([], { a: standing(licenses) })).toEqual(['its level is L2 by now, and it was published as L1'])
    expect(served([], { a: standing(licenses, { level: 2 }) })).toEqual(['a v1'])
  })

  it('also where its neighbours are not', () => {
    expect(served([file('a'), { name: 'broken.graphql', text: 'query' }, file('c')])).toEqual(['a v1', 'c v1'])
  })
})

describe('a judgement', () => {
  const faults = (changes: Changes): readonly string[] => {
    const { query, problems } = readQuery({ name: 'x', text: openText(changes) }, graph, [])
    return query === undefined ? problems.map(({ message }) => message) : judgeQuery(query, judging, 'x').map(({ message }) => message)
  }
  it.each([
    [{ owner: 'NOBODY' }, 'the owner NOBODY is no registered department'],
    [{ owner: 'BANK-A' }, 'the owner BANK-A is no registered department'],
    [{ audience: 'grant', purpose: 'NONE-0001' }, 'the purpose NONE-0001 is not registered'],
    [{ operation: LICENSES, parameters: 'uscc: x' }, 'its level is L2, and the audience public may have no more than L1'],
    [{ audience: 'grant', purpose: 'NAV-0801', operation: 'query V($name: String!, $idNo: String!) { verifyIdentity(name: $name, idNo: $idNo) }', parameters: 'name: x, idNo: y' }, 'the audience grant would see nothing by it'],
  ])('%j: %s', (changes: Changes, fault) => {
    expect(faults(changes)).toEqual([fault])
  })

  it('lets a query for a grant be served while nobody holds the grant, and not published', () => {
    const { query } = readQuery({ name: 'x', text: openText({ audience: 'grant', purpose: 'NAV-0801', operation: 'query V($name: String!, $idNo: String!) { verifyIdentity(name: $name, idNo: $idNo) }', parameters: 'name: x, idNo: y' }) }, graph, [])
    expect(query && judgeQuery(query, judging, 'x', 'SERVE')).toEqual([])
  })
})

describe('a library', () => {
  it('serves nothing while it is not known what was withdrawn, and says once what it does not serve', () => {
    let fresh = true
    let standings: ReadonlyMap<string, Standing> = new Map()
    const told: string[][] = []
    const library = openLibrary({ files: [file('a'), { name: 'broken.graphql', text: 'query' }], register: { standings: () => standings, fresh: () => fresh }, graph, judging, read: rememberingReader(), onProblems: (problems) => told.push(problems.map(({ file: name }) => name)) })
    const before = library.version()
    const known = library.get('a')
    expect(library.get('a')).toBe(known)
    expect(library.all()).toHaveLength(1)
    standings = new Map([['a', standing(openText({ id: 'a' }), { state: 'WITHDRAWN' })]])
    expect(library.get('a')).toBeUndefined()
    expect(library.version()).not.toBe(before)
    expect(told.filter((names) => names.includes('broken.graphql'))).toHaveLength(1)
    standings = new Map()
    expect(library.version()).toBe(before)
    fresh = false
    for (const ask of [() => library.get('a'), () => library.all(), () => library.version()]) expect(ask).toThrow('The access record cannot be made durable')
  })
})

describe('files', () => {
  it('are published by the list of their hashes; an edited, a new and a lost one are told, and without the list nothing is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'citygraph-open-'))
    for (const id of ['a', 'b', 'c']) writeFileSync(join(folder, `${id}.graphql`), openText({ id }))
    expect((await publishedFiles(folder)).files).toEqual([])
    expect(await publishFiles(folder)).toEqual(['a.graphql', 'b.graphql', 'c.graphql'])
    expect(await publishedFiles(folder)).toMatchObject({ files: [{ name: 'a.graphql' }, { name: 'b.graphql' }, { name: 'c.graphql' }], problems: [] })
    writeFileSync(join(folder, 'b.graphql'), `${openText({ id: 'b' })} `)
    writeFileSync(join(folder, 'd.graphql'), openText({ id: 'd' }))
    const list = JSON.parse(readFileSync(join(folder, PUBLISHED), 'utf8')) as Record<string, string>
    writeFileSync(join(folder, PUBLISHED), JSON.stringify({ ...list, 'e.graphql': 'a'.repeat(64) }))
    const { files, problems } = await publishedFiles(folder)
    expect(files.map(({ name }) => name)).toEqual(['a.graphql', 'c.graphql'])
    expect(problems.map(({ file: name }) => name)).toEqual(['b.graphql', 'd.graphql', PUBLISHED])
    for (const damaged of ['', '[]', '{"a.graphql": 1}', '{"a.graphql": "short"}']) {
      writeFileSync(join(folder, PUBLISHED), damaged)
      expect((await publishedFiles(folder)).files, damaged).toEqual([])
    }
  })

  it('have a name among the texts that is a UUID of their hash', () => {
    expect(refOf('0123456789abcdef'.repeat(4))).toBe('01234567-89ab-8def-8123-456789abcdef')
  })
})
