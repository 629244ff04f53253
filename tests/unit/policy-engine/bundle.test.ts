// What a bad bundle is told: every problem, each with file, line and column.

import { describe, expect, it } from 'vitest'
import { readBundle } from '../../../policy-engine/bundle.ts'
import { createPolicyChecker } from '../../../policy-engine/cedar-validate.ts'
import { problemLine } from '../../../policy-engine/problem.ts'
import { bundleDirectory, cityGraph, grantYaml } from './bundle-directory.ts'

const checker = createPolicyChecker(cityGraph())

async function problems(edits: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { problems: found } = await readBundle(await bundleDirectory(edits), cityGraph(), checker)
  return found.map(problemLine)
}

const head = '// 中文注释 before the policy, so that bytes and characters differ\n@id("x") @because("法律")\n'

describe('a bundle is refused with file, line and column', () => {
  it('accepts the fixture and gives the same hash for the same content', async () => {
    const [first, second] = await Promise.all([1, 2].map(async () => readBundle(await bundleDirectory(), cityGraph(), checker)))
    expect(first?.problems).toEqual([])
    expect(first?.bundle?.hash).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(second?.bundle?.hash).toBe(first?.bundle?.hash)
  })
  it('names a file that was emptied, which a save in the middle leaves and which would switch its forbids off', async () => {
    expect(await problems({ 'limits.cedar': '\n' })).toEqual(['limits.cedar:1:1 the file is empty; remove it if it is not needed'])
  })
  it('names a syntax error in Cedar', async () => {
    expect(await problems({ 'bad.cedar': `${head}permit (principal, action, resource)\nwhen { "张三" == } ;` })).toEqual([expect.stringMatching(/^bad\.cedar:4:16 /)])
  })
  it('names a type error and an attribute that does not exist', async () => {
    const found = await problems({ 'bad.cedar': `${head}permit (principal, action, resource is Person)\nwhen { "张" == principal.kind && resource.minr };` })
    expect(found).toEqual([expect.stringMatching(/^bad\.cedar:4:33 attribute `minr` on entity type `Person` not found/)])
    expect(await problems({ 'bad.cedar': `${head}permit (principal, action, resource)\nwhen { context.field.level == "3" };` })).toEqual([expect.stringMatching(/^bad\.cedar:4:\d+ /)])
  })
  it('names an optional attribute read without its guard', async () => {
    const found = await problems({ 'bad.cedar': `${head}permit (principal, action, resource is CreditRecord)\nwhen { resource.subject == "x" };` })
    expect(found).toEqual([expect.stringMatching(/^bad\.cedar:4:8 unable to guarantee safety of access to optional attribute `subject`/)])
  })
  it('names an operator that cannot be carried into SQL, and an action that does not exist', async () => {
    expect(await problems({ 'bad.cedar': `${head}permit (principal, action, resource is LicenseItem)\nwhen { resource.itemLevel + 1 > 2 };` })).toEqual([expect.stringMatching(/^bad\.cedar:4:27 '\+' cannot be carried into SQL/)])
    expect(await problems({ 'bad.cedar': `${head}permit (principal, action == Action::"raed", resource);` })).toEqual([expect.stringMatching(/^bad\.cedar:3:30 unrecognized action/)])
  })
  it('names an unknown coordinate, a missing @id or @because, a repeated id and a template', async () => {
    expect(await problems({ 'bad.cedar': `${head}permit (principal, action, resource)\nwhen { context.field.coordinate == "Person.nmae" };` })).toEqual(['bad.cedar:4:36 Person.nmae is not a classified field of the graph'])
    expect(await problems({ 'bad.cedar': 'permit (principal, action == Action::"see", resource);' })).toEqual(['bad.cedar:1:1 the policy has no @id("…")', 'bad.cedar:1:1 the policy has no @because("…") with its legal basis'])
    expect(await problems({ 'bad.cedar': '@id("self") @because("b") permit (principal, action == Action::"see", resource);' })).toEqual([expect.stringMatching(/^matrix\.cedar:22:1 the policy id self is used twice/)])
    expect(await problems({ 'bad.cedar': `${head}permit (principal == ?principal, action, resource);` })).toEqual(['bad.cedar:2:1 templates are not supported; write the policy out'])
  })
  it('gathers the problems of all files', async () => {
    const found = await problems({ 'bad.cedar': 'permit (', 'grants/bad.yaml': grantYaml({ org: 'NOBODY' }), 'purposes.yaml': '- { code: BANK-0602, organisations: [XX], title: t, titleZh: t, legalBasis: b }\n' })
    expect(found).toEqual(expect.arrayContaining([
      expect.stringMatching(/^bad\.cedar:1:/), 'grants/bad.yaml:2:6 organisation NOBODY is not in organisations.yaml', 'grants/bad.yaml:3:10 purpose DIST-0601 is not in purposes.yaml',
      'purposes.yaml:1:38 organisation XX is not in organisations.yaml',
    ]))
  })
  it('places problems of later policies of one file rightly, with more than ten of them', async () => {
    const many = Array.from({ length: 12 }, (_, index) => `@id("n${index}") @because("b") permit (principal, action == Action::"see", resource is ${index === 11 ? 'Nobody' : 'Person'});`).join('\n')
    expect(await problems({ 'bad.cedar': many })).toEqual([expect.stringMatching(/^bad\.cedar:12:/)])
  })
})

