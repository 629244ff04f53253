// What the transport database holds about a block: vehicles, drivers, violations, qualifications.

import { driverQualifications, drivers, trafficViolations, vehicles } from '../migrations/transport/tables.ts'
import { BLOCK_SIZE, type Block } from './city.ts'
import { addDays, addYears, ageOn, CITY_DAY, CITY_INSTANT, dayNumber, dayOf } from './days.ts'
import type { Enterprise } from './enterprises.ts'
import { plate, vin } from './numbers.ts'
import type { Person } from './people.ts'
import { address, pointNear, type Places } from './places.ts'
import type { Random } from './random.ts'
import type { Put } from './rows.ts'

export type Vehicle = typeof vehicles.$inferInsert

/** Whether a resident holds a driving licence; follows from the person, so that two departments agree. */
export function isDriver({ idNo, age, vital }: Person): boolean {
  return age >= 20 && age < 75 && vital === '1' && Number(idNo.slice(6, 17)) % 5 < 2
}

/** When a driver got a licence first and last, and until when that one holds; the same wherever it is asked. */
export function drivingDates({ idNo, birth }: Person): { readonly firstIssuedOn: string; readonly issuedOn: string; readonly validTo: string } {
  const adult = dayNumber(addYears(birth, 18))
  const luck = Number(idNo.slice(6, 17))
  const firstIssuedOn = dayOf(adult + 30 + (luck % (dayNumber(CITY_DAY) - adult - 60)))
  const renewals = Math.floor(ageOn(firstIssuedOn, CITY_DAY) / LICENSE_YEARS)
  // A few let it run out.
  const issuedOn = addYears(firstIssuedOn, LICENSE_YEARS * (renewals > 0 && luck % 17 === 0 ? renewals - 1 : renewals))
  return { firstIssuedOn, issuedOn, validTo: addYears(issuedOn, LICENSE_YEARS) }
}

const LICENSE_YEARS = 10
const VEHICLES_PER_BLOCK = 1000
const MODELS = ['示例牌SL7150轿车', '示例牌SL6470多用途车', '示例牌SLE7000纯电动轿车', '示例牌SL5030厢式货车'] as const

/** All rows of a block. */
export function transportRows(block: Block, places: Places, put: Put): void {
  const random = block.stream('transport')
  const [violationId, qualificationId] = [block.rowIds(), block.rowIds()]
  // At most one a person, so that numbers of blocks never meet; those below are the scenario's.
  let fileNumber = block.index * BLOCK_SIZE + 10_000
  let count = 0
  const next = (): number => block.index * VEHICLES_PER_BLOCK + count++ + 1000
  const owned = new Map<string, Vehicle>()
  const add = (owner: Owner, useNature: string): void => {
    if (count >= VEHICLES_PER_BLOCK) return
    const vehicle = vehicleRow(random, next(), owner, useNature)
    if (owner.ownerPid !== null) owned.set(owner.ownerPid, vehicle)
    put(vehicles, vehicle)
  }

  for (const enterprise of block.enterprises) {
    const fleet = enterprise.trade.industry.startsWith('G') ? random.int(1, 12) : random.chance(0.25) ? 1 : 0
    for (let place = 0; place < fleet; place++) add(enterpriseOwner(enterprise), enterprise.trade.word === '客运' ? 'D' : 'A')
  }
  for (const person of block.people) {
    if (person.age >= 22 && person.age < 80 && random.chance(0.31)) add(personOwner(person), 'A')
    if (!isDriver(person)) continue
    const violations = random.chance(0.3) ? random.int(1, 3) : 0
    let points = 0
    for (let place = 0; place < violations; place++) {
      const row = violationRow(random, violationId(), person, owned.get(person.pid), places)
      points += row.points ?? 0
      put(trafficViolations, row)
    }
    put(drivers, driverRow(random, person, fileNumber++, points))
    if (random.chance(0.04)) put(driverQualifications, qualificationRow(random, qualificationId(), person, block.enterprises))
  }
}

type Owner = Pick<Vehicle, 'ownerKind' | 'ownerUscc' | 'ownerName' | 'minorUntil' | 'division'> & { readonly ownerPid: string | null }

export function personOwner({ pid, name, minorUntil, residence }: Person): Owner {
  return { ownerKind: '1', ownerPid: pid, ownerUscc: null, ownerName: name, minorUntil, division: residence.division.slice(0, 6) }
}

