// More of tests/migrations/embedded-killed: moments that are rarer, each with a start of PostgreSQL or two.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmbedded } from '../../migrations/embedded.ts'
import { processIdentity } from '../../migrations/process-identity.ts'

let dataDir = ''
const lines: string[] = []
const log = (line: string): void => void lines.push(line)

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'cg-killed-'))
  lines.length = 0
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const pidFile = (): string => join(dataDir, 'data-18', 'postmaster.pid')

test('starts after the server itself was killed, replaying its log', async () => {
  const cluster = await startEmbedded({ dataDir, log })
  const pid = Number(readFileSync(pidFile(), 'utf8').split('\n')[0])
  process.kill(pid, 'SIGKILL')
  await cluster.stop()
  const again = await startEmbedded({ dataDir, log })
  expect(again.freshlyMade).toBe(false)
  await again.stop()
})

test('does not start a server again that was stopped in the moment it was killed', async () => {
  const cluster = await startEmbedded({ dataDir, log })
  process.kill(Number(readFileSync(pidFile(), 'utf8').split('\n')[0]), 'SIGKILL')
  await new Promise((resolve) => setTimeout(resolve, 120))
  await cluster.stop()
  await (await startEmbedded({ dataDir, log })).stop()
})

test('takes no notice of a pid file whose number now belongs to another process', async () => {
  await (await startEmbedded({ dataDir, log })).stop()
  writeFileSync(pidFile(), `${process.pid}\n${join(dataDir, 'data-18')}\n1700000000\n5432\n/tmp\n\n  1 1\nready   \n`)
  const cluster = await startEmbedded({ dataDir, log })
  await cluster.stop()
  expect(processIdentity(process.pid)).toBeDefined()
})

test('lets exactly one of several starts at the same moment through', async () => {
  const starts = await Promise.allSettled([1, 2, 3].map(() => startEmbedded({ dataDir, log })))
  const through = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
  expect(through).toHaveLength(1)
  for (const cluster of through) await cluster.stop()
})

test('says in PostgreSQL own words why it does not start', async () => {
  await (await startEmbedded({ dataDir, log })).stop()
  rmSync(join(dataDir, 'data-18', 'global', 'pg_control'))
  await expect(startEmbedded({ dataDir, log })).rejects.toThrow(/could not (find|open).*(database system|pg_control)/)
})
