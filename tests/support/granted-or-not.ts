// Clients that ask two gateways one question without pause while a grant comes and goes, and how each answer was decided: by the grant, without
// it, or (what must not be) by a mixture.

import http from 'node:http'
import { exchange } from './http-exchange.ts'

/** How an answer looks that one state of the grant decided: its data and its decisions, as JSON. */
export type Look = { readonly data: string; readonly decisions: string }
export type Looks = { readonly without: Look; readonly granted: Look }
/** `at` in milliseconds of this process: when it was asked and when its last byte came. */
export type Seen = { readonly gateway: number; readonly askedAt: number; readonly at: number; readonly state: keyof Looks; readonly policyVersion: string }
export type Seeing = { readonly seen: readonly Seen[]; readonly wrong: readonly string[]; readonly stop: () => Promise<void> }

const PATIENCE_MS = 30_000
/** More would only repeat. */
const SHOWN = 5
const LENGTH = 1_500

export function lookOf(text: string): { readonly look: Look; readonly policyVersion: string; readonly failed: boolean } {
  const { data, errors, extensions } = JSON.parse(text)
  const { policyVersion, decisions } = extensions.sharing
  return { look: { data: JSON.stringify(data), decisions: JSON.stringify(decisions) }, policyVersion, failed: errors !== undefined }
}

/** `connections` in all, shared out evenly. `wrong`: the first answers that failed or are none of both looks, in words, and how many. */
export function seeThroughout(urls: readonly string[], connections: number, posted: { readonly body: string; readonly headers: Readonly<Record<string, string>> }, looks: Looks): Seeing {
  const seen: Seen[] = []
  const wrong: string[] = []
  let stopped = false

  const report = (gateway: number, what: string): void => {
    if (wrong.length < SHOWN) wrong.push(`gateway ${gateway}: ${what}`.slice(0, LENGTH))
    else wrong[SHOWN] = `… ${Number(/\d+/.exec(wrong[SHOWN] ?? '')?.[0] ?? 0) + 1} more`
  }
  const client = async (n: number): Promise<void> => {
    const gateway = n % urls.length
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    while (!stopped) {
      const askedAt = performance.now()
      const received = await exchange({ url: `${urls[gateway]}/graphql`, ...posted }, agent, PATIENCE_MS)
      const at = performance.now()
      if ('code' in received) report(gateway, `no answer, ${received.code}`)
      else if (received.status !== 200) report(gateway, `status ${received.status}: ${received.text}`)
      else {
        const { look, policyVersion, failed } = lookOf(received.text)
        const state = (['without', 'granted'] as const).find((one) => looks[one].data === look.data && looks[one].decisions === look.decisions)
        if (failed || state === undefined) report(gateway, `${failed ? 'errors' : 'a mixture'} under ${policyVersion}: ${mixtureOf(look, looks)} ${received.text}`)
        else seen.push({ gateway, askedAt, at, state, policyVersion })
      }
    }
    agent.destroy()
  }
  const ends = Promise.all(Array.from({ length: connections }, (_, n) => client(n)))
  return { seen, wrong, stop: async () => {
    stopped = true
    await ends
  } }
}

/** Which of the two looks each part of an answer has. */
function mixtureOf(look: Look, { without, granted }: Looks): string {
  const as = (part: keyof Look): string => (look[part] === granted[part] ? 'granted' : look[part] === without[part] ? 'without' : 'neither')
  const cells = JSON.parse(look.data) as Record<string, unknown>
  const each = Object.keys(cells).map((entry) => {
    const [here, with_, without_] = [look, granted, without].map(({ data }) => JSON.stringify((JSON.parse(data) as Record<string, unknown>)[entry]))
    return `${entry} ${here === with_ ? 'granted' : here === without_ ? 'without' : 'neither'}`
  })
  return `data ${as('data')} (${each.join(', ')}), decisions ${as('decisions')}.`
}
