// The three lists: what each may hold, what they say of each other and of grants, and where an officer is told otherwise.

import { describe, expect, it } from 'vitest'
import { readBundle } from '../../../policy-engine/bundle.ts'
import { createPolicyChecker } from '../../../policy-engine/cedar-validate.ts'
import { demandStatus } from '../../../policy-engine/lists.ts'
import { problemLine } from '../../../policy-engine/problem.ts'
import { bundleDirectory, cityGraph, grantYaml } from './bundle-directory.ts'

const checker = createPolicyChecker(cityGraph())
const read = async (edits: Readonly<Record<string, string>>) => readBundle(await bundleDirectory(edits), cityGraph(), checker)
const problems = async (edits: Readonly<Record<string, string>>): Promise<readonly string[]> => (await read(edits)).problems.map(problemLine)

const secret = 'DriverQualification.backgroundDetail'
const negative = (fields: string, more: Readonly<Record<string, string>> = {}): string => {
  const entry = { id: 'N-1', org: 'PSB', fields: `[${fields}]`, legalBasis: '个人信息保护法 28', approvedBy: 'city-office', approvedOn: '2025-11-28', ...more }
  return `- ${Object.entries(entry).filter(([, value]) => value !== '').map(([key, value]) => `${key}: ${value}`).join('\n  ')}\n`
}
const duty = (fields: string, more = ''): string => `- { id: D-1, org: AMR, fields: [${fields}], updateCycle: DAILY, days: 5, since: 2026-01-01${more} }\n`
const demand = (fields: string, more = ''): string => `- { id: M-1, org: DIST, scenario: s, legalBasis: b, fields: [${fields}], since: 2026-01-01${more} }\n`

describe('the negative list', () => {
  it('refuses an entry without its legal basis, at its place', async () => {
    expect(await problems({ 'negative-list.yaml': negative(secret, { legalBasis: '' }) })).toContainEqual(expect.stringMatching(/^negative-list\.yaml:1:3 .*expected string/))
    expect(await problems({ 'negative-list.yaml': negative(secret, { legalBasis: '"  "' }) })).toContainEqual('negative-list.yaml:4:15 this may not be empty')
  })

  it('refuses an entry that nobody has approved', async () => {
    expect(await problems({ 'negative-list.yaml': negative(secret, { approvedBy: '' }) })).toContainEqual(expect.stringMatching(/^negative-list\.yaml:1:3 /))
  })

  it('is where everything stands that the schema does not share: the rest can be granted', async () => {
    const missing = `negative-list.yaml:1:1 ${secret} is not shared (sharing NONE) and stands on no negative list`
    expect(await problems({ 'negative-list.yaml': '[]\n' })).toEqual([missing])
    expect(await problems({ 'negative-list.yaml': negative('Person.ethnicity') })).toEqual([missing])
    const unshared = cityGraph().fields().filter(({ sharing }) => sharing === 'NONE').map(({ type, field }) => `${type}.${field}`)
    expect(unshared).toEqual([secret])
  })

  it('refuses a grant on one of its fields, at the field, in a file of one or of many', async () => {
    const list = { 'negative-list.yaml': negative(`${secret}, Enterprise.domicile`).replace('org: PSB', 'org: AMR') }
    const one = await problems({ ...list, 'grants/g.yaml': grantYaml() })
    expect(one).toContainEqual('grants/g.yaml:6:34 Enterprise.domicile is on the negative list (N-1); a grant cannot lift that')
    const many = `- ${grantYaml({ id: 'G-2', fields: '[{ mode: CLEAR, fields: [Person.gender] }]' }).trimEnd().replaceAll('\n', '\n  ')}\n- ${grantYaml().trimEnd().replaceAll('\n', '\n  ')}\n`
    expect(await problems({ ...list, 'grants/g.yaml': many })).toContainEqual('grants/g.yaml:16:36 Enterprise.domicile is on the negative list (N-1); a grant cannot lift that')
  })

  it('leaves a grant alone that was revoked', async () => {
    const list = { 'negative-list.yaml': `${negative(secret)}${negative('Enterprise.domicile', { id: 'N-2', org: 'AMR' })}` }
    expect(await problems({ ...list, 'grants/g.yaml': grantYaml({ status: 'REVOKED' }), 'grants/DIST-0601.yaml': '[]\n' })).toEqual([])
  })

  it('is a forbid in force, by its own id', async () => {
    const { bundle } = await read({})
    const [policy] = bundle?.policies.filter(({ id }) => id.startsWith('negative/')) ?? []
    expect(policy).toMatchObject({ id: 'negative/NEG-PSB-0001', effect: 'forbid', because: '个人信息保护法 28; 公安机关内部信息', file: 'negative-list.yaml' })
    expect(await problems({ 'x.cedar': '@id("negative/x") @because("b") permit (principal, action == Action::"see", resource);' })).toContainEqual('x.cedar:1:1 an @id may not begin with negative/')
  })

  it('speaks for nobody else', async () => {
    expect(await problems({ 'negative-list.yaml': negative(secret, { org: 'AMR' }) })).toContainEqual(`negative-list.yaml:3:12 ${secret} is data of PSB, not of AMR`)
  })
})