describe('a grant is refused', () => {
  const twoApprovals = '[{ role: owner, person: p1, at: 2025-12-20 }, { role: city, person: p2, at: 2025-12-21 }]'
  it.each([
    ['an unknown field', { fields: '[{ mode: CLEAR, fields: [Person.nmae] }]' }, 'grants/g.yaml:6:34 Person.nmae is not a classified field of the graph'],
    ['an L4 field in clear with one approval', { fields: '[{ mode: CLEAR, fields: [Person.idNo] }]' }, 'grants/g.yaml:6:34 Person.idNo is L4; in clear it needs the approval of two different people'],
    ['one person approving twice', { approvals: twoApprovals.replace('p2', 'p1') }, 'grants/g.yaml:9:12 one person may not approve twice'],
    ['minors with one approval', { minorsApproved: 'true' }, 'minorsApproved needs the approval of two different people'],
    ['bulk with one approval', { bulkApproved: 'true' }, 'bulkApproved needs the approval of two different people'],
    ['more than twelve months', { validTo: '2027-01-02' }, 'grants/g.yaml:8:10 a grant is valid for at most twelve months'],
    ['an end before its beginning', { validTo: '2025-12-31' }, 'grants/g.yaml:8:10 validTo is before validFrom'],
    ['a day that does not exist', { validTo: '2026-02-30' }, 'grants/g.yaml:8:10 there is no such day'],
    ['a purpose of another organisation', { purpose: 'BANK-0602' }, 'grants/g.yaml:3:10 purpose BANK-0602 is not registered for DIST'],
    ['a verification in mode CLEAR', { fields: '[{ mode: CLEAR, fields: [Query.verifyIdentity] }]' }, 'Query.verifyIdentity is a verification; its mode is VERIFY'],
    ['a field in mode VERIFY', { fields: '[{ mode: VERIFY, fields: [Person.name] }]' }, 'Person.name is not a verification'],
    ['a field not opened, to a partner', { org: 'BANK-A', purpose: 'BANK-0602', fields: '[{ mode: MASKED, fields: [Person.mobile] }]' }, 'Person.mobile is not opened (opening NONE)'],
    ['an unknown key', { validUntil: '2026-01-01' }, 'Unrecognized key'],
    ['a wrong division', { rowScope: '{ division: "31010" }' }, 'a division is a GB/T 2260 code'],
  ])('%s', async (_, values, message) => {
    const found = await problems({ 'grants/g.yaml': grantYaml(values) })
    expect(found).toEqual([expect.stringContaining(message)])
  })
  it('accepts L4 in clear, minors and bulk with two approvals, and a list of grants after a comment', async () => {
    const grant = grantYaml({ fields: '[{ mode: CLEAR, fields: [Person.idNo] }]', minorsApproved: 'true', bulkApproved: 'true', approvals: twoApprovals })
    expect(await problems({ 'grants/g.yaml': `# note\n---\n- ${grant.replaceAll('\n', '\n  ')}` })).toEqual([])
  })
  it('refuses the same grant twice, broken YAML, and missing files', async () => {
    expect(await problems({ 'grants/a.yaml': grantYaml(), 'grants/b.yaml': grantYaml() })).toEqual(expect.arrayContaining(['grants/b.yaml:1:1 grant G-1 exists already']))
    expect(await problems({ 'grants/a.yaml': 'id: [\n' })).toEqual([expect.stringMatching(/^grants\/a\.yaml:\d+:\d+ /)])
    expect(await problems({ 'grants/a.yaml': '- &a { id: x }\n- *a\n' })).toEqual([expect.stringMatching(/^grants\/a\.yaml:2:3 aliases/)])
    expect((await readBundle('/nowhere', cityGraph(), checker)).problems).toEqual([{ file: '.', line: 1, column: 1, message: 'the policy directory cannot be read (ENOENT)' }])
  })
})
