// An address of a test's database as an operator writes it into a setting; a socket's folder goes into the query (libpq).

import type { DatabaseAddress } from '../../migrations/address.ts'

export function databaseUrl(address: DatabaseAddress): string {
  if ('connectionString' in address) return address.connectionString
  const { host, port, user, password, database } = address
  const at = host.startsWith('/') ? `localhost/${database}?host=${encodeURIComponent(host)}&port=${port}` : `${host}:${port}/${database}`
  return `postgres://${user}:${encodeURIComponent(password)}@${at}`
}
