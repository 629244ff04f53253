// A table with a row attribute of every type (tests/unit/policy-engine/small-graph.ts), absent and hostile values in it: what a
// compiled condition selects there as SQL, against Cedar's own isAuthorized on each row.

import { sql } from 'drizzle-orm'
import pg from 'pg'
import { createCedarOracle } from '../../policy-engine/cedar-oracle.ts'
import { compilePolicy } from '../../policy-engine/compile.ts'
import type { Caller, Occasion } from '../../policy-engine/decision.ts'
import type { Row } from '../../policy-engine/evaluate.ts'
import { both, either, opposite } from '../../policy-engine/simplify.ts'
import { predicate } from '../../resolvers/predicates.ts'
import { environment, frozenNow, readPolicy, someone } from '../unit/policy-engine/read-policy.ts'
import { random, randomCaller, randomOccasion, randomPolicy, randomRow } from '../unit/policy-engine/random-policies.ts'
import { thingAttributes } from '../unit/policy-engine/small-graph.ts'
import { createDatabase } from './city-database.ts'
import { DifferenceFound } from './differential-bench.ts'
import { compileAndRun } from './run-sql.ts'

export type Things = {
  /** How many decisions on rows were compared. Throws DifferenceFound. */
  compareListed(): Promise<number>
  compareRandom(bundles: number): Promise<{ readonly rows: number; readonly allowed: number }>
  close(): Promise<void>
}

const types = { Bool: 'boolean', Long: 'bigint', String: 'text', Division: 'text', datetime: 'timestamptz', 'Set<String>': 'text[]' } as const
const columns = Object.fromEntries(thingAttributes.map(({ name }) => [name, sql`${sql.identifier(name)}`]))

/** Each of the closed list on each type that takes it; optional attributes behind their guard, and once without it. */
const listed: readonly string[] = [
  'resource.minor', 'resource has flag && resource.flag', '!(resource has flag) || !resource.flag', 'resource has flag && resource.flag == resource.minor', 'resource has nothing',
  ...['==', '!='].flatMap((op) => [`resource.title ${op} "x"`, `resource has subject && resource.subject ${op} resource.title`, `resource.rank ${op} 2`, `resource.home ${op} Division::"31010"`, `resource has ends && resource.ends ${op} context.now`, `resource has division && resource.division ${op} resource.home`]),
  ...['<', '<=', '>', '>='].flatMap((op) => [`resource.rank ${op} 1`, `resource has score && resource.score ${op} resource.rank`, `resource has ends && resource.ends ${op} context.now`, `resource has ends && context.now ${op} resource.ends`, `resource has ends && resource.ends ${op} datetime("2026-03-01")`, `context.now ${op} datetime("2026-03-01T10:00:00+0800") && resource.minor`]),
  ...['31', '3101', '310101', '310101002', '31010', '', '3x'].flatMap((code) => [`resource.home in Division::"${code}"`, `Division::"${code}" in resource.home`, `resource has division && resource.division in Division::"${code}"`, `resource has division && Division::"${code}" in resource.division`]),
  'resource has division && resource.division in resource.home', 'resource has division && resource.home in [Division::"99", Division::"3101"]', 'resource.home is Division in Division::"3101"',
  'principal has division && resource.home in principal.division', 'principal has division && principal.division in resource.home',
  '["x", "", "%"].contains(resource.title)', '[0, 2].contains(resource.rank)', '[].contains(resource.title)', '[Division::"", Division::"310101"].contains(resource.home)', 'resource.tags.contains("x")', 'resource has notes && resource.notes.contains("")',
  'resource.tags.containsAll(["x", ""])', 'resource.tags.containsAll([])', 'resource has notes && resource.notes.containsAll(["张三"])', 'resource.tags.containsAny(["x", "%"])', 'resource.tags.containsAny([])', '["x"].containsAny(resource.tags)', 'resource has notes && resource.notes.containsAny(["__proto__", "_"])',
  ...['x*', '*x', '*x*', '*', 'x', '', '%*', '*_*', '*\\\\', 'a\\*b', '张*', '*--'].map((pattern) => `resource.title like "${pattern}"`), 'resource has subject && resource.subject like "*"',
  'if resource has flag then resource.flag else resource.minor', 'if resource.minor then (resource has score && resource.score > 0) else resource.tags.contains("x")', 'resource.minor && (resource has flag || resource has notes)', 'resource has subject && principal has pid && resource.subject == principal.pid',
  // Without its guard: a permit that errs does not permit, a forbid that errs forbids.
  'resource.subject == "x"', 'resource.flag', 'resource.score > 0', 'resource.division in Division::"31"', '!(resource.flag)', 'resource.minor || resource.score > 0',
]

