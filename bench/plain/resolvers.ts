// Resolvers of the plain subgraphs. Rows have the databases' column names; a field's resolver takes its column.

import type { Row } from '../hand/department-pools.ts'
import { enterpriseColumns, personColumns } from './loaders.ts'
import type { Loaders } from './loaders.ts'

type Resolver = (parent: Row, args: Readonly<Record<string, unknown>>, loaders: Loaders) => unknown
type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolver>>>>

const at = (column: string): Resolver => (row) => row[column]
const keyOf = (row: Row, name: string): string => row[name] ?? ''
/** Ten years each, those of ninety together. */
const band: Resolver = ({ age }) => (age === null || age === undefined ? null : Number(age) >= 90 ? '90+' : `${Math.floor(Number(age) / 10) * 10}-${Math.floor(Number(age) / 10) * 10 + 9}`)

const population: Resolvers = {
  Query: {
    person: (_, { id }, { people }) => people.load(String(id)),
    people: async (_, { first }, { departments }) => ({ nodes: await departments.population('page', `SELECT ${personColumns} FROM pop_person WHERE NOT is_deleted ORDER BY pid LIMIT $1::bigint`, [first]) }),
  },
  Person: {
    idType: at('id_type'), idNo: at('id_no'), name: at('full_name'), formerName: at('former_name'), gender: at('gender_code'), ethnicity: at('ethnic_code'), birthDate: at('birth_date'),
    ageBand: band, hukouDivision: at('hukou_division'), hukouAddress: at('hukou_address'), residenceDivision: at('residence_division'), residenceAddress: at('residence_address'),
    maritalStatus: at('marital_code'), education: at('education_code'), photo: at('photo_ref'), vitalStatus: at('vital_status'), deathDate: at('death_date'),
  },
}

const enterprises: Resolvers = {
  Query: {
    enterprise: (_, { uscc }, loaders) => loaders.enterprises.load(String(uscc)),
    enterprises: async (_, { first }, { departments }) => ({ nodes: await departments.enterprises('page', `SELECT ${enterpriseColumns} FROM ent_base WHERE NOT is_deleted ORDER BY uscc LIMIT $1::bigint`, [first]) }),
  },
  Enterprise: {
    name: at('ent_name'), type: at('ent_type_code'), industry: at('industry_code'), registeredCapital: at('capital'), establishedOn: at('established_on'), legalRepName: at('legal_rep_name'),
    legalRepresentative: ({ legal_rep_pid: id }) => (id === null ? null : { id }),
    shareholders: async (row, _, { shareholders }) => ({ nodes: await shareholders.load(keyOf(row, 'uscc')) }),
  },
  Shareholder: { holderName: at('holder_name') },
}

const credit: Resolvers = {
  Enterprise: {
    creditRecords: async (row, { first }, { records }) => ({ nodes: await records(Number(first)).load(keyOf(row, 'uscc')) }),
    creditSummary: async (row, _, { summaries }) => (await summaries.load(keyOf(row, 'uscc')))[0] ?? { records: '0', penalties: '0' },
    creditRating: async (row, _, { ratings }) => (await ratings.load(keyOf(row, 'uscc')))[0] ?? null,
  },
  CreditRecord: { recordNo: at('record_no'), decidedOn: at('decided_on') },
  CreditSummary: { recordCount: at('records'), penaltyCount: at('penalties') },
}

const licenses: Resolvers = {
  Enterprise: { licenses: async (row, _, loaders) => ({ nodes: await loaders.licenses.load(keyOf(row, 'uscc')) }) },
  License: { status: at('status_code'), certNo: at('cert_no') },
}

const station = `SELECT station_name FROM trf_metro_station WHERE NOT is_deleted AND lat IS NOT NULL AND lng IS NOT NULL
  ORDER BY ((lat - $1) * 111195) ^ 2 + ((lng - $2) * 111195 * cos(radians($1::float8))::numeric) ^ 2, station_code LIMIT 1`

const transport: Resolvers = {
  Enterprise: {
    vehicles: async (row, _, { vehicles }) => ({ nodes: await vehicles.load(keyOf(row, 'uscc')) }),
    nearestMetroStation: async ({ place }, _, { departments }) => (place === null || place === undefined ? null : (await departments.transport('station', station, place.split(',')))[0]),
  },
  Vehicle: { plateNo: at('plate_no'), status: at('status_code') },
  MetroStation: { name: at('station_name') },
}

export const plainResolvers = { population, enterprises, credit, licenses, transport }

type Reference = (row: Row, loaders: Loaders) => unknown

/** Entities that other subgraphs' representations stand for, where there is more to read than the key. */
export const plainReferences: Readonly<Record<keyof typeof plainResolvers, Readonly<Record<string, Reference>>>> = {
  population: { Person: ({ id }, { people }) => people.load(id ?? '') },
  enterprises: { Enterprise: ({ uscc }, loaders) => loaders.enterprises.load(uscc ?? '') },
  credit: {},
  licenses: {},
  transport: {},
}