export function enterpriseOwner({ uscc, name, district }: Pick<Enterprise, 'uscc' | 'name' | 'district'>): Owner {
  return { ownerKind: '2', ownerPid: null, ownerUscc: uscc, ownerName: name, minorUntil: '-infinity', division: district }
}

function vehicleRow(random: Random, index: number, owner: Owner, useNature: string): Vehicle {
  const newEnergy = random.chance(0.3)
  const registeredOn = addDays(CITY_DAY, -random.int(5, 4500))
  const years = Math.floor((dayNumber(CITY_DAY) - dayNumber(registeredOn)) / 365)
  return {
    vehicleUid: random.uuid(),
    plateNo: plate(index, newEnergy),
    plateType: newEnergy ? '52' : '02',
    vin: vin(index),
    engineNo: `EN${String(index).padStart(8, '0')}`,
    vehicleType: 'K33',
    brandModel: newEnergy ? MODELS[2] : random.pick(MODELS),
    useNature,
    ...owner,
    registeredOn,
    inspectionValidTo: addDays(addYears(registeredOn, years + 1), random.chance(0.05) ? -400 : 0),
    insuranceValidTo: addDays(CITY_DAY, random.int(-20, 360)),
    status: random.pick(['A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'B', 'G']),
    isDeleted: random.chance(0.005),
  }
}

function driverRow(random: Random, person: Person, fileNumber: number, points: number): typeof drivers.$inferInsert {
  const { firstIssuedOn, validTo } = drivingDates(person)
  const full = random.chance(0.02)
  return {
    pid: person.pid,
    minorUntil: person.minorUntil,
    division: person.residence.division.slice(0, 6),
    fileNo: `3100${String(fileNumber).padStart(8, '0')}`,
    classes: random.pick(['C1', 'C1', 'C1', 'C2', 'C2', 'B2', 'A1', 'C1E']),
    firstIssuedOn,
    validTo,
    points: Math.min(12, points),
    cycleStart: `${firstIssuedOn.slice(4) > CITY_DAY.slice(4) ? '2025' : '2026'}${firstIssuedOn.slice(4) === '-02-29' ? '-03-01' : firstIssuedOn.slice(4)}`,
    fullPointsCycles: full ? 1 : 0,
    status: points >= 12 ? 'B' : 'A',
    medicalNote: random.chance(0.01) ? '矫正视力，须戴眼镜' : null,
  }
}

const CODES = [
  { code: '1039', fine: 200, points: 0 },
  { code: '1345', fine: 200, points: 1 },
  { code: '1625', fine: 200, points: 6 },
  { code: '1208', fine: 100, points: 3 },
] as const

function violationRow(random: Random, violationId: number, driver: Person, vehicle: Vehicle | undefined, { streets }: Places): typeof trafficViolations.$inferInsert {
  const street = random.pick(streets)
  const { code, fine, points } = random.pick(CODES)
  const handled = random.chance(0.7)
  return {
    violationId,
    driverPid: driver.pid,
    minorUntil: driver.minorUntil,
    vehicleUid: vehicle?.vehicleUid ?? null,
    plateNo: vehicle?.plateNo ?? null,
    plateType: vehicle?.plateType ?? null,
    occurredAt: new Date(Date.parse(CITY_INSTANT) - random.int(3600, 700 * 86_400) * 1000),
    place: address(random, street),
    ...pointNear(random, street.district),
    division: street.district,
    code,
    fine: `${fine}.00`,
    points,
    handled,
    paid: handled && random.chance(0.9),
    deviceNo: `DEV${random.int(1000, 1999)}`,
    isDeleted: random.chance(0.005),
  }
}

function qualificationRow(random: Random, qualificationId: number, person: Person, enterprises: readonly Enterprise[]): typeof driverQualifications.$inferInsert {
  const issuedOn = addDays(CITY_DAY, -random.int(30, 2000))
  const passed = random.chance(0.96)
  return {
    qualificationId,
    pid: person.pid,
    minorUntil: person.minorUntil,
    division: person.residence.division.slice(0, 6),
    category: random.pick(['TAXI', 'RIDE_HAILING', 'COACH', 'FREIGHT']),
    issuedOn,
    validTo: addYears(issuedOn, 6),
    employerUscc: enterprises.length === 0 ? null : random.pick(enterprises).uscc,
    integrityGrade: random.pick(['AAA', 'AA', 'A', 'B']),
    backgroundPassed: passed,
    backgroundDetail: passed ? '无相关记录' : '有危险驾驶记录',
  }
}