describe('the lists of duties and demands', () => {
  it('refuse a promise of what is on the negative list, and of somebody else’s data', async () => {
    expect(await problems({ 'duties.yaml': duty(`Person.name, ${secret}`) })).toEqual([
      'duties.yaml:1:33 Person.name is data of PSB, not of AMR',
      `duties.yaml:1:46 ${secret} is data of PSB, not of AMR`,
      `duties.yaml:1:46 ${secret} is on the negative list; nobody can promise it`,
    ])
  })

  it.each([
    ['an unknown field', { 'demands.yaml': demand('Person.nmae') }, 'demands.yaml:1:62 Person.nmae is not a classified field of the graph'],
    ['an unknown organisation', { 'demands.yaml': demand('Person.name').replace('DIST', 'XX') }, 'demands.yaml:1:19 organisation XX is not in organisations.yaml'],
    ['an unknown key', { 'demands.yaml': demand('Person.name', ', sinec: 1') }, 'demands.yaml:1:95 Unrecognized key: "sinec"'],
    ['a purpose of another', { 'demands.yaml': demand('Person.name', ', purpose: PSB-0001') }, 'demands.yaml:1:104 purpose PSB-0001 is not registered for DIST'],
    ['a demand for one’s own data', { 'demands.yaml': demand('Enterprise.name').replace('DIST', 'AMR') }, 'demands.yaml:1:61 Enterprise.name is data of AMR already'],
    ['a day that does not exist', { 'duties.yaml': duty('Enterprise.domicile').replace('2026-01-01', '2026-02-30') }, 'duties.yaml:1:91 there is no such day'],
    ['a cycle that nobody knows', { 'duties.yaml': duty('Enterprise.domicile').replace('DAILY', 'OFTEN') }, 'duties.yaml:1:68 Invalid option'],
    ['the same id twice', { 'duties.yaml': duty('Enterprise.domicile').repeat(2) }, 'duties.yaml:2:9 D-1 stands here twice'],
  ])('refuse %s', async (_what, edits: Readonly<Record<string, string>>, message) => {
    expect(await problems(edits)).toEqual([expect.stringContaining(message)])
  })

  it('match a demand once owners have promised all its fields, refuse one for what is not shared, and leave others open', async () => {
    const status = async (fields: string): Promise<unknown> => {
      const { bundle } = await read({ 'demands.yaml': demand(fields), 'duties.yaml': duty('Enterprise.domicile, Enterprise.contactMobile') })
      const [first] = bundle?.lists.demands ?? []
      return first === undefined || bundle === undefined ? undefined : demandStatus(first, bundle.lists)
    }
    expect(await status('Enterprise.domicile')).toEqual({ status: 'MATCHED', duties: ['D-1'] })
    expect(await status('Enterprise.domicile, Person.name')).toEqual({ status: 'OPEN', duties: ['D-1'] })
    expect(await status('Person.name')).toEqual({ status: 'OPEN', duties: [] })
    expect(await status(`Enterprise.domicile, ${secret}`)).toEqual({ status: 'REFUSED', duties: ['D-1'] })
  })
})
