// Which of the files of open-queries/ are published: those whose SHA-256 stands in published.json beside them. An edited file is not served
// until the list is renewed (`citygraph open seed`), which a review of the change sees as a line of its own.

import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { BundleFile } from '../policy-engine/bundle-files.ts'
import type { Problem } from '../policy-engine/problem.ts'
import { queryFiles } from './library.ts'

export const PUBLISHED = 'published.json'

/** Name of file → SHA-256 of its text, hex. */
const shape = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/))

export type PublishedFiles = { readonly files: readonly BundleFile[]; readonly problems: readonly Problem[] }

/** The files that are published as they stand, and what is wrong with the others. A list that is not there publishes nothing. Throws as node:fs does where the folder cannot be read. */
export async function publishedFiles(directory: string): Promise<PublishedFiles> {
  const files = await queryFiles(directory)
  const listed = await readList(directory)
  if (listed === undefined) return { files: [], problems: [{ file: PUBLISHED, line: 1, column: 1, message: 'is not there or is not a list of file names and SHA-256 values; nothing is published by files' }] }
  const problems = [
    ...files.flatMap(({ name, text }) => (listed[name] === hashOf(text) ? [] : [{ file: name, line: 1, column: 1, message: `${Object.hasOwn(listed, name) ? 'differs from the text that was published' : 'is not published'}; "citygraph open seed" publishes it as it stands` }])),
    ...Object.keys(listed).filter((name) => !files.some((file) => file.name === name)).map((name) => ({ file: PUBLISHED, line: 1, column: 1, message: `${name} is listed and not there` })),
  ]
  return { files: files.filter(({ name, text }) => listed[name] === hashOf(text)), problems }
}

/** Lists all files as they stand. */
export async function publishFiles(directory: string): Promise<readonly string[]> {
  const files = await queryFiles(directory)
  await writeFile(join(directory, PUBLISHED), `${JSON.stringify(Object.fromEntries(files.map(({ name, text }) => [name, hashOf(text)])), null, 2)}\n`)
  return files.map(({ name }) => name)
}

async function readList(directory: string): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const parsed = shape.safeParse(JSON.parse(await readFile(join(directory, PUBLISHED), 'utf8')))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The name of a file's text among the texts that officers know: of its hash, as a UUID. */
export function refOf(hash: string): string {
  return [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-')
}
