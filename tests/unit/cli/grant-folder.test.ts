// What `citygraph policy export | import` says of folders that are none, and where it does not write.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { policiesFolder } from '../../../cli/city-parts.ts'
import { folderOf, readGrantFolder, writeGrantFolder } from '../../../cli/grant-folder.ts'
import { importGrants } from '../../../cli/policy-register.ts'
import { UsageError } from '../../../cli/usage.ts'

const at = mkdtempSync(join(tmpdir(), 'citygraph-folders-'))
afterAll(() => {
  rmSync(at, { recursive: true, force: true })
})
const held = [{ id: 'G_1', content: 'id: G_1\nstatus: "ACTIVE" # as it came\n', revoked: true }, { id: 'G_2', content: 'id: G_2\nstatus: ACTIVE\n', revoked: false }]
const refusal = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  return 'none'
}

describe('a folder of grants', () => {
  it('that is not there, is a file, or cannot be read is told in a sentence, before any database is asked', async () => {
    writeFileSync(join(at, 'file.yaml'), 'id: x\n')
    expect(refusal(() => readGrantFolder(join(at, 'nowhere')))).toMatch(/^There is no folder ".*nowhere"\.$/)
    expect(refusal(() => readGrantFolder(join(at, 'file.yaml')))).toMatch(/is a file; name the folder that it lies in\.$/)
    expect(refusal(() => writeGrantFolder(held, join(at, 'file.yaml')))).toMatch(/is a file; name a folder\.$/)
    expect(refusal(() => writeGrantFolder(held, join(at, 'file.yaml', 'below')))).toMatch(/^".*below" cannot be used \(ENOTDIR\)\.$/)
    expect(refusal(() => folderOf(['one', 'two']))).toBe('One folder at a time.')
    await expect(importGrants([join(at, 'nowhere')])).rejects.toThrow(UsageError)
    expect(refusal(() => readGrantFolder(join(at, 'a\nb\u202e')))).not.toMatch(/[\n\u202e]/)
  })

  it('is read file by file: what is none keeps the others from nothing', () => {
    const folder = join(at, 'mixed')
    mkdirSync(join(folder, 'folder.yaml'), { recursive: true })
    symlinkSync(join(folder, 'gone'), join(folder, 'link.yaml'))
    writeFileSync(join(folder, 'good.yaml'), 'id: x\n')
    writeFileSync(join(folder, 'README.md'), '')
    expect(readGrantFolder(folder)).toEqual({
      files: [{ name: 'good.yaml', text: 'id: x\n' }],
      unread: [{ file: 'folder.yaml', because: 'it is a folder' }, { file: 'link.yaml', because: 'it cannot be read (ENOENT)' }],
    })
  })

  it('is written one file a grant, those that were revoked as such however their status is written', () => {
    const folder = join(at, 'out', 'of', 'here')
    expect(writeGrantFolder(held, folder)).toBe(2)
    expect(readdirSync(folder)).toEqual(['G_1.yaml', 'G_2.yaml'])
    expect(readFileSync(join(folder, 'G_1.yaml'), 'utf8')).toMatch(/^status: "?REVOKED"?/m)
    expect(readFileSync(join(folder, 'G_2.yaml'), 'utf8')).toBe('id: G_2\nstatus: ACTIVE\n')
  })

  it('is not one that a bundle reads, by whatever name it is reached', () => {
    const link = join(at, 'link-to-grants')
    symlinkSync(join(policiesFolder, 'grants'), link)
    const before = readdirSync(join(policiesFolder, 'grants'))
    for (const folder of [policiesFolder, join(policiesFolder, 'grants'), `${policiesFolder}/grants/../grants/`, link]) {
      expect(refusal(() => writeGrantFolder(held, folder))).toMatch(/would outlive a revocation/)
    }
    expect(readdirSync(join(policiesFolder, 'grants'))).toEqual(before)
    // A bundle whose grants/ is not made yet.
    mkdirSync(join(at, 'bundle'))
    writeFileSync(join(at, 'bundle', 'organisations.yaml'), '[]\n')
    expect(refusal(() => writeGrantFolder(held, join(at, 'bundle', 'grants')))).toMatch(/would outlive a revocation/)
    expect(refusal(() => writeGrantFolder(held, join(at, 'bundle', 'grants', 'approved')))).toBe('none')
  })
})
