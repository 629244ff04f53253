import { describe, expect, it } from 'vitest'
import { bothStops, readStops, stopsOf } from '../../../core/stops.ts'
import type { Stop } from '../../../core/stops.ts'
import { stoppedFields, stopFor } from '../../../policy-engine/stopped.ts'
import type { StoppedFields } from '../../../policy-engine/stopped.ts'
import { readClassification } from '../../../schema/classification.ts'
import { allSubgraphSdl } from '../../../schema/load.ts'

const classification = readClassification(allSubgraphSdl())
const closedBy = (...targets: Stop[]): StoppedFields => {
  const stops = stopsOf(targets)
  if (stops === undefined) throw new Error('nothing is stopped')
  return stoppedFields(stops, classification)
}

describe('what is stopped', () => {
  it('is one text and one object for one set, however it is told', () => {
    const one = stopsOf([{ word: 'STOPPED', target: 'Person.name' }, { word: 'UNPUBLISHED', target: 'Vehicle' }])
    const other = stopsOf([{ word: 'UNPUBLISHED', target: 'Vehicle' }, { word: 'STOPPED', target: 'Person.name' }, { word: 'STOPPED', target: 'Person.name' }])
    expect(one).toBe(other)
    expect(one?.written).toBe('STOPPED Person.name,UNPUBLISHED Vehicle')
    expect(readStops(one?.written ?? '')).toBe(one)
    expect(stopsOf([])).toBeUndefined()
  })

  it.each(['', 'Person.name', 'STOPPED', 'STOPPED Person.name,', 'STOPPED Person.name;x', 'RESUMED Person.name', 'STOPPED 1a', 'STOPPED a.b.c', `STOPPED ${'a'.repeat(101)}`])('is not read from %j', (written) => {
    expect(readStops(written)).toBeUndefined()
  })

  it('by either of two sets is stopped by both', () => {
    const name = stopsOf([{ word: 'STOPPED', target: 'Person.name' }])
    const gender = stopsOf([{ word: 'STOPPED', target: 'Person.gender' }])
    expect(bothStops(name, gender)?.written).toBe('STOPPED Person.gender,STOPPED Person.name')
    expect(bothStops(undefined, gender)).toBe(gender)
    expect(bothStops(name, undefined)).toBe(name)
  })
})

describe('a stop', () => {
  it('closes what is computed from the field, through chains and whatever declassifies it', () => {
    const closed = closedBy({ word: 'STOPPED', target: 'Enterprise.domicile' })
    expect([...closed.keys()].sort()).toEqual(['Enterprise.domicile', 'Enterprise.domicileArea', 'Enterprise.domicileGrid', 'Enterprise.nearestMetroStation'])
    expect([...closedBy({ word: 'STOPPED', target: 'Person.birthDate' }).keys()].sort()).toEqual(['Person.age', 'Person.ageBand', 'Person.birthDate', 'Query.bornBetween'])
  })

  it('of a type closes the fields of its owner alone', () => {
    const closed = closedBy({ word: 'UNPUBLISHED', target: 'Person' })
    const owners = new Set(classification.fields().filter(({ type, field }) => type === 'Person' && closed.has(`${type}.${field}`)).map(({ owner }) => owner))
    expect([...owners]).toEqual(['PSB'])
    expect(closed.has('Person.name')).toBe(true)
    expect(closed.has('Person.id')).toBe(false)
  })

  it('leaves the field open to its owner, and to nobody where sources of two owners are stopped', () => {
    const police = { kind: 'department', org: 'PSB', sub: 'x', roles: [], assurance: 2, zone: 'intranet' } as const
    const closed = closedBy({ word: 'STOPPED', target: 'Person.idNo' })
    expect(stopFor(closed, police, 'Person.idNo')).toBeUndefined()
    expect(stopFor(closed, { ...police, org: 'AMR' }, 'Query.verifyIdentity')).toMatchObject({ policies: ['stop/Person.idNo'] })
    expect(stopFor(closed, { ...police, kind: 'partner' }, 'Person.idNo')).toBeDefined()
    const two = closedBy({ word: 'STOPPED', target: 'Driver.points' }, { word: 'STOPPED', target: 'DriverQualification.backgroundPassed' })
    const traffic = { ...police, org: 'TPB' }
    expect(stopFor(two, traffic, 'Driver.points')).toBeUndefined()
    expect(stopFor(two, traffic, 'Query.checkDriver')).toMatchObject({ owner: undefined, policies: ['stop/Driver.points', 'stop/DriverQualification.backgroundPassed'] })
  })

  it('of what the graph does not have closes nothing', () => {
    expect(closedBy({ word: 'STOPPED', target: 'Person.id' }, { word: 'STOPPED', target: 'Nobody.name' }, { word: 'UNPUBLISHED', target: 'Nobody' }).size).toBe(0)
  })
})
