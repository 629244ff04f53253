// `citygraph open` as a command: what it prints and how it ends, offline and against a running city.

import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openQueriesFolder } from '../../cli/open-queries.ts'
import { command } from '../support/command.ts'
import { NAMES, openText } from '../support/open-texts.ts'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

const folder = mkdtempSync(join(tmpdir(), 'citygraph-open-'))
const run = async (...args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> => {
  const running = command(['open', ...args], {})
  const { code } = await running.ended
  return { code, out: running.out(), err: running.err() }
}

describe('offline', () => {
  const edited = join(folder, 'queries')
  beforeAll(() => cpSync(openQueriesFolder, edited, { recursive: true }))

  it('check names level, audience and method of each, and ends with 0', async () => {
    const { code, out, err } = await run('check')
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^start-business v1: L4, grant, POST, \d+ fields$/m)
    expect(out.trim().split('\n')).toHaveLength(35)
  })

  it('check tells an edited file with its place, and seed publishes it as it stands', async () => {
    const file = join(edited, 'metro-lines.graphql')
    writeFileSync(file, readFileSync(file, 'utf8').replace('version: 1', 'version: 2'))
    writeFileSync(join(edited, 'wrong.graphql'), openText({ id: 'wrong', operation: NAMES.replace('uscc name', 'uscc nothing') }))
    const before = await run('check', '--folder', edited)
    expect(before.code).toBe(1)
    expect(before.err).toMatch(/metro-lines\.graphql.*differs from the text that was published/)
    expect(before.err).toMatch(/wrong\.graphql:11:18 Cannot query field "nothing"/)
    expect(before.out).toContain('metro-lines v2: L1, public, GET')
    expect(await run('seed', '--folder', edited)).toMatchObject({ code: 0, err: '', out: expect.stringContaining('36 open queries are published') })
    expect((await run('check', '--folder', edited)).err).not.toContain('metro-lines.graphql')
  })

  it.each([[['propose']], [['check', 'x']], [['publish', 'id']], [['withdraw', 'id', 'hash']], [['nothing']], [[]], [['check', '--folder', '/nowhere']], [['propose', '/nowhere']], [['list', '--as', 'nobody']]])('%j is a wrong command line: 2', async (args) => {
    const { code, err } = await run(...args)
    expect(code).toBe(2)
    expect(err).not.toMatch(/ at .*\.ts/)
  })
})

describe('against a running city', () => {
  let city: RunningCity
  beforeAll(async () => {
    city = await runningCity()
    await city.city.follower.caughtUp()
    for (const name of ['amr-data-owner', 'amr-second-owner']) writeFileSync(join(folder, name), `${await city.token(name)}\n`)
  }, 300_000)
  afterAll(async () => city.stop())
  const by = (who: string): readonly string[] => ['--url', city.url, '--token-file', join(folder, who)]

  it('a query goes from its file to its address and is withdrawn', async () => {
    const file = join(folder, 'mine.graphql')
    writeFileSync(file, openText({ id: 'by-command' }))
    const proposed = await run('propose', file, ...by('amr-data-owner'))
    expect(proposed).toMatchObject({ code: 0, err: '' })
    const [, hash = ''] = /^by-command v1: L1, DRAFT, ([0-9a-f]{64})$/m.exec(proposed.out) ?? []
    expect(await run('submit', 'by-command', hash, ...by('amr-data-owner'))).toMatchObject({ code: 0, out: expect.stringContaining('REVIEW') })
    expect(await run('publish', 'by-command', hash, ...by('amr-data-owner'))).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^FORBIDDEN: .*Another person/) })
    expect(await run('publish', 'by-command', hash, ...by('amr-second-owner'))).toMatchObject({ code: 0, out: expect.stringContaining('served at /open/v1/by-command') })
    expect((await run('list', '--url', city.url)).out).toMatch(/^by-command v1: L1, public, AMR, PUBLISHED, served at \/open\/v1\/by-command/m)
    expect(await run('withdraw', 'by-command', ...by('amr-data-owner'))).toMatchObject({ code: 0, out: expect.stringContaining('WITHDRAWN, not served') })
    expect((await run('list', '--url', city.url)).out).not.toContain('by-command')
  })

  it('what is wrong with a text is told line by line: 1', async () => {
    const file = join(folder, 'wrong.graphql')
    writeFileSync(file, openText({ operation: NAMES.replace('uscc name', 'uscc nothing').replace('$first, after', '$last, after') }))
    const { code, out, err } = await run('propose', file, ...by('amr-data-owner'))
    expect([code, out]).toEqual([1, ''])
    expect(err.trim().split('\n')).toEqual(expect.arrayContaining([expect.stringMatching(/^10:\d+ /), expect.stringMatching(/^11:18 /)]))
  })

  it('a city that is not there is said in a sentence: 1', async () => {
    expect(await run('list', '--url', 'http://127.0.0.1:1')).toMatchObject({ code: 1, err: expect.stringMatching(/^No city answers at/) })
  })
})
