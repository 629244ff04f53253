// The pure parts of the synthetic city: linking tokens, calendar, numbers that are valid and nobody's.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkPlate } from '../../core/everyday-numbers.ts'
import { checkOrganisationCode, checkUscc } from '../../core/organisation-codes.ts'
import { checkResidentId } from '../../core/resident-id.ts'
import { authorities, metroOperator } from '../../synthetic-city/authorities.ts'
import { addDays, addMonths, addYears, ageOn, CITY_DAY, completesYears, dayNumber, dayOf } from '../../synthetic-city/days.ts'
import { usccOfEnterprise } from '../../synthetic-city/enterprises.ts'
import { linkingToken } from '../../synthetic-city/linking-token.ts'
import { idNumbers, plate } from '../../synthetic-city/numbers.ts'
import { random } from '../../synthetic-city/random.ts'
import { scenario, SCENARIO_SIZE, scenarioOrganisations, scenarioPeople } from '../../synthetic-city/scenario.ts'

describe('the linking token', () => {
  it.each([
    ['310199198503070112', '4e2954ac-0ab5-a91c-49fd-88f3285d7156'],
    ['31019920000229031X', 'ac0175ea-811e-22f9-8f33-d01529c6556a'],
  ])('of %s is the vector of DOMAIN 5.1', (idNo, pid) => {
    expect(linkingToken(idNo, 'test-link-key-v1')).toBe(pid)
    expect(linkingToken(` ${idNo.toLowerCase()} `, new TextEncoder().encode('test-link-key-v1'))).toBe(pid)
  })
})

describe('the calendar', () => {
  it('counts days as the platform does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50_000, max: 50_000 }), (number) => {
        const day = new Date(number * 86_400_000).toISOString().slice(0, 10)
        expect(dayOf(number)).toBe(day)
        expect(dayNumber(day)).toBe(number)
      }),
    )
  })

  it('keeps a birthday on 29 February on 1 March in common years', () => {
    expect(addYears('2012-02-29', 14)).toBe('2026-03-01')
    expect(addYears('2012-02-29', 12)).toBe('2024-02-29')
    expect([ageOn('2012-02-29', '2026-02-28'), ageOn('2012-02-29', '2026-03-01')]).toEqual([13, 14])
    expect([addDays('2024-02-28', 1), addMonths('2026-03-01', -30)]).toEqual(['2024-02-29', '202309'])
  })

  it.each([
    ['2012-02-28', '-infinity', false],
    ['2012-02-29', '2026-03-01', false],
    ['2012-03-01', '2026-03-01', false],
    ['2012-03-02', '2026-03-02', true],
    ['2016-05-20', '2030-05-20', true],
  ])('born %s is under the minor rule until %s', (birth, until, minor) => {
    expect(completesYears(birth, 14)).toBe(until)
    expect(until > CITY_DAY).toBe(minor)
  })

  it('does not know when somebody without a birth date comes of age', () => {
    expect(completesYears(null, 14)).toBeNull()
  })
})

describe('numbers', () => {
  it('are dealt out once, valid, and never among the scenario’s', () => {
    const numbers = idNumbers()
    const dealt = Array.from({ length: 2000 }, (_, index) => numbers.take('1985-03-07', index % 2 === 0))
    expect(new Set(dealt.map(({ idNo }) => idNo)).size).toBe(2000)
    for (const { idNo, birth } of dealt) {
      expect(checkResidentId(idNo, CITY_DAY)).toBe('OK')
      expect(Number(idNo.slice(14, 17))).toBeGreaterThanOrEqual(100)
      expect(idNo.slice(6, 14)).toBe(birth.replaceAll('-', ''))
    }
    expect(dealt.map(({ idNo }) => Number(idNo.charAt(16)) % 2 === 1)).toEqual(dealt.map((_, index) => index % 2 === 0))
  })

  it('of enterprises and authorities have right check characters', () => {
    const codes = [...Array.from({ length: 500 }, (_, index) => usccOfEnterprise(index * 7)), ...Object.values(authorities).map(({ uscc }) => uscc), metroOperator.uscc]
    expect(new Set(codes).size).toBe(codes.length)
    for (const code of codes) {
      expect(checkUscc(code)).toBe('OK')
      expect(checkOrganisationCode(code.slice(8, 17))).toBe('OK')
      expect(code.slice(2, 8)).toBe('310199')
    }
  })

  it('of vehicles are well formed, never the scenario’s series, and never the same', () => {
    const plates = [true, false].flatMap((newEnergy) => Array.from({ length: 4000 }, (_, index) => plate(index * 251, newEnergy)))
    expect(new Set(plates).size).toBe(plates.length)
    for (const one of plates) {
      expect(checkPlate(one)).toBe('OK')
      expect(one.startsWith('沪A')).toBe(false)
    }
  })
})

describe('randomness', () => {
  it('repeats for the same seed and labels and differs for others', () => {
    const draw = (...labels: readonly (string | number)[]): string => random(1, ...labels).uuid()
    expect(draw('people', 1)).toBe(draw('people', 1))
    expect(new Set([draw('people', 1), draw('people', 2), draw('credit', 1), draw('people1'), random(2, 'people', 1).uuid()]).size).toBe(5)
    expect(draw('x')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('stays within its bounds and reaches them', () => {
    const { int, next } = random(3, 'bounds')
    const seen = new Set(Array.from({ length: 400 }, () => int(2, 5)))
    expect([...seen].sort()).toEqual([2, 3, 4, 5])
    for (let draw = 0; draw < 1000; draw++) expect(next()).toBeLessThan(1)
  })
})

describe('the scenario', () => {
  it('counts its people, whose numbers and organisations are valid', () => {
    expect(Object.keys(scenario('key').people)).toHaveLength(SCENARIO_SIZE)
    for (const { idNo, male } of Object.values(scenarioPeople)) {
      expect(checkResidentId(idNo, CITY_DAY)).toBe('OK')
      expect(Number(idNo.charAt(16)) % 2 === 1).toBe(male)
    }
    for (const { uscc } of Object.values(scenarioOrganisations)) expect(checkUscc(uscc)).toBe('OK')
  })
})
