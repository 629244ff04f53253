import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CitygraphError, errorCatalogue } from '../../core/errors.ts'
import type { ErrorCode } from '../../core/errors.ts'

const documentation = readFileSync(resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8')
const rows = [...documentation.matchAll(/^\| `([A-Z_]+)` \| (\d{3})/gm)].map((match) => ({ code: match[1], status: Number(match[2]) }))

describe('the error catalogue', () => {
  it('has every documented code with its documented status', () => {
    const documented = Object.fromEntries(rows.map(({ code, status }) => [code, status]))
    const actual = Object.fromEntries(Object.entries(errorCatalogue).map(([code, { status }]) => [code, status]))
    expect(actual).toEqual(documented)
  })

  it('gives callers the sentence, the code and the facts, never the cause', () => {
    const codes = Object.keys(errorCatalogue) as ErrorCode[]
    for (const code of codes) {
      const error = new CitygraphError(code, { domain: 'credit' }, { cause: new Error('select secret from nowhere') })
      expect(JSON.stringify({ message: error.message, extensions: error.extensions })).not.toContain('secret')
      expect(error.extensions).toEqual({ code, domain: 'credit' })
    }
  })
})
