import { describe, expect, it } from 'vitest'
import { flameGraph } from '../../../bench/profile/flame-graph.ts'
import { foldProfile } from '../../../bench/profile/fold-profile.ts'
import type { CpuProfile } from '../../../bench/profile/fold-profile.ts'

const frame = (functionName: string, url = '', lineNumber = 0) => ({ functionName, url, lineNumber, columnNumber: 0 })

const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5, 6] },
    { id: 2, callFrame: frame('serve', '/gateway/serve.ts', 3), children: [3, 4] },
    { id: 3, callFrame: frame('parse', '/node_modules/graphql/language/parser.js', 9) },
    { id: 4, callFrame: frame('', 'node:net', 1) },
    { id: 5, callFrame: frame('(idle)') },
    { id: 6, callFrame: frame('(garbage collector)') },
  ],
  samples: [2, 3, 3, 4, 5, 6],
  timeDeltas: [100, 200, 300, 50, 9_999, 25],
}

const folded = foldProfile(profile, ({ url, lineNumber }) => (url.startsWith('/') ? { file: url.slice(1), line: lineNumber + 1 } : { file: '', line: 0 }))

describe('a processor profile', () => {
  it('is folded to the costliest functions and packages, without waiting', () => {
    expect(folded.total).toBe(675)
    expect(folded.functions.slice(0, 2)).toEqual([
      { name: 'parse node_modules/graphql/language/parser.js:10', microseconds: 500 },
      { name: 'serve gateway/serve.ts:4', microseconds: 100 },
    ])
    expect(folded.packages).toEqual([
      { name: 'graphql', microseconds: 500 },
      { name: 'citygraph gateway', microseconds: 100 },
      { name: 'node', microseconds: 50 },
      { name: '(garbage collector)', microseconds: 25 },
    ])
  })

  it('is a tree in which callers have the time of what they called', () => {
    expect(folded.tree.children.map(({ name, microseconds }) => [name, microseconds])).toEqual([['serve', 650], ['(garbage collector)', 25]])
    expect(folded.tree.children[0]?.children.map(({ name, microseconds }) => [name, microseconds])).toEqual([['parse', 500], ['(anonymous)', 50]])
  })

  it('is drawn with every name escaped', () => {
    const picture = flameGraph({ ...folded.tree, name: 'a<b & "c"' }, 'W1 <x>')
    expect(picture).toContain('W1 &lt;x&gt;')
    expect(picture).toContain('parse (graphql) 74.1 %')
    expect(picture).not.toContain('a<b')
    expect(picture.match(/<rect /g)?.length).toBe(1 + 5)
  })
})
