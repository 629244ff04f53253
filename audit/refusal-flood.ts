// A flood of refusals must not fill a log. Of each caller so many refusals a minute are recorded one by one, far more than any risk
// signal waits for; those beyond are counted, and at the end of the minute one record for each caller and code says how many they
// were: it is the last of them, with `repeats`. Only refusals: whatever gives data is recorded by itself, always.

import type { AccessRecord } from './access-record.ts'
import { recordIds } from './record-id.ts'

export type RefusalFlood = {
  /** True: the caller of this function records it now. False: it has been counted. */
  alone(record: AccessRecord): boolean
  /** Records what has been counted; what cannot be recorded goes on being counted. Never throws. */
  flush(): Promise<void>
}

/** Refusals of one caller that are recorded one by one in a minute. Callers who proved nothing are one caller together. */
export const REFUSALS_ALONE = 100
export const WINDOW_MS = 60_000

type Sum = { readonly last: AccessRecord; readonly repeats: number }

/** `append` as of the log. The minute begins with its first refusal. */
export function refusalFlood(append: (records: readonly AccessRecord[]) => Promise<void>, { alone = REFUSALS_ALONE, windowMs = WINDOW_MS } = {}): RefusalFlood {
  const recorded = new Map<string, number>()
  let sums = new Map<string, Sum>()
  let window: NodeJS.Timeout | undefined

  const count = (record: AccessRecord, repeats: number): void => {
    const key = sumKey(record)
    sums.set(key, { last: record, repeats: repeats + (sums.get(key)?.repeats ?? 0) })
  }
  const flush = async (): Promise<void> => {
    clearTimeout(window)
    window = undefined
    recorded.clear()
    const ended = [...sums.values()]
    sums = new Map()
    await Promise.all(ended.map(async ({ last, repeats }) => {
      try {
        // An id of its own at each try: what seemed to fail may yet have been written.
        await append([{ ...last, id: recordIds({ now: () => new Date(last.at) })(), repeats }])
      } catch {
        // The log has told the operator why. Another try at the end of the next minute.
        count(last, repeats)
        begin()
      }
    }))
  }
  const begin = (): void => {
    window ??= setTimeout(() => void flush(), windowMs).unref()
  }

  return {
    alone(record) {
      begin()
      const caller = callerKey(record)
      const before = recorded.get(caller) ?? 0
      if (before < alone) recorded.set(caller, before + 1)
      else count(record, 1)
      return before < alone
    },
    flush,
  }
}

function callerKey({ caller }: AccessRecord): string {
  return JSON.stringify([caller.kind, caller.org, caller.sub])
}

function sumKey(record: AccessRecord): string {
  return `${record.code ?? ''} ${callerKey(record)}`
}
