// What a start prints when it is ready: the address, the city's time, and three commands that work as printed.

import { shanghaiDay } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'

const query = '{ enterprise(uscc: \\"91310199MA1K0T2A0A\\") { name legalRepName legalRepresentative { name idNo mobile } creditRating { grade score } } }'

/** Writes to standard output. */
export function announce(facts: { readonly port: number; readonly host: string | undefined; readonly seconds: number; readonly clock: Clock; readonly embedded: boolean }): void {
  const { port, host, seconds, clock, embedded } = facts
  const at = `http://${reachable(host)}:${port}`
  const lines = [
    `citygraph is ready after ${seconds.toFixed(1)} s: ${at} (query console), ${at}/graphql`,
    ...(embedded ? [`The city's day is ${shanghaiDay(clock.now())}, Asia/Shanghai. Everybody in it is synthetic. Ctrl-C stops it.`] : []),
    ...(embedded ? ['', 'One query, three callers. In another terminal:', '', ...commands(at)] : []),
    '',
  ]
  process.stdout.write(lines.join('\n'))
}

/** Where every interface or the local one listens, localhost; an address of IPv6 in brackets. */
function reachable(host: string | undefined): string {
  if (host === undefined || ['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost'].includes(host)) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function commands(at: string): readonly string[] {
  const ask = (caller: string): string => `curl -s ${at}/graphql -H 'content-type: application/json' ${caller}-d '{"query":"${query}"}'`
  return [
    ask(''),
    ask(`-H "authorization: Bearer $(npx citygraph token bank-a)" -H 'x-purpose: BANK-0602' `),
    ask(`-H "authorization: Bearer $(npx citygraph token amr-officer)" -H 'x-purpose: AMR-0001' -H 'x-case-no: SH-2026-0001' `),
  ]
}
