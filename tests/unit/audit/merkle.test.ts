import { describe, expect, it } from 'vitest'
import { leafHash } from '../../../audit/leaf.ts'
import { consistencyProof, EMPTY_ROOT, inclusionProof, isContinued, isIncluded, rootAt } from '../../../audit/merkle.ts'
import { emptyTree, growTree, openTiles, readFromTiles, rootOf, treeOf } from '../../../audit/tiles.ts'
import type { Tile, Tree } from '../../../audit/tiles.ts'
import { naiveLeaf, naivePath, naiveProof, naiveRoot } from '../../support/naive-tree.ts'

const hex = (bytes: Buffer): string => bytes.toString('hex')

/** The leaf inputs of the certificate-transparency test suite for RFC 6962, and what they come to. */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const inclusions: readonly (readonly [index: number, size: number, proof: readonly string[]])[] = [
  [0, 1, []],
  [0, 8, ['96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7', '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4']],
  [5, 8, ['bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b', 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7']],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [1, 5, ['6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d', '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b']],
]
const consistencies: readonly (readonly [from: number, to: number, proof: readonly string[]])[] = [
  [1, 1, []],
  [1, 8, ['96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7', '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4']],
  [6, 8, ['0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a', 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7']],
  [2, 5, ['5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b']],
]

/** Tiles as a database keeps them: lengthened, never changed. */
function kept() {
  const tiles = new Map<string, Tile>()
  const read = readFromTiles(async (places) => places.flatMap(({ level, place }) => tiles.get(`${level}/${place}`) ?? []))
  return { tiles, read, keep: (more: readonly Tile[]) => more.forEach((tile) => tiles.set(`${tile.level}/${tile.place}`, tile)) }
}

/** A tree grown by the given steps, each kept. */
function grown(leaves: readonly Buffer[], steps: readonly number[]) {
  const store = kept()
  let tree: Tree = emptyTree
  for (const end of steps) {
    const { tree: next, full } = growTree(tree, Buffer.concat(leaves.slice(tree.size, end)))
    store.keep([...full, ...openTiles(next, tree)])
    tree = next
  }
  return { ...store, tree }
}

describe('the published test vectors of RFC 6962', () => {
  const leaves = inputs.map((input) => leafHash(Buffer.from(input, 'hex')))
  const store = grown(leaves, [8])

  it('has the root of no leaves, and of the first one to eight', async () => {
    expect(hex(EMPTY_ROOT)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    for (const [at, root] of roots.entries()) {
      expect(hex(rootOf(growTree(emptyTree, Buffer.concat(leaves.slice(0, at + 1))).tree))).toBe(root)
      expect(hex(await rootAt(at + 1, store.read))).toBe(root)
    }
  })

  it('has the inclusion proofs', async () => {
    for (const [index, size, proof] of inclusions) expect((await inclusionProof(index, size, store.read)).map(hex)).toEqual(proof)
  })

  it('has the consistency proofs', async () => {
    for (const [from, to, proof] of consistencies) expect((await consistencyProof(from, to, store.read)).map(hex)).toEqual(proof)
  })
})

describe('trees beside the definitions of RFC 9162, written down', () => {
  const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000)
  const random = generator(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const made = Array.from({ length: 3_000 }, (_, at) => naiveLeaf(Buffer.from(`${seed}/${at}`)))

  it(`agrees on roots and proofs, and takes no proof that was changed (seed ${seed})`, async () => {
    for (let round = 0; round < 12; round += 1) {
      const size = 1 + below(round < 4 ? 40 : made.length)
      const leaves = made.slice(0, size)
      const steps = [...new Set([...Array.from({ length: below(6) }, () => 1 + below(size)), size])].sort((a, b) => a - b)
      const { tree, tiles, read } = grown(leaves, steps)
      expect(hex(rootOf(tree))).toBe(hex(naiveRoot(leaves)))
      // The last tiles alone are enough to go on.
      const last = tree.open.flatMap((_, level) => lastOf(tiles.values(), level) ?? [])
      expect(treeOf(last)).toEqual(tree)
      for (let draw = 0; draw < 8; draw += 1) {
        const to = 1 + below(size)
        const from = 1 + below(to)
        const index = below(to)
        const [root, earlier] = [naiveRoot(leaves.slice(0, to)), naiveRoot(leaves.slice(0, from))]
        const inclusion = await inclusionProof(index, to, read)
        expect(inclusion.map(hex)).toEqual(naivePath(index, leaves.slice(0, to)).map(hex))
        const leaf = { index, hash: leaves[index] ?? Buffer.alloc(0) }
        expect(isIncluded(leaf, { size: to, root }, inclusion)).toBe(true)
        const consistency = await consistencyProof(from, to, read)
        expect(consistency.map(hex)).toEqual(naiveProof(from, leaves.slice(0, to)).map(hex))
        expect(isContinued({ size: from, root: earlier }, { size: to, root }, consistency)).toBe(true)
        for (const wrong of changed(inclusion)) expect(isIncluded(leaf, { size: to, root }, wrong)).toBe(false)
        for (const wrong of changed(consistency)) expect(isContinued({ size: from, root: earlier }, { size: to, root }, wrong)).toBe(false)
        expect(isIncluded({ ...leaf, hash: naiveLeaf(Buffer.from('other')) }, { size: to, root }, inclusion)).toBe(false)
        if (from < to) expect(isContinued({ size: from, root }, { size: to, root }, consistency)).toBe(false)
      }
    }
  })

  it('goes over the edges of tiles and of levels, in any steps', async () => {
    const leaves = Array.from({ length: 66_000 }, (_, at) => made[at % made.length] ?? Buffer.alloc(32))
    const { tree, read, tiles } = grown(leaves, [1, 255, 256, 257, 511, 65_535, 65_536, 65_537, 66_000])
    expect(hex(rootOf(tree))).toBe(hex(naiveRoot(leaves)))
    for (const size of [255, 256, 257, 65_536]) expect(hex(await rootAt(size, read))).toBe(hex(naiveRoot(leaves.slice(0, size))))
    expect(Math.max(...[...tiles.values()].map(({ level }) => level))).toBe(2)
    for (const tile of tiles.values()) expect(tile.hashes.length % 32 === 0 && tile.hashes.length <= 8_192).toBe(true)
  })

  it('refuses tiles of no one tree and proofs beyond what is kept', async () => {
    const { tree, tiles, read } = grown(made, [1_000])
    expect(tree.size).toBe(1_000)
    const [zero, one] = [lastOf(tiles.values(), 0), lastOf(tiles.values(), 1)]
    if (zero === undefined || one === undefined) throw new Error('levels are missing')
    expect(() => treeOf([zero])).toThrow(RangeError)
    expect(() => treeOf([zero, { ...one, hashes: one.hashes.subarray(32) }])).toThrow(RangeError)
    await expect(inclusionProof(0, 1_001, read)).rejects.toThrow(RangeError)
    await expect(inclusionProof(5, 5, read)).rejects.toThrow(RangeError)
    await expect(consistencyProof(6, 5, read)).rejects.toThrow(RangeError)
  })
})

function lastOf(tiles: Iterable<Tile>, level: number): Tile | undefined {
  return [...tiles].filter((tile) => tile.level === level).sort((a, b) => a.place - b.place).at(-1)
}

function changed(proof: readonly Buffer[]): readonly (readonly Buffer[])[] {
  const flipped = proof.map((hash, at) => proof.map((other, place) => (place === at ? Buffer.from(hash.map((byte, n) => (n === 7 ? byte ^ 1 : byte))) : other)))
  return [...flipped, [...proof, Buffer.alloc(32)], ...(proof.length === 0 ? [] : [proof.slice(1), proof.slice(0, -1)])]
}

/** mulberry32. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
