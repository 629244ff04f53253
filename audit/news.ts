// What a process has to hear from the audit database again and again: asked a few times a second, one question at a time, and only as
// good as its last answer is young.

export type News = {
  /** Whether the last answer is young enough to go by. */
  fresh(): boolean
  /** Whether the last question was not answered. */
  failing(): boolean
  /** As `fresh`, but asks first where it is not: old news may only mean that this process was too busy to ask. Waits only then. Never throws. */
  current(): Promise<boolean>
  /** Asks now, or waits for the question under way. Never throws. */
  again(): Promise<void>
  /** As `again`, but what is under way may have been asked before. */
  refresh(): Promise<void>
  /** Ends the question under way. */
  close(): Promise<void>
}

/**
 * Starts asking. `ask` takes up what it is told and throws where it is told nothing; what it gives back runs once the answer counts.
 * `onFailure` gets the first cause of each outage.
 */
export function watchNews(ask: () => Promise<(() => void) | undefined>, { pollMs, newsLifeMs, onFailure }: { readonly pollMs: number; readonly newsLifeMs: number; readonly onFailure?: ((cause: unknown) => void) | undefined }): News {
  let askedAt = -Infinity
  let failing = false
  let closed = false
  let flight: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const askGuarded = async (): Promise<void> => {
    // The answer is as old as the question.
    const at = performance.now()
    try {
      const afterwards = await ask()
      askedAt = at
      failing = false
      afterwards?.()
    } catch (cause) {
      if (!failing && !closed) onFailure?.(cause)
      failing = true
    }
  }

  const again = (): Promise<void> => {
    flight ??= askGuarded().finally(() => {
      flight = undefined
      clearTimeout(timer)
      if (!closed) timer = setTimeout(() => void again(), pollMs).unref()
    })
    return flight
  }
  void again()

  const fresh = (): boolean => performance.now() - askedAt <= newsLifeMs

  return {
    fresh,
    failing: () => failing,
    async current() {
      const away = failing
      if (!fresh()) await again()
      // What was under way while this process was busy may have been asked too long ago, or be given up though the answer has arrived: once is no outage.
      if (!fresh() && !(away && failing)) await again()
      return fresh()
    },
    again,
    async refresh() {
      await flight
      await again()
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await flight
    },
  }
}
