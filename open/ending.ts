// Open queries that have ended: known by name still, and answered no more.

import type { OpenQuery } from './open-query.ts'

/** `today`: in Asia/Shanghai, YYYY-MM-DD. */
export function isEnded({ deprecated }: Pick<OpenQuery, 'deprecated'>, today: string): boolean {
  return deprecated?.until !== undefined && today >= deprecated.until
}
