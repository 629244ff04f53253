// Notices edits of the bundle's files: fs.watch where it works, and a look at sizes and times every 500 ms where it does not
// (network folders, editors that replace files). Bursts are gathered for 100 ms. Does not keep the process alive.

import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleFileNames } from './bundle-files.ts'

const debounceMs = 100
const pollMs = 500

/** Calls `changed` after each burst of edits, and once at the beginning: an edit before the first look shows no difference. */
export function watchDirectory(directory: string, changed: () => void): { close(): void } {
  let waiting: NodeJS.Timeout | undefined
  let last: string | undefined
  let closed = false
  const notice = (): void => {
    clearTimeout(waiting)
    if (!closed) waiting = setTimeout(changed, debounceMs).unref()
  }
  const look = async (): Promise<void> => {
    const seen = await signature(directory).catch(() => undefined)
    if (last !== undefined && seen !== undefined && seen !== last) notice()
    last = seen ?? last
  }
  const watchers = [directory, join(directory, 'grants')].map((folder) => watchFolder(folder, notice))
  void look().then(notice)
  const poll = setInterval(() => { void look() }, pollMs).unref()
  return {
    close: () => {
      closed = true
      clearTimeout(waiting)
      clearInterval(poll)
      for (const watcher of watchers) watcher?.close()
    },
  }
}

function watchFolder(folder: string, notice: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, notice)
    watcher.on('error', () => { watcher.close() })
    return watcher
  } catch {
    // No such folder, or no watching here: polling sees it.
    return undefined
  }
}

async function signature(directory: string): Promise<string> {
  const names = await bundleFileNames(directory)
  const stats = await Promise.all(names.map(async (name) => {
    const { size, mtimeMs, ino } = await stat(join(directory, name))
    return `${name}:${size}:${mtimeMs}:${ino}`
  }))
  return stats.join('\n')
}
