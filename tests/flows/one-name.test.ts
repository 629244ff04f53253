import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runningCity } from '../support/running-city.ts'
import type { RunningCity } from '../support/running-city.ts'

const owner = { caller: 'bdc-officer', purpose: 'BDC-0001', caseNo: 'BDC-2026-0001' }
let city: RunningCity

beforeAll(async () => {
  city = await runningCity()
})
afterAll(async () => {
  await city.stop()
})

const namesOf = (nodes: readonly { holderName: string | null }[]): readonly string[] => nodes.flatMap(({ holderName }) => (holderName === null ? [] : [holderName]))

describe('a name is not clear in one place and masked in another (M8)', () => {
  it('serves the owner of licences the holder names', async () => {
    const answer = await city.ask('{ licenses(first: 50, where: { holderKind: { eq: "1" } }) { nodes { holderName } } }', owner)
    expect(answer.errors).toEqual([])
    expect(namesOf(answer.data.licenses.nodes).length).toBeGreaterThan(10)
    expect(namesOf(answer.data.licenses.nodes).every((name) => !name.includes('*'))).toBe(true)
  })

  it('masks them when the masked name of the same person is asked for beside them', async () => {
    const answer = await city.ask('{ licenses(first: 50, where: { holderKind: { eq: "1" } }) { nodes { holderName holder { label: name } } } }', owner)
    const { nodes } = answer.data.licenses
    expect(namesOf(nodes).length).toBeGreaterThan(10)
    expect(namesOf(nodes).every((name) => name.includes('*'))).toBe(true)
    for (const { holderName, holder } of nodes) if (holderName !== null && holder?.label != null) expect(holderName).toBe(holder.label)
  })

  it('and when it is asked for at another root of the operation', async () => {
    const answer = await city.ask('{ licenses(first: 5, where: { holderKind: { eq: "1" } }) { nodes { holderName } } people(first: 5) { ...n } } fragment n on PersonConnection { nodes { name } }', owner)
    expect(namesOf(answer.data.licenses.nodes).every((name) => name.includes('*'))).toBe(true)
    expect(answer.sharing.decisions.find(({ path }) => path === 'licenses.nodes.holderName')?.decision).toMatch(/MASKED|MIXED/)
  })

  it('leaves registration names as the law publishes them', async () => {
    const answer = await city.ask('{ enterprise(uscc: "91310199MA1K0T2A0A") { legalRepName } people(first: 1) { nodes { name } } }', { caller: 'psb-officer' })
    expect(answer.data.enterprise.legalRepName).toBe('张伟')
  })
})
