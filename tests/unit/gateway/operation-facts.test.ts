import { describe, expect, it } from 'vitest'
import { factsReader, namedOperation } from '../../../gateway/operation-facts.ts'
import type { Classification } from '../../../schema/classification.ts'
import { operationHash } from '../../../schema/operation-hash.ts'
import type { OperationFacts } from '../../../subgraphs/access-context.ts'
import { ask, classification, fiveDomains } from './city-operations.ts'

function factsOf(text: string, known: Classification | undefined, variables: Record<string, unknown> = {}): OperationFacts {
  const asked = ask(text, variables)
  return factsReader(asked, namedOperation(asked.document, asked.operation), known)(asked.variables)
}

const single = (text: string, variables: Record<string, unknown> = {}): boolean => factsOf(text, classification, variables).singleSubject

describe('operation facts', () => {
  it('hashes an operation without its literals, layout or sibling operations', () => {
    const hash = (text: string): string => {
      const { document, operation } = ask(text)
      return operationHash(document, operation)
    }
    const one = hash('query A { person(id: "secret-1") { name } }')
    expect(one).toMatch(/^[0-9a-f]{64}$/)
    expect(hash('query A {\n  person(id: "another") {\n    name\n  }\n}')).toBe(one)
    expect(hash('query A { person(id: "x") { name } } query B { me { name } }')).toBe(one)
    expect(hash('query A { person(id: "x") { gender } }')).not.toBe(one)
    expect(hash('{ people(where: { name: { eq: "张伟" } }) { nodes { id } } }')).toBe(hash('{ people(where: { gender: { eq: "1" } }) { nodes { id } } }'))
  })

  it('names the fields asked for, with connections left out and fragments opened', () => {
    const facts = factsOf('query Q { enterprise(uscc: "1") { ...F } } fragment F on Enterprise { name shareholders { nodes { ratio } pageInfo { hasNextPage } } }', classification)
    expect(facts.name).toBe('Q')
    expect(facts.fields).toEqual(['Enterprise.name', 'Enterprise.shareholders', 'Query.enterprise', 'Shareholder.ratio'])
  })

  it('takes one person by id, by number or by itself as a single subject', () => {
    expect(single('{ person(id: "1") { name birthDate } }')).toBe(true)
    expect(single('{ resolvePerson(idNo: "1") { id name } }')).toBe(true)
    expect(single('{ me { name idNo } }')).toBe(true)
    expect(single('{ a: person(id: "1") { name } b: person(id: "1") { birthDate } }')).toBe(true)
  })

  it('takes rows about that same person along', () => {
    expect(single('{ person(id: "1") { residenceRegistrations { nodes { status } } licenses { nodes { status items { nodes { key value } } } } driver { points violations { nodes { code } } } } }')).toBe(true)
  })

  it('does not count verifications', () => {
    expect(single('{ verifyIdentity(name: "a", idNo: "b") }')).toBe(true)
    expect(single('{ person(id: "1") { name } verifyGuardian(ward: "1", guardian: "2") checkResidence(person: "2", division: "310101", minMonths: 24) }')).toBe(true)
  })

  it('takes several persons, lists of persons and ways to other persons as many', () => {
    for (const many of [
      '{ a: person(id: "1") { name } b: person(id: "2") { name } }',
      '{ person(id: "1") { name } resolvePerson(idNo: "1") { name } }',
      '{ people(first: 1) { nodes { name } } }',
      '{ people { pageInfo { hasNextPage } } }',
      '{ person(id: "1") { household { members { nodes { person { name } } } } } }',
      '{ person(id: "1") { guardianships { nodes { guardian { name } } } } }',
      '{ person(id: "1") { positions { nodes { enterprise { keyPersons { nodes { name } } } } } } }',
      '{ person(id: "1") { socialInsurances { nodes { employer { legalRepName } } } } }',
      '{ enterprise(uscc: "1") { legalRepresentative { idNo } } }',
      '{ person(id: "1") { name } vehicles(first: 1) { nodes { plateNo } } }',
    ]) expect(single(many), many).toBe(false)
    expect(single(fiveDomains, { uscc: '1' })).toBe(false)
  })

  it('decides per request: by variables and by what is skipped', () => {
    const two = 'query($a: ID!, $b: ID!) { a: person(id: $a) { name } b: person(id: $b) { name } }'
    expect(single(two, { a: '1', b: '1' })).toBe(true)
    expect(single(two, { a: '1', b: '2' })).toBe(false)
    const maybe = 'query($all: Boolean!) { person(id: "1") { name } people @include(if: $all) { nodes { name } } }'
    expect(single(maybe, { all: false })).toBe(true)
    expect(single(maybe, { all: true })).toBe(false)
  })

  it('knows nothing without a classification', () => {
    expect(factsOf('{ person(id: "1") { name } }', undefined).singleSubject).toBe(false)
  })
})
