// 治理: access records and a person's own access history over the facts that the follower copied. A person is known here by the
// token of access records alone; resolvers get tokens in the place of linking tokens (subgraphs/person-names.ts).

import { sql, type SQL } from 'drizzle-orm'
import { accessRecords, accessSubjects, fieldSetFields, organisations, purposes } from '../migrations/governance/tables.ts'
import { subject } from './attributes.ts'
import { grantEntities } from './governance-grants.ts'
import { catalogueEntities } from './governance-catalogue.ts'
import { correctionEntities } from './governance-corrections.ts'
import { keyEntities } from './governance-keys.ts'
import { openEntities } from './governance-open.ts'
import { signalEntities } from './governance-signals.ts'
import { stopEntities } from './governance-stops.ts'
import { column, entity, stub, type Entity } from './entity.ts'
import { slot } from './slots.ts'

const domain = 'governance'

const newestFirst = [{ field: 'at', direction: 'DESC' }] as const

const accessRecord = entity({
  domain,
  type: 'AccessRecord',
  table: accessRecords,
  alive: sql`true`,
  attributes: { owners: sql`${accessRecords.owners}`, callerKind: sql`${accessRecords.callerKind}` },
  fields: { id: column(accessRecords.recordId) },
  relations: {
    fields: { kind: 'many', type: 'AccessedField', by: fieldSetFields.fieldSet, key: sql`${accessRecords.fieldSet}`, order: [{ field: 'field', direction: 'ASC' }] },
  },
})

const accessedField = entity({
  domain,
  type: 'AccessedField',
  table: fieldSetFields,
  alive: sql`true`,
  tieBreaker: fieldSetFields.field,
  attributes: { owner: sql`coalesce(${fieldSetFields.owner}, '')` },
})

/** Days that the purpose holds it back are not over. A purpose that is not known yet holds it back too. */
const withheld: SQL = sql`(${accessRecords.purpose} IS NOT NULL
  AND (${purposes.code} IS NULL OR ${accessSubjects.at} + ${purposes.delayDays} * interval '24 hours' > ${slot('now')}::timestamptz))`

/** A person who entered by `me`, was served nothing of the person, and about nobody else: on the way to this very history. */
const onTheWay: SQL = sql`(${accessRecords.callerKind} = 'subject' AND ${accessRecords.entries} = ARRAY['Query.me']
  AND ${accessRecords.personCategories} = ARRAY[]::text[] AND ${accessRecords.subjectCount} = 1)`

/** What was served; the person's own reading of this very history is none. */
const access = entity({
  domain,
  type: 'Access',
  table: accessSubjects,
  joins: {
    sql: sql`JOIN ${accessRecords} ON ${accessRecords.ref} = ${accessSubjects.record}
      LEFT JOIN ${purposes} ON ${purposes.code} = ${accessRecords.purpose}
      LEFT JOIN ${organisations} ON ${organisations.code} = ${accessRecords.callerOrg}`,
    tables: [],
  },
  alive: sql`${accessRecords.outcome} = 'ANSWERED' AND ${accessRecords.log} <> 'governance' AND NOT ${onTheWay}`,
  tieBreaker: accessSubjects.record,
  subject: accessSubjects.token,
  attributes: { subject: subject(accessSubjects.token), withheld },
  fields: {
    organisation: column(accessRecords.callerOrg),
    organisationName: column(organisations.name),
    organisationNameZh: column(organisations.nameZh),
    purpose: column(accessRecords.purpose),
    purposeTitle: column(purposes.title),
    purposeTitleZh: column(purposes.titleZh),
    legalBasis: column(purposes.legalBasis),
    register: column(accessRecords.log),
    categories: column(accessRecords.personCategories),
  },
})

export const governanceEntities: readonly Entity[] = [
  ...signalEntities,
  ...stopEntities,
  ...grantEntities,
  ...catalogueEntities,
  ...correctionEntities,
  ...openEntities,
  ...keyEntities,
  accessRecord,
  accessedField,
  access,
  stub(domain, 'Person', { accessHistory: { kind: 'many', type: 'Access', by: accessSubjects.token, order: newestFirst } }),
]
