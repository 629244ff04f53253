// Starts the PostgreSQL that comes with citygraph: real PostgreSQL 18 from npm, one cluster in the data folder, reached over a
// Unix socket only, with a generated superuser password, kept running until it is stopped. Refuses a second start on the same
// folder; clears up after a killed one.

import { execFile } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { databaseAccount, runAs, type Account } from './embedded-account.ts'
import { prepareBinaries, type Binaries } from './embedded-binaries.ts'
import { clusterHome, emptyHome, makeSocketFolder } from './embedded-home.ts'
import { lockDataFolder } from './embedded-lock.ts'
import { bareEnvironment, liveServer, startServer, stopServer } from './embedded-process.ts'
import { serverSettings } from './embedded-settings.ts'
import { supervise } from './embedded-supervision.ts'
import { randomSecret } from './secrets.ts'

export type EmbeddedCluster = {
  /** Folder of the Unix socket; on Windows the address 127.0.0.1. Usable as `host` of `pg`. */
  readonly socketDir: string
  readonly port: number
  /** The data folder the cluster was started for (absolute): secrets are kept there. */
  readonly dataDir: string
  /** A URL with the superuser's password: for provisioning and tests, never for serving and never for logs. */
  readonly superuserUrl: (database: string) => string
  /** True when this start made the cluster, so that there are no data in it yet. */
  readonly freshlyMade: boolean
  /** Ends PostgreSQL (what is under way is rolled back, what is committed is on disk). Call it last; calling it twice is fine. */
  readonly stop: () => Promise<void>
}

export type EmbeddedOptions = {
  /** Usually `.citygraph` of the project; made if absent. */
  readonly dataDir: string
  /** Gets one line for each thing an operator should know. */
  readonly log: (line: string) => void
  /** In the place of the product's own of the same name; for clusters of tests, which nobody misses after a power cut. No setting of a city reaches it. */
  readonly settings?: Readonly<Record<string, string>>
}

/** The superuser's name in every embedded cluster. */
const SUPERUSER = 'postgres'

/** Makes the cluster on first use, then starts it (≤ 2 s fresh, ≤ 0.3 s later). Throws a sentence for the operator when it cannot. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedCluster> {
  const dataDir = makeDataFolder(options.dataDir)
  const lock = await lockDataFolder(dataDir)
  try {
    return await startLocked(dataDir, options, lock.release)
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Makes the folder for its owner alone (its parents, if absent, as usual) and gives its one true path. */
function makeDataFolder(path: string): string {
  mkdirSync(dirname(resolve(path)), { recursive: true })
  if (!existsSync(path)) mkdirSync(path, { mode: 0o700 })
  return realpathSync(path)
}

async function startLocked(dataDir: string, { log, settings: further }: EmbeddedOptions, release: () => void): Promise<EmbeddedCluster> {
  const account = databaseAccount(join(dataDir, 'data-18'))
  const home = clusterHome(dataDir, account)
  const data = join(home.path, 'data-18')
  const binaries = prepareBinaries(account, home.path)
  const orphan = liveServer(data)
  if (orphan !== undefined) {
    log(`PostgreSQL of a killed run (process ${orphan}) is still there; stopping it first`)
    await stopServer(orphan, data, binaries.pgCtl)
  }
  if (home.abandoned) {
    log(`the data folder is new, so what an earlier one left in ${home.path} is removed`)
    emptyHome(home.path)
  }
  if (account.switched && (home.moved || binaries.copied)) {
    const kept = [home.moved ? 'its data' : '', binaries.copied ? 'a copy of its programs' : ''].filter((part) => part !== '')
    log(`PostgreSQL runs as ${account.name}, who may not enter where citygraph lies; kept in ${home.path}: ${kept.join(' and ')}`)
  }

  const keyFile = join(home.path, 'superuser.key')
  const freshlyMade = !existsSync(data)
  if (freshlyMade) await makeCluster(binaries, account, home.path, data, keyFile)
  const password = readKey(keyFile)
  const overTcp = process.platform === 'win32'
  const socketDir = overTcp ? '127.0.0.1' : makeSocketFolder(home.path, account)
  const port = overTcp ? await freePort() : 5432
  const settings = { ...serverSettings({ socketDir, port }), ...further }
  const plan = { binaries, account, data, logFile: join(home.path, 'postgres.log'), settings, log }
  const first = await startServer(plan).catch((error: unknown) => {
    removeIfEmpty(socketDir)
    throw error
  })
  const server = supervise(plan, first)

  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    await server.stop()
    removeIfEmpty(socketDir)
    release()
  }
  return {
    socketDir,
    port,
    dataDir,
    superuserUrl: superuserUrls({ socketDir, port, password }),
    freshlyMade,
    stop: () => (stopping ??= stop()),
  }
}

/** URLs of a cluster's superuser, one for each database name. */
function superuserUrls(at: { readonly socketDir: string; readonly port: number; readonly password: string }): (database: string) => string {
  const host = at.socketDir.startsWith('/') ? `localhost/DATABASE?host=${encodeURIComponent(at.socketDir)}&port=${at.port}` : `${at.socketDir}:${at.port}/DATABASE`
  return (database) => `postgresql://${SUPERUSER}:${encodeURIComponent(at.password)}@${host.replace('DATABASE', encodeURIComponent(database))}`
}

/** Runs initdb beside the final place and moves the result there, so that a killed first start leaves no half cluster. */
async function makeCluster(binaries: Binaries, account: Account, home: string, data: string, keyFile: string): Promise<void> {
  const partial = `${data}.partial`
  const passwordFile = join(home, 'superuser.new')
  rmSync(partial, { recursive: true, force: true })
  rmSync(passwordFile, { force: true })
  const password = randomSecret()
  mkdirSync(partial, { mode: 0o700 })
  writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' })
  if (account.switched) for (const path of [partial, passwordFile]) chownSync(path, account.uid, account.gid)
  try {
    await runInitdb(binaries, account, partial, passwordFile)
    writeFileSync(keyFile, password, { mode: 0o600 })
    renameSync(partial, data)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

async function runInitdb(binaries: Binaries, account: Account, data: string, passwordFile: string): Promise<void> {
  const fixed = ['-D', data, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions']
  // The built-in provider sorts the same on every machine; the locale of the C library is only named for the rest.
  const provider = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const how = { ...runAs(account), env: bareEnvironment(), windowsHide: true }
  let complaint = ''
  for (const locale of ['C.UTF-8', 'C']) {
    try {
      await promisify(execFile)(binaries.initdb, [...fixed, ...provider, `--locale=${locale}`], how)
      return
    } catch (error) {
      complaint = complaintOf(error)
    }
    // Systems without this locale (macOS, old glibc) get the plain one; everything else is a failure.
    if (!complaint.includes('locale')) break
  }
  throw new Error(`PostgreSQL could not make its data folder ${data}: ${complaint}`)
}

function complaintOf(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.split('\n') : []
  return said.find((line) => /error|FATAL|PANIC/.test(line)) ?? (error instanceof Error ? error.message : 'no reason given')
}

function readKey(keyFile: string): string {
  try {
    return readFileSync(keyFile, 'utf8')
  } catch (cause) {
    throw new Error(`${keyFile} is missing, so nobody can enter the database; restore it, or remove the data folder to begin anew`, { cause })
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Not there (Windows), or somebody put a file there; then it is theirs.
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no free port'))))
    })
  })
}
