// A tree of calls as a picture: each box as wide as its share of the processor's time, what it called above it. Plain SVG, no script:
// a pointer resting on a box shows its name and share.

import type { CallTree } from './fold-profile.ts'

const WIDTH = 1_600
const ROW = 17
const MARGIN = 8
const NARROWEST = 0.6

/** `title` stands over the picture; at most `rows` calls deep. */
export function flameGraph(tree: CallTree, title: string, rows = 60): string {
  const boxes: string[] = []
  const deepest = Math.min(rows, depthOf(tree, tree.microseconds))
  const height = (deepest + 1) * ROW + 40
  const draw = (branch: CallTree, from: number, level: number): void => {
    const width = (branch.microseconds / tree.microseconds) * (WIDTH - 2 * MARGIN)
    if (width < NARROWEST || level > deepest) return
    boxes.push(box(branch, from, height - 8 - (level + 1) * ROW, width, branch.microseconds / tree.microseconds))
    let at = from
    for (const child of branch.children) {
      draw(child, at, level + 1)
      at += (child.microseconds / tree.microseconds) * (WIDTH - 2 * MARGIN)
    }
  }
  draw(tree, MARGIN, 0)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="ui-monospace, monospace" font-size="11">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${MARGIN}" y="20" font-size="14">${escaped(title)}</text>
${boxes.join('\n')}
</svg>
`
}

function box({ name, package: owner }: CallTree, x: number, y: number, width: number, share: number): string {
  const letters = Math.floor((width - 4) / 6.7)
  const label = letters < 3 ? '' : `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escaped(name.length > letters ? `${name.slice(0, letters - 1)}…` : name)}</text>`
  const about = `${name}${owner === '' ? '' : ` (${owner})`} ${(share * 100).toFixed(1)} %`
  return `<g><title>${escaped(about)}</title><rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(width - 0.5, 0.3).toFixed(1)}" height="${ROW - 1}" rx="2" fill="${colour(owner)}"/>${label}</g>`
}

/** Our own code warm, libraries cold, the engine grey: the same package has the same colour in every picture. */
function colour(owner: string): string {
  if (owner === '' || owner.startsWith('(') || owner.startsWith('V8') || owner === 'node') return '#d8d8d8'
  const hash = [...owner].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7)
  return owner.startsWith('citygraph') ? `hsl(${15 + (hash % 40)}, 90%, ${66 + (hash % 12)}%)` : `hsl(${170 + (hash % 90)}, 55%, ${70 + (hash % 12)}%)`
}

function depthOf({ children, microseconds }: CallTree, total: number): number {
  if ((microseconds / total) * WIDTH < NARROWEST) return 0
  return 1 + children.reduce((most, child) => Math.max(most, depthOf(child, total)), 0)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
