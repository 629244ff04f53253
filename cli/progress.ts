// Progress of long work for a person at a terminal: one line that renews itself, or plain lines where output is not a terminal.

export type Progress = {
  /** A line that stays. */
  readonly line: (text: string) => void
  /** A passing state; at most a few a second are shown. */
  readonly state: (text: string) => void
}

export function createProgress(out: NodeJS.WriteStream): Progress {
  let shown = false
  let last = 0
  const clear = (): void => {
    if (shown) out.write('\r\u001b[K')
    shown = false
  }
  return {
    line(text) {
      clear()
      out.write(`${text}\n`)
    },
    state(text) {
      const interval = out.isTTY ? 100 : 2_000
      if (Date.now() - last < interval) return
      last = Date.now()
      if (!out.isTTY) {
        out.write(`${text}\n`)
        return
      }
      clear()
      out.write(text)
      shown = true
    },
  }
}
