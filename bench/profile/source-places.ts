// Where the functions of a profile were written. What runs is joined from many sources; the maps beside it tell which.

import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PlaceOf } from './fold-profile.ts'

const root = resolve(import.meta.dirname, '../..')

export function sourcePlaces(): PlaceOf {
  const maps = new Map<string, SourceMap | undefined>()
  const mapOf = (file: string): SourceMap | undefined => {
    if (!maps.has(file)) maps.set(file, existsSync(`${file}.map`) ? new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8'))) : undefined)
    return maps.get(file)
  }
  return ({ url, lineNumber, columnNumber }) => {
    const file = url.startsWith('file://') ? fileURLToPath(url) : url
    if (!file.startsWith('/')) return { file: '', line: 0 }
    const found = mapOf(file)?.findEntry(lineNumber, columnNumber)
    if (found !== undefined && 'originalSource' in found) {
      return { file: relative(root, join(dirname(file), found.originalSource.replace(/^file:\/\//, ''))), line: found.originalLine + 1 }
    }
    return { file: relative(root, file), line: lineNumber + 1 }
  }
}
