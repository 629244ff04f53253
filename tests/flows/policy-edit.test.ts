import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { policiesFolder } from '../../cli/city-parts.ts'
import { eventually } from '../support/outage.ts'
import { runningCity } from '../support/running-city.ts'
import type { Answer, RunningCity } from '../support/running-city.ts'

/** An edit shows within a second; the rest is patience with a busy machine. */
const SOON_MS = 3_000

const bank = { caller: 'bank-a', purpose: 'BANK-0602' }
const query = '{ enterprise(uscc: "91310199MA1K0T2A0A") { name creditRating { grade score } } }'
const ratingOf = (answer: Answer): unknown => answer.data.enterprise.creditRating

let folder: string
let city: RunningCity
let begun: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'citygraph-policies-'))
  cpSync(policiesFolder, folder, { recursive: true })
  city = await runningCity({ policies: folder })
  begun = (await city.ask(query, bank)).sharing.policyVersion
})
afterAll(async () => {
  await city?.stop()
  rmSync(folder, { recursive: true, force: true })
})

let undone: (() => void)[] = []
afterEach(async () => {
  if (undone.length === 0) return
  for (const undo of undone.reverse()) undo()
  undone = []
  await eventually(5_000, async () => expect((await city.ask(query, bank)).sharing.policyVersion).toBe(begun))
})

/** As an editor saves: into a new file that takes the old one's name. What is not undone by the test is undone after it. */
function edit(file: string, change: (text: string) => string): () => void {
  const path = join(folder, file)
  const before = readFileSync(path, 'utf8')
  const write = (text: string): void => {
    writeFileSync(`${path}.new~`, text)
    renameSync(`${path}.new~`, path)
  }
  const after = change(before)
  expect(after).not.toBe(before)
  write(after)
  undone.push(() => write(before))
  return () => write(before)
}

const logLines = (): { msg: string; file?: string; line?: number; column?: number; message?: string }[] => city.log().trim().split('\n').map((line) => JSON.parse(line))

