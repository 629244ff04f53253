// The end of a process: one signal asks, a third one insists; parts close in the reverse order of their opening, each once.

/** Parts to close. A part that fails to close does not keep the others open. */
export function closing() {
  const parts: (() => Promise<void>)[] = []
  return {
    add(close: () => Promise<void>): void {
      parts.push(close)
    },
    async closeAll(): Promise<void> {
      for (let close = parts.pop(); close !== undefined; close = parts.pop()) {
        await close().catch((error: unknown) => process.stderr.write(`While stopping: ${error instanceof Error ? error.message : 'a part failed'}\n`))
      }
    },
  }
}

export type StopSignal = { readonly signal: Promise<void>; readonly asked: () => boolean; readonly release: () => void }

/** Resolves at the first SIGINT or SIGTERM. A third one ends the process at once; the databases recover by themselves. */
export function onStopSignal(): StopSignal {
  let count = 0
  let resolveSignal: () => void = () => undefined
  const signal = new Promise<void>((done) => {
    resolveSignal = done
  })
  const heard = (): void => {
    count += 1
    if (count >= 3) process.exit(130)
    resolveSignal()
  }
  process.on('SIGINT', heard)
  process.on('SIGTERM', heard)
  return {
    signal,
    asked: () => count > 0,
    release: () => {
      process.off('SIGINT', heard)
      process.off('SIGTERM', heard)
    },
  }
}
