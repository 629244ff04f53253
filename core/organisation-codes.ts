// Codes of organisations and of the electronic licences issued by them: USCC (GB 32100), organisation code (GB 11714), e-licence
// identifier (GB/T 36904). Answers never carry the code.

import { mod37x36CheckCharacter, organisationCodeCheckCharacter, usccCheckCharacter, type NumberCheck } from './check-digits.ts'

/**
 * A unified social credit code (统一社会信用代码): 18 characters without I O S V Z, the last one a check. The organisation code inside
 * is not checked by its own digit, since codes are in use whose inner digit is wrong; `checkOrganisationCode` tells that apart.
 */
export function checkUscc(uscc: string): NumberCheck {
  if (!/^[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}$/.test(uscc)) return 'BAD_FORMAT'
  return usccCheckCharacter(uscc.slice(0, 17)) === uscc.charAt(17) ? 'OK' : 'BAD_CHECK'
}

/** An organisation code (组织机构代码) of 8 characters and a check digit, without hyphen: characters 9–17 of a USCC. */
export function checkOrganisationCode(code: string): NumberCheck {
  if (!/^[0-9A-Z]{8}[0-9X]$/.test(code)) return 'BAD_FORMAT'
  return organisationCodeCheckCharacter(code.slice(0, 8)) === code.charAt(8) ? 'OK' : 'BAD_CHECK'
}

const LICENSE_ROOT = '1.2.156.3005.2'

/** The four parts of an e-licence identifier: type (21), issuer (its USCC, or a division code of 6), serial, version (3 digits). */
export type LicenseIdentifierParts = { readonly typeCode: string; readonly issuerCode: string; readonly serial: string; readonly version: string }

/** Writes the identifier (电子证照标识) with its check character. Throws RangeError on characters other than 0–9 and A–Z. */
export function licenseIdentifier({ typeCode, issuerCode, serial, version }: LicenseIdentifierParts): string {
  const check = mod37x36CheckCharacter(typeCode + issuerCode + serial + version)
  return [LICENSE_ROOT, typeCode, issuerCode, serial, version, check].join('.')
}

/** Checks an e-licence identifier: `1.2.156.3005.2.<type 21>.<issuer 6–18>.<serial>.<version 3>.<check>`. */
export function checkLicenseIdentifier(identifier: string): NumberCheck {
  const parts = /^1\.2\.156\.3005\.2\.([0-9A-Z]{21})\.([0-9A-Z]{6,18})\.([0-9A-Z]{1,64})\.([0-9]{3})\.([0-9A-Z])$/.exec(identifier)
  if (parts === null) return 'BAD_FORMAT'
  const [, typeCode = '', issuerCode = '', serial = '', version = '', check] = parts
  return mod37x36CheckCharacter(typeCode + issuerCode + serial + version) === check ? 'OK' : 'BAD_CHECK'
}
