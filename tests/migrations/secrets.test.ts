// Secrets of an embedded city: made once, kept for their owner only, never overwritten when they cannot be read.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSecrets } from '../../migrations/secrets.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cg-secrets-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('keeps a secret once made, also between two parts of one process that both add some', () => {
  const [one, two] = [openSecrets(folder), openSecrets(folder)]
  const first = one.keep('database.a')
  const second = two.keep('database.b')
  expect(one.keep('key', () => 'made by the caller')).toBe('made by the caller')
  const later = openSecrets(folder)
  expect([later.keep('database.a'), later.keep('database.b'), later.keep('key')]).toEqual([first, second, 'made by the caller'])
  expect(first).not.toBe(second)
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600)
})

test('refuses a damaged file without quoting or overwriting it', () => {
  const damaged = '{"database.a": "canary-310199'
  writeFileSync(join(folder, 'secrets.json'), damaged)
  expect(() => openSecrets(folder)).toThrow(/not readable as secrets/)
  expect(() => openSecrets(folder)).not.toThrow(/canary/)
  expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).toBe(damaged)
})
