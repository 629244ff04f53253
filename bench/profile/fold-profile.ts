// From a processor profile of V8 to what people ask of it: the functions and packages that cost most by themselves, and the tree of
// calls with the time of each. Samples while nothing
// ran are left out.

/** What V8 writes, as far as it is read here. Times in microseconds. */
export type CpuProfile = {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame; readonly children?: readonly number[] }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export type CallFrame = { readonly functionName: string; readonly url: string; readonly lineNumber: number; readonly columnNumber: number }

/** Where a frame's function was written: a file below the project, or '' for V8's and Node's own. */
export type PlaceOf = (frame: CallFrame) => { readonly file: string; readonly line: number }

export type Cost = { readonly name: string; readonly microseconds: number }

/** Time with everything that was called from there. */
export type CallTree = { readonly name: string; readonly package: string; readonly microseconds: number; readonly children: readonly CallTree[] }

export type Folded = { readonly total: number; readonly functions: readonly Cost[]; readonly packages: readonly Cost[]; readonly tree: CallTree }

const idle = new Set(['(idle)', '(root)'])

/** `dispatch` without a file is the profiler being asked. */
function isWork({ functionName, url }: CallFrame): boolean {
  return !idle.has(functionName) && !(functionName === 'dispatch' && url === '')
}

export function foldProfile({ nodes, samples, timeDeltas }: CpuProfile, placeOf: PlaceOf): Folded {
  const own = new Map<number, number>()
  samples.forEach((id, n) => own.set(id, (own.get(id) ?? 0) + Math.max(0, timeDeltas[n] ?? 0)))
  const functions = new Map<string, number>()
  const packages = new Map<string, number>()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  for (const { id, callFrame } of nodes) {
    const time = own.get(id) ?? 0
    if (time === 0 || !isWork(callFrame)) continue
    const { file, line } = placeOf(callFrame)
    const name = file === '' ? nameOf(callFrame) : `${nameOf(callFrame)} ${file}:${line}`
    functions.set(name, (functions.get(name) ?? 0) + time)
    const owner = packageOf(callFrame, file)
    packages.set(owner, (packages.get(owner) ?? 0) + time)
  }
  const treeOf = (ids: readonly number[], name: string, owner: string, time: number): CallTree => {
    // Calls of one function from one place are one branch.
    const branches = new Map<string, { readonly frame: CallFrame; readonly ids: number[]; time: number }>()
    for (const id of ids) {
      const node = byId.get(id)
      if (node === undefined || !isWork(node.callFrame)) continue
      const { functionName, url, lineNumber } = node.callFrame
      const key = `${functionName} ${url}:${lineNumber}`
      const branch = branches.get(key) ?? { frame: node.callFrame, ids: [], time: 0 }
      branch.ids.push(...(node.children ?? []))
      branch.time += own.get(id) ?? 0
      branches.set(key, branch)
    }
    const children = [...branches.values()]
      .map(({ frame, ids: below, time: self }) => treeOf(below, nameOf(frame), packageOf(frame, placeOf(frame).file), self))
      .filter(({ microseconds }) => microseconds > 0)
      .toSorted((a, b) => b.microseconds - a.microseconds)
    return { name, package: owner, microseconds: time + children.reduce((sum, { microseconds }) => sum + microseconds, 0), children }
  }
  const root = nodes[0]
  const tree = treeOf(root?.children ?? [], 'all', '', 0)
  return { total: tree.microseconds, functions: costliest(functions), packages: costliest(packages), tree }
}

/** A library by its name, our own code by its folder, the rest as V8 and Node. */
export function packageOf({ functionName, url }: CallFrame, file: string): string {
  if (functionName === '(garbage collector)') return '(garbage collector)'
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(`/${file}`) ?? []
  if (name !== undefined) return name
  if (file !== '') return file.includes('/') ? `citygraph ${file.split('/', 1)[0] ?? ''}` : 'citygraph'
  return url.startsWith('node:') ? 'node' : 'V8 and native'
}

function nameOf({ functionName }: CallFrame): string {
  return functionName === '' ? '(anonymous)' : functionName
}

function costliest(costs: ReadonlyMap<string, number>): readonly Cost[] {
  return [...costs].map(([name, microseconds]) => ({ name, microseconds })).toSorted((a, b) => b.microseconds - a.microseconds)
}
