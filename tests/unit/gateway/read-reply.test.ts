// The checks by hand against the same shapes said in zod, on random replies: what one believes the other does.

import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { raisedIn, readReply, recordIn } from '../../../gateway/read-reply.ts'
import { bulkClasses } from '../../../policy-engine/decision.ts'
import { random } from '../../../synthetic-city/random.ts'
import type { Random } from '../../../synthetic-city/random.ts'

const seed = Number(process.env['REPLY_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const replyShape = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({
    message: z.unknown().optional(),
    path: z.array(z.union([z.string(), z.number()])).optional().catch(undefined),
    extensions: z.record(z.string(), z.unknown()).optional().catch(undefined),
  })).nullish(),
  extensions: z.unknown().optional(),
})
const recordShape = z.object({ sharing: z.object({ record: z.object({ log: z.string().regex(/^[a-z]{1,40}$/), id: z.uuid() }) }) })
const raisedShape = z.object({ sharing: z.object({ raised: z.array(z.enum(bulkClasses)) }) })

const record = { log: 'credit', id: '6f9619ff-8b86-4011-b42d-00c04fc964ff' }
class Odd {
  readonly code = 'FORBIDDEN'
}

function anything(r: Random): unknown {
  return r.pick<() => unknown>([
    () => undefined, () => null, () => 'text', () => 7, () => NaN, () => true, () => [], () => ({}), () => [null], () => new Odd(), () => Object.create(null), () => new Map(),
    () => JSON.parse('{"__proto__": {"a": 1}, "b": 2}'), () => ({ constructor: 1, a: 2 }), () => new Error('x'),
  ])()
}

function reply(r: Random): { data?: unknown; errors?: unknown; extensions?: unknown } {
  const or = (likely: () => unknown): unknown => (r.chance(0.75) ? likely() : anything(r))
  const error = (): unknown => or(() => ({ message: or(() => 'm'), path: or(() => ['a', 0, or(() => 'b')]), extensions: or(() => ({ code: or(() => 'FORBIDDEN') })), more: 1 }))
  return {
    data: or(() => ({ enterprises: or(() => ({ nodes: [] })) })),
    errors: or(() => Array.from({ length: r.int(0, 3) }, error)),
    extensions: or(() => ({
      sharing: or(() => ({
        record: or(() => ({ log: or(() => r.pick(['credit', 'Credit', 'a1', 'a'.repeat(41)])), id: or(() => r.pick([record.id, record.id.toUpperCase(), '6f9619ff-8b86-9011-b42d-00c04fc964ff', '00000000-0000-0000-0000-000000000000', ` ${record.id}`, `${record.id}\n`])), more: 1 })),
        raised: or(() => Array.from({ length: r.int(0, 2) }, () => or(() => r.pick(bulkClasses)))),
      })),
    })),
  }
}

describe('replies of subgraphs', () => {
  it('are believed exactly when they have the shape', () => {
    console.log(`reply seed ${seed}`)
    const r = random(seed)
    const seen = { believed: 0, not: 0, records: 0, raised: 0 }
    for (let at = 0; at < 5_000; at += 1) {
      const given = reply(r)
      const shape = replyShape.safeParse(given)
      const read = readReply(given)
      expect(read !== undefined).toBe(shape.success)
      seen[shape.success ? 'believed' : 'not'] += 1
      if (shape.success) {
        expect({ ...read?.data }).toEqual({ ...shape.data.data })
        expect(read?.data === null).toBe(shape.data.data === undefined || shape.data.data === null)
        expect(read?.errors).toEqual((shape.data.errors ?? []).map(({ message, path, extensions }) => ({ message, path, extensions })))
      }
      const named = recordShape.safeParse(given.extensions)
      expect(recordIn(given.extensions)).toEqual(named.success ? named.data.sharing.record : undefined)
      seen.records += named.success ? 1 : 0
      const raised = raisedShape.safeParse(given.extensions)
      expect(raisedIn(given.extensions)).toEqual(raised.success ? raised.data.sharing.raised : undefined)
      seen.raised += raised.success ? 1 : 0
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100)
  })
})
