// More of tests/migrations/embedded-start: what a killed run or a killed server leaves behind, two runs at the same time, and data that
// PostgreSQL itself refuses. Each test with a start of PostgreSQL or more.

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
