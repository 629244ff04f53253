import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const documentation = readFileSync(join(root, 'docs/architecture.md'), 'utf8')

/** `folder → what it may import`, as docs/architecture.md says. */
function readTable(): Map<string, readonly string[]> {
  const rows = documentation.split('| folder | may import |')[1]?.split('\n') ?? []
  const table = new Map<string, readonly string[]>()
  for (const row of rows.slice(2)) {
    const match = /^\| ([a-z-]+) \| (.+) \|$/.exec(row)
    if (match?.[1] === undefined || match[2] === undefined) break
    table.set(match[1], match[2] === 'nothing' ? [] : match[2].split(', '))
  }
  return table
}

function sources(folder: string): string[] {
  return readdirSync(folder).filter((name) => name !== 'node_modules').flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sources(path)
    return /\.(ts|js)$/.test(name) ? [path] : []
  })
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '')
  return found.map((specifier) => relative(root, resolve(dirname(file), specifier)))
}

const table = readTable()

describe('imports run one way', () => {
  it('finds the table in docs/architecture.md', () => {
    expect([...table.keys()]).toContain('gateway')
    expect(table.size).toBeGreaterThanOrEqual(10)
  })

  for (const [folder, allowed] of table) {
    it(`${folder} imports only what the table allows`, () => {
      if (allowed.includes('everything')) return
      const permitted = ['core', folder, ...allowed]
      const offences = sources(join(root, folder)).flatMap((file) =>
        importsOf(file)
          .filter((target) => !permitted.some((path) => target === path || target.startsWith(`${path}/`) || target.startsWith(`${path}.`) || target.startsWith(`${path}-`)))
          .map((target) => `${relative(root, file)} imports ${target}`),
      )
      expect(offences).toEqual([])
    })
  }

  it('nothing imports cli but bench, and nothing bench', () => {
    const offences = [...table.keys()].filter((folder) => folder !== 'cli' && folder !== 'bench').flatMap((folder) =>
      sources(join(root, folder)).flatMap((file) => importsOf(file).filter((target) => /^(cli|bench)\//.test(target))))
    expect(offences).toEqual([])
  })
})

describe('the shape of the code', () => {
  const files = [...table.keys()].flatMap((folder) => sources(join(root, folder)))

  it('has no file past 400 lines', () => {
    const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > 400).map((file) => relative(root, file))
    expect(long).toEqual([])
  })

  it('has no silenced type errors, no any and no default exports', () => {
    const loose = files.filter((file) => /@ts-ignore|@ts-expect-error|\bas any\b|: any\b|^export default/m.test(readFileSync(file, 'utf8')))
    expect(loose.map((file) => relative(root, file))).toEqual([])
  })

  it('has no import cycle', () => {
    const edges = new Map(files.map((file) => [relative(root, file), importsOf(file)]))
    const state = new Map<string, 'open' | 'done'>()
    const cycles: string[] = []
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done') return
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
        return
      }
      state.set(file, 'open')
      for (const next of edges.get(file) ?? []) if (edges.has(next)) visit(next, [...path, file])
      state.set(file, 'done')
    }
    for (const file of edges.keys()) visit(file, [])
    expect(cycles).toEqual([])
  })
})
