// Column kinds that the five departments' tables share, so that equal things have equal types. Codes and names compare by bytes
// (COLLATE "C"): the same order in every database, whatever its locale, and prefixes can use an index. No char(n): its padded
// comparison does not use the index when the other side is text.

import { boolean, customType, date, numeric, timestamp, varchar } from 'drizzle-orm/pg-core'

const bytewise = customType<{ data: string; driverData: string; config: { length: number } }>({
  dataType: (config) => `varchar(${config?.length ?? 1}) COLLATE "C"`,
})

/** A code of at most `length` characters (GB/T 2260 division, USCC, plate …), compared by bytes. */
export function code(name: string, length: number) {
  return bytewise(name, { length })
}

/** A name or title of at most `length` characters, compared by bytes. */
export function title(name: string, length: number) {
  return bytewise(name, { length })
}

/** A calendar day, read and written as `YYYY-MM-DD` (`infinity` and `-infinity` are days too). */
export function day(name: string) {
  return date(name, { mode: 'string' })
}

/** The 14th birthday of the person a row is about; `-infinity` for those past it and for organisations; NULL = unknown = minor. */
export function minorUntil() {
  return day('minor_until')
}

/** A place in WGS 84, degrees. Never selected as it is: cells of 0.01° are what leaves the database. */
export function place() {
  return { lng: numeric('lng', { precision: 9, scale: 6 }), lat: numeric('lat', { precision: 9, scale: 6 }) }
}

/** What every table has beside its data (DOMAIN 4). Rows with `is_deleted` are never served. */
export function systemColumns() {
  return {
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
    sourceSystem: varchar('source_system', { length: 32 }),
    batchNo: varchar('batch_no', { length: 32 }),
    isDeleted: boolean('is_deleted').notNull().default(false),
  }
}
