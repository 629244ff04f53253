// Joins our own TypeScript into a few JavaScript files, so that a start reads them instead of three hundred modules through a loader
// (adr/0001). Kept under node_modules/.cache, named by a hash over path, size and time of every source; made anew when one changes.
// Libraries stay where they are. Where nothing may be written the sources are run as they stand.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '..')
const folders = ['core', 'schema', 'audit', 'migrations', 'policy-engine', 'synthetic-city', 'resolvers', 'subgraphs', 'governance', 'open', 'gateway', 'cli']
const DAY_MS = 86_400_000
const cache = join(root, 'node_modules/.cache/citygraph')

/** The URL of the bundled `cli/main.ts` (bench/ has its own), or undefined when it cannot be made. */
export async function bundledMain(folder = 'cli') {
  const sources = [...new Set([...folders, folder])].flatMap((name) => typescriptIn(join(root, name)))
  const hash = createHash('sha256').update(`${process.version} ${folder}`)
  for (const file of sources) {
    const { size, mtimeMs } = statSync(file)
    hash.update(`${file}\n${size} ${mtimeMs}\n`)
  }
  const kept = join(cache, hash.digest('hex').slice(0, 24))
  const main = pathToFileURL(join(kept, 'main.js')).href
  if (existsSync(kept)) return main
  try {
    await bundle(kept, join(root, folder, 'main.ts'))
    return main
  } catch {
    return undefined
  }
}

async function bundle(kept, entry) {
  const { build } = await import('esbuild')
  const fresh = `${kept}.${process.pid}`
  mkdirSync(cache, { recursive: true })
  await build({
    entryPoints: [entry],
    outdir: fresh,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'silent',
    plugins: [{ name: 'places', setup: keepPlaces }],
  })
  // A process that still runs an older one may load more of it; a day later none does.
  for (const name of readdirSync(cache)) if (Date.now() - statSync(join(cache, name)).mtimeMs > DAY_MS) rmSync(join(cache, name), { recursive: true, force: true })
  try {
    renameSync(fresh, kept)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    if (!existsSync(kept)) throw error
  }
}

/** A source finds the files beside it (SQL, SDL, policies) where it stands, not where the bundle lies. */
function keepPlaces(builder) {
  builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
    const text = readFileSync(path, 'utf8')
    const contents = text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)).replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
    return { contents, loader: 'ts' }
  })
}

function typescriptIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.name === 'node_modules') return []
    if (entry.isDirectory()) return typescriptIn(path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}
