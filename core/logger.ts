// Logs for operators (pino, one JSON line an event). Callers pass facts by name: codes, counts, domains, request ids. Never a
// value, a variable, a natural key, a header or an error's text from a library, which may quote values (DOMAIN M14).

import { pino } from 'pino'

export type LogFacts = Readonly<Record<string, string | number | boolean | undefined>>
export type Logger = {
  readonly info: (event: string, facts?: LogFacts) => void
  readonly warn: (event: string, facts?: LogFacts) => void
  readonly error: (event: string, facts?: LogFacts) => void
}

/** Writes to `stream` (default: standard error), level from `level`. */
export function createLogger(level: 'debug' | 'info' | 'warn' | 'error' | 'silent', stream: { write(line: string): void } = process.stderr): Logger {
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream)
  return {
    info: (event, facts = {}) => log.info(facts, event),
    warn: (event, facts = {}) => log.warn(facts, event),
    error: (event, facts = {}) => log.error(facts, event),
  }
}

/** What may be logged of an error of unknown origin: its class and its code, not its message. */
export function errorFacts(error: unknown): LogFacts {
  if (!(error instanceof Error)) return { error: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { error: error.name, ...(code === undefined ? {} : { code }) }
}
