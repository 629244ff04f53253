// `npm run codegen`: writes what generate.ts makes.

import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { generated } from './generate.ts'

const examples = resolve(import.meta.dirname, '..')
const texts = await generated()
for (const [path, text] of texts) {
  mkdirSync(dirname(join(examples, path)), { recursive: true })
  writeFileSync(join(examples, path), text)
  if (path.endsWith('.sh')) chmodSync(join(examples, path), 0o755)
}
// A query that is gone leaves no script behind.
for (const name of readdirSync(join(examples, 'curl'))) if (!texts.has(`curl/${name}`)) rmSync(join(examples, 'curl', name))
process.stdout.write(`${texts.size} files written\n`)
