import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const SIZE = 200_000
const folder = mkdtempSync(join(tmpdir(), 'citygraph-large-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Resident memory of a process in MiB (Linux). */
function residentMiB(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes ?? 0) / 1024
}

describe('a large city', () => {
  it('is loaded with progress, without being held in memory', async () => {
    const root = resolve(import.meta.dirname, '../..')
    const city = spawn(process.execPath, ['cli/citygraph.js', 'databases', '--size', String(SIZE)], { cwd: root, env: { ...process.env, CITYGRAPH_FOLDER: join(folder, 'city') }, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise<number | null>((done) => city.on('exit', done))
    let said = ''
    const samples: { readonly people: number; readonly resident: number }[] = []
    city.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
      const people = [...said.matchAll(/: ([\d,]+) of [\d,]+ people/g)].at(-1)?.[1]
      if (people !== undefined && city.pid !== undefined) samples.push({ people: Number(people.replaceAll(',', '')), resident: residentMiB(city.pid) })
    })
    const ready = new Promise<void>((done) => city.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString('utf8').includes('databases are ready')) done()
    }))
    await Promise.race([ready, ended])
    city.kill('SIGTERM')
    expect(await ended).toBe(0)
    const [, rows = '0', seconds = '0'] = /: ([\d,]+) rows in ([\d.]+) s/.exec(said) ?? []
    const early = samples.filter(({ people }) => people > SIZE * 0.1 && people < SIZE * 0.4).map(({ resident }) => resident)
    const late = samples.filter(({ people }) => people > SIZE * 0.6).map(({ resident }) => resident)
    console.log(`${rows} rows in ${seconds} s; resident ${Math.max(...early).toFixed(0)} MiB early, ${Math.max(...late).toFixed(0)} MiB late`)
    expect(samples.length).toBeGreaterThan(5)
    expect(Number(rows.replaceAll(',', ''))).toBeGreaterThan(SIZE * 8)
    expect(Math.max(...late)).toBeLessThan(Math.max(...early) + 80)
  })
})
