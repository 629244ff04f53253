import { describe, expect, it } from 'vitest'
import { foreignDatabases, foreignGateway } from '../../../cli/city-databases.ts'
import { readConfig } from '../../../core/config.ts'
import { subgraphNames } from '../../../core/domains.ts'

const url = (name: string): string => `postgres://someone@db.example/${name}`
const ofDepartments = Object.fromEntries(subgraphNames.flatMap((domain) => [
  [`${domain.toUpperCase()}_DATABASE_URL`, url(domain)],
  [`${domain.toUpperCase()}_AUDIT_DATABASE_URL`, url(`${domain}_audit`)],
]))

describe('where records go', () => {
  it('is one database for all who name none of their own', () => {
    const { auditUrls } = readConfig({ AUDIT_DATABASE_URL: url('audit'), CREDIT_AUDIT_DATABASE_URL: url('credit_audit') })
    expect([auditUrls.population, auditUrls.credit, auditUrls.gateway]).toEqual([url('audit'), url('credit_audit'), url('audit')])
  })

  it('is never silently a department’s database for the gateway', () => {
    const config = readConfig(ofDepartments)
    expect(config.auditUrls.gateway).toBeUndefined()
    for (const open of [foreignDatabases, foreignGateway]) expect(() => open(config)).toThrow('AUDIT_DATABASE_URL or GATEWAY_AUDIT_DATABASE_URL')
  })

  it('is named for the gateway alone, before the shared one', () => {
    const environment = { ...ofDepartments, GATEWAY_AUDIT_DATABASE_URL: url('gateway_audit') }
    expect(readConfig(environment).auditUrls.gateway).toBe(url('gateway_audit'))
    expect(readConfig({ ...environment, AUDIT_DATABASE_URL: url('audit') }).auditUrls.gateway).toBe(url('gateway_audit'))
    expect(foreignDatabases(readConfig(environment)).records.gateway).toMatchObject({ connectionString: url('gateway_audit') })
  })

  it('is refused when it is no postgres:// URL, without repeating it', () => {
    expect(() => readConfig({ GATEWAY_AUDIT_DATABASE_URL: 'mysql://secret' })).toThrow(/^GATEWAY_AUDIT_DATABASE_URL is not a postgres:\/\/ URL$/)
  })
})

describe('how operations run', () => {
  it('is compiled unless said otherwise, and nothing else', () => {
    expect(readConfig({}).executor).toBe('compiled')
    expect(readConfig({ CITYGRAPH_EXECUTOR: 'apollo' }).executor).toBe('apollo')
    expect(() => readConfig({ CITYGRAPH_EXECUTOR: 'fast' })).toThrow(/^CITYGRAPH_EXECUTOR is one of compiled, apollo$/)
  })
})
