// PostgreSQL's stored form of a password (SCRAM-SHA-256, RFC 5802 and 7677). Handing it over instead of the password keeps the
// password out of SQL, and comparing with it tells whether a role still has the password we hold, without a login.

import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

const ITERATIONS = 4096

/** The verifier for a password of ASCII characters, with a random salt: `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`. */
export function scramVerifier(password: string): Promise<string> {
  return verifierWith(password, randomBytes(16), ITERATIONS)
}

/** Whether a verifier of `pg_authid.rolpassword` belongs to the password. False for anything that is no SCRAM verifier. */
export async function verifies(password: string, verifier: string | null): Promise<boolean> {
  const [, iterations, salt] = /^SCRAM-SHA-256\$(\d{1,7}):([A-Za-z0-9+/=]+)\$/.exec(verifier ?? '') ?? []
  if (iterations === undefined || salt === undefined) return false
  return (await verifierWith(password, Buffer.from(salt, 'base64'), Number(iterations))) === verifier
}

async function verifierWith(password: string, salt: Buffer, iterations: number): Promise<string> {
  // Passwords of ours are base64url, so SASLprep changes nothing.
  const salted = await promisify(pbkdf2)(password, salt, iterations, 32, 'sha256')
  const key = (name: string): Buffer => createHmac('sha256', salted).update(name).digest()
  const storedKey = createHash('sha256').update(key('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${key('Server Key').toString('base64')}`
}
