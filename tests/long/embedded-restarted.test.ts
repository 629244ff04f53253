// What a killed run leaves behind, and two runs at the same time. More of it: tests/long/embedded-killed.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asSuperuser } from '../../migrations/databases.ts'
import { startEmbedded } from '../../migrations/embedded.ts'
import { processIdentity } from '../../migrations/process-identity.ts'
import { clusterProcess } from '../support/cluster-process.ts'
import { eventually } from '../support/outage.ts'

let dataDir = ''
const lines: string[] = []
const log = (line: string): void => void lines.push(line)

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'cg-killed-'))
  lines.length = 0
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const pidFile = (): string => join(dataDir, 'data-18', 'postmaster.pid')

test('starts beside the orphan of a killed run: the orphan is stopped first and its data are there', async () => {
  const killed = clusterProcess(dataDir, 'hold')
  expect((await killed.events).at(-1)?.started?.freshlyMade).toBe(true)
  const orphan = Number(readFileSync(pidFile(), 'utf8').split('\n')[0])
  killed.child.kill('SIGKILL')
  await killed.ended
  expect(processIdentity(orphan)).toBeDefined()

  const cluster = await startEmbedded({ dataDir, log })
  expect(cluster.freshlyMade).toBe(false)
  expect(processIdentity(orphan)).toBeUndefined()
  expect(lines.join('\n')).toContain(`process ${orphan}`)
  await cluster.stop()
})

test('starts the server again when it was killed, says so, and lets it be stopped for good', async () => {
  const cluster = await startEmbedded({ dataDir, log })
  for (let round = 1; round <= 2; round += 1) {
    const pid = Number(readFileSync(pidFile(), 'utf8').split('\n')[0])
    process.kill(pid, 'SIGKILL')
    await eventually(20_000, () => asSuperuser(cluster, 'postgres', async (client) => void (await client.query('SELECT 1'))))
    expect(Number(readFileSync(pidFile(), 'utf8').split('\n')[0])).not.toBe(pid)
    // It answers a moment before we have heard so ourselves.
    await eventually(5_000, async () => expect(lines.filter((line) => line.startsWith('PostgreSQL was started again'))).toHaveLength(round))
  }
  const last = Number(readFileSync(pidFile(), 'utf8').split('\n')[0])
  await cluster.stop()
  expect(processIdentity(last)).toBeUndefined()
  expect(lines.filter((line) => line.startsWith('PostgreSQL was started again'))).toHaveLength(2)
})

test('refuses a second start on the same folder, naming the process that has it', async () => {
  const other = clusterProcess(dataDir, 'hold')
  await other.events
  await expect(startEmbedded({ dataDir, log })).rejects.toThrow(`process ${other.child.pid}`)
  other.child.kill('SIGKILL')
  await other.ended
  await (await startEmbedded({ dataDir, log })).stop()
})

test('is not locked out by a lock whose pid was given to another process, or that is debris', async () => {
  await (await startEmbedded({ dataDir, log })).stop()
  for (const debris of [JSON.stringify({ pid: process.pid, identity: 'an earlier process', dataDir }), '', '{"pid":']) {
    writeFileSync(join(dataDir, 'citygraph.lock'), debris)
    await (await startEmbedded({ dataDir, log })).stop()
  }
})