describe('an edit of the officers', () => {
  it('takes effect within a second without a restart, and the answer names another version', async () => {
    const before = await city.ask(query, bank)
    expect(ratingOf(before)).toMatchObject({ grade: expect.stringMatching(/^[A-D]$/) })
    const undo = edit('limits.cedar', (text) => `${text}\n@id("flow-edit")\n@because("a test")\nforbid (principal, action, resource)\nwhen { context.field.coordinate == "CreditRating.grade" };\n`)
    const took = await eventually(SOON_MS, async () => expect(ratingOf(await city.ask(query, bank))).toMatchObject({ grade: null }))
    const edited = await city.ask(query, bank)
    expect(edited.sharing.policyVersion).not.toBe(before.sharing.policyVersion)
    expect(edited.sharing.decisions).toContainEqual({ path: 'enterprise.creditRating.grade', decision: 'DENIED', code: expect.any(String) })
    undo()
    await eventually(SOON_MS, async () => expect(ratingOf(await city.ask(query, bank))).toEqual(ratingOf(before)))
    expect((await city.ask(query, bank)).sharing.policyVersion).toBe(before.sharing.policyVersion)
    process.stderr.write(`policy edit in force after ${took.toFixed(0)} ms\n`)
  })

  it.each([
    ['syntax', 'levels.cedar', (text: string) => `${text}\npermit (principal, action\n`],
    ['an attribute that rows do not have', 'limits.cedar', (text: string) => `${text}\n@id("wrong")\n@because("a test")\nforbid (principal, action, resource is Person) when { resource.shoeSize > 42 };\n`],
    ['a grant for a field that is not', 'grants/bank-0602.yaml', (text: string) => text.replace('CreditRating.grade', 'CreditRating.stars')],
    ['a purpose nobody registered', 'grants/dist-0601.yaml', (text: string) => text.replace('purpose: DIST-0601', 'purpose: DIST-9999')],
    ['YAML that is none', 'purposes.yaml', (text: string) => `${text}\n- { code: [\n`],
  ])('is refused with file, line and column when it has %s, and the old bundle goes on', async (_, file, change) => {
    const before = await city.ask(query, bank)
    const known = logLines().length
    edit(file, change)
    await eventually(SOON_MS, async () => expect(logLines().length).toBeGreaterThan(known))
    const refused = logLines().slice(known)
    expect(refused.map(({ msg }) => msg)).toContain('policies refused; the earlier bundle goes on serving')
    // What other files say about a register that cannot be read follows from it.
    expect(refused.map((problem) => problem.file)).toContain(file)
    for (const { line, column, message } of refused) {
      expect(line).toBeGreaterThanOrEqual(1)
      expect(column).toBeGreaterThanOrEqual(1)
      expect(message?.length).toBeGreaterThan(5)
    }
    const after = await city.ask(query, bank)
    expect([after.data, after.sharing.policyVersion]).toEqual([before.data, before.sharing.policyVersion])
  })

  it('takes a revoked grant away, and gives it back', async () => {
    const undo = edit('grants/bank-0602.yaml', (text) => text.replace('status: ACTIVE', 'status: REVOKED'))
    await eventually(SOON_MS, async () => expect(ratingOf(await city.ask(query, bank))).toBeNull())
    const { decisions } = (await city.ask(query, bank)).sharing
    expect(decisions).toContainEqual({ path: 'enterprise.creditRating', decision: 'DENIED', code: 'APPLY' })
    undo()
    await eventually(SOON_MS, async () => expect(ratingOf(await city.ask(query, bank))).not.toBeNull())
  })

  it('registers a new purpose while it runs', async () => {
    const asked = { caller: 'bank-a', purpose: 'BANK-0777' }
    expect((await city.ask(query, asked)).errors[0]?.extensions.code).toBe('PURPOSE_UNKNOWN')
    edit('purposes.yaml', (text) => `${text.trimEnd()}\n- { code: BANK-0777, organisations: [BANK-A], title: Trial, titleZh: 试点, legalBasis: 上海市数据条例 41 }\n`)
    await eventually(SOON_MS, async () => expect((await city.ask(query, asked)).status).toBe(200))
  })

  it('serves nothing of a grant under the version that revokes it, while edits come thick', async () => {
    const versions = new Map<string, Set<string>>()
    let going = true
    const asking = (async () => {
      while (going) {
        const { sharing, data, errors } = await city.ask(query, bank)
        expect(errors).toEqual([])
        const seen = versions.get(sharing.policyVersion) ?? new Set()
        versions.set(sharing.policyVersion, seen.add(JSON.stringify(data.enterprise.creditRating)))
      }
    })()
    for (let round = 0; round < 6; round += 1) {
      const undo = edit('grants/bank-0602.yaml', (text) => text.replace('status: ACTIVE', 'status: REVOKED'))
      await new Promise((resolve) => setTimeout(resolve, 250))
      undo()
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    going = false
    await asking
    expect(versions.size).toBeGreaterThanOrEqual(2)
    // A revocation counts at once, also for what was begun under the version before; nothing is ever served under the one that revokes.
    for (const [version, ratings] of versions) if (version !== begun) expect([...ratings]).toEqual(['null'])
    expect([...(versions.get(begun) ?? [])].filter((rating) => rating !== 'null')).toHaveLength(1)
  })
})

describe('a dry run', () => {
  it('gives the decisions of the real run without data, and is recorded', async () => {
    const real = await city.ask(query, bank)
    const dry = await city.ask(query, { ...bank, headers: { 'x-dry-run': 'decisions' } })
    expect([dry.status, dry.data]).toEqual([200, null])
    expect(dry.sharing.decisions).toEqual(real.sharing.decisions)
    expect(dry.sharing.records).toMatchObject([{ log: 'gateway', id: expect.stringMatching(/^[0-9a-f-]{36}$/) }])
    expect(real.sharing.records.map(({ log }) => log)).not.toContain('gateway')
  })
})