export async function openThings(seed: number): Promise<Things> {
  const r = random(seed)
  const database = await createDatabase('population')
  const pool = new pg.Pool({ ...database.owner, max: 2 })
  const absent = Object.fromEntries(thingAttributes.flatMap(({ name, optional }) => (optional ? [] : [[name, randomRow(r)[name] ?? '']])))
  const rows: readonly Row[] = [absent, ...Array.from({ length: 15 }, () => randomRow(r))]
  await pool.query(`CREATE TABLE thing (n integer PRIMARY KEY, ${thingAttributes.map(({ name, type }) => `"${name}" ${types[type]}`).join(', ')})`)
  for (const [n, row] of rows.entries()) {
    const values = thingAttributes.map(({ name, type }) => (type === 'datetime' && row[name] !== undefined ? new Date(Number(row[name])).toISOString() : row[name] ?? null))
    await pool.query(`INSERT INTO thing VALUES ($1, ${values.map((_, at) => `$${at + 2}`).join(', ')})`, [n, ...values])
  }

  const compare = async (texts: readonly string[], caller: Caller, occasion: Occasion, action: 'read' | 'see' | 'filter', coordinate: string): Promise<number> => {
    const bodies = texts.map(readPolicy)
    const env = environment(caller, occasion, action, coordinate)
    const applied = (effect: string) => either(...bodies.filter((body) => body.effect === effect).map((body) => compilePolicy(body, env)))
    const condition = both(applied('permit'), opposite(applied('forbid')))
    const found = await compileAndRun(pool, sql`SELECT n FROM thing WHERE ${predicate(condition, columns)} ORDER BY n`, {
      now: new Date(frozenNow).toISOString(), pid: caller.pid, ...(occasion.caseNo === undefined ? {} : { caseNo: occasion.caseNo }), ...(occasion.authorizationRef === undefined ? {} : { authorizationRef: occasion.authorizationRef }),
    })
    const selected = new Set(found.map(([n]) => n))
    const oracle = createCedarOracle(texts.map((text, at) => ({ id: `p${at}`, text, effect: bodies[at]?.effect ?? 'permit' })))
    for (const [n, row] of rows.entries()) {
      const theirs = oracle.allows(env, row)
      if (selected.has(n) !== theirs) throw new DifferenceFound({ seed, texts, caller, occasion, action, coordinate, row, condition, sql: selected.has(n), cedar: theirs })
    }
    return selected.size
  }

  return {
    compareListed: async () => {
      const { pid: _pid, division: _division, ...nobody } = someone
      let compared = 0
      for (const condition of listed) {
        for (const caller of condition.includes('principal') ? [someone, nobody] : [someone]) {
          await compare([`permit (principal, action, resource) when { ${condition} };`], caller, { singleSubject: true }, 'read', 'Thing.name')
          await compare(['permit (principal, action, resource);', `forbid (principal, action, resource) when { ${condition} };`], caller, { singleSubject: true }, 'see', 'Thing.name')
          compared += 2 * rows.length
        }
      }
      return compared
    },
    compareRandom: async (bundles) => {
      let allowed = 0
      for (let turn = 0; turn < bundles; turn += 1) {
        const texts = Array.from({ length: 1 + r.below(3) }, () => randomPolicy(r))
        allowed += await compare(texts, randomCaller(r), randomOccasion(r), r.pick(['read', 'see', 'filter']), r.pick(['Thing.name', 'Thing.idNo', 'Thing.open']))
      }
      return { rows: bundles * rows.length, allowed }
    },
    close: () => pool.end(),
  }
}
