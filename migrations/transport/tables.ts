// 交通: vehicles, drivers, violations, qualifications (DOMAIN 4.5). A driving licence's number is the identity number and is
// therefore not here. Plates are stored without dot, space or hyphen.

import { bigint, boolean, index, numeric, pgTable, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { code, day, minorUntil, place, systemColumns, title } from '../columns.ts'

/** 机动车. `division` is the owner's district; `minor_until` is `-infinity` where an organisation owns it. */
export const vehicles = pgTable(
  'trf_vehicle',
  {
    vehicleUid: uuid('vehicle_uid').primaryKey(),
    plateNo: code('plate_no', 10).notNull(),
    plateType: code('plate_type', 2),
    vin: code('vin', 17),
    engineNo: code('engine_no', 20),
    vehicleType: code('vehicle_type', 3),
    brandModel: title('brand_model', 60),
    useNature: code('use_nature', 1),
    ownerKind: code('owner_kind', 1).notNull(),
    ownerPid: uuid('owner_pid'),
    ownerUscc: code('owner_uscc', 18),
    minorUntil: minorUntil(),
    division: code('division', 6),
    ownerName: title('owner_name', 200),
    registeredOn: day('registered_on').notNull(),
    inspectionValidTo: day('inspection_valid_to'),
    insuranceValidTo: day('insurance_valid_to'),
    /** GA/T 16.32 letters: A normal, B transferred, E written off, G overdue. */
    status: code('status_code', 2),
    ...systemColumns(),
  },
  (t) => [
    index('trf_vehicle_plate').on(t.plateNo, t.plateType),
    index('trf_vehicle_person').on(t.ownerPid, t.vehicleUid),
    index('trf_vehicle_organisation').on(t.ownerUscc, t.vehicleUid),
    index('trf_vehicle_registered').on(t.registeredOn, t.vehicleUid),
  ],
)

/** 驾驶证. `fullPointsCycles`: cycles with 12 points among the last three. */
export const drivers = pgTable(
  'trf_driver',
  {
    pid: uuid('pid').primaryKey(),
    minorUntil: minorUntil(),
    division: code('division', 6),
    fileNo: code('file_no', 12),
    classes: code('classes', 20),
    firstIssuedOn: day('first_issued_on'),
    validTo: day('valid_to'),
    points: smallint('points'),
    cycleStart: day('cycle_start'),
    fullPointsCycles: smallint('full_points_cycles'),
    /** A normal, B suspended for points, C revoked, E written off. */
    status: code('status_code', 2),
    medicalNote: text('medical_note'),
    ...systemColumns(),
  },
  (t) => [index('trf_driver_file_no').on(t.fileNo)],
)

/** 交通违法. `division` is the place's district, from which a masked place is rendered; subject and minor rule are the driver's. */
export const trafficViolations = pgTable(
  'trf_violation',
  {
    violationId: bigint('violation_id', { mode: 'number' }).primaryKey(),
    driverPid: uuid('driver_pid'),
    minorUntil: minorUntil(),
    vehicleUid: uuid('vehicle_uid'),
    plateNo: code('plate_no', 10),
    plateType: code('plate_type', 2),
    occurredAt: timestamp('occurred_at', { withTimezone: true }).notNull(),
    place: title('place_text', 200),
    ...place(),
    division: code('division', 6),
    code: code('code', 6),
    /** CNY. */
    fine: numeric('fine', { precision: 10, scale: 2 }),
    points: smallint('points'),
    handled: boolean('handled'),
    paid: boolean('paid'),
    deviceNo: code('device_no', 20),
    ...systemColumns(),
  },
  (t) => [
    index('trf_violation_driver').on(t.driverPid, t.occurredAt.desc().nullsFirst(), t.violationId),
    index('trf_violation_vehicle').on(t.vehicleUid, t.occurredAt.desc().nullsFirst(), t.violationId),
  ],
)

/** 从业资格 (TRANS). `category`: TAXI, RIDE_HAILING, COACH, FREIGHT. */
export const driverQualifications = pgTable(
  'trf_driver_qualification',
  {
    qualificationId: bigint('qualification_id', { mode: 'number' }).primaryKey(),
    pid: uuid('pid').notNull(),
    minorUntil: minorUntil(),
    division: code('division', 6),
    category: code('category', 12).notNull(),
    issuedOn: day('issued_on'),
    validTo: day('valid_to'),
    employerUscc: code('employer_uscc', 18),
    integrityGrade: code('integrity_grade', 3),
    backgroundPassed: boolean('background_passed'),
    backgroundDetail: text('background_detail'),
    ...systemColumns(),
  },
  (t) => [index('trf_driver_qualification_person').on(t.pid, t.qualificationId), index('trf_driver_qualification_employer').on(t.employerUscc)],
)
