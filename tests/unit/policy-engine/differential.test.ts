// The compiled condition on a row, of the policies that the index gives, evaluated by us, against Cedar's own isAuthorized on that row (DESIGN 6). A forbid that errs
// denies with us while Cedar skips it; the oracle accounts for that and for nothing else.

import { describe, expect, it } from 'vitest'
import { createCedarOracle } from '../../../policy-engine/cedar-oracle.ts'
import { compilePolicy } from '../../../policy-engine/compile.ts'
import { holdsOn } from '../../../policy-engine/evaluate.ts'
import { both, either, opposite } from '../../../policy-engine/simplify.ts'
import { indexPolicies } from '../../../policy-engine/policy-index.ts'
import { assertTranslatable, rowVocabulary } from '../../../policy-engine/translatable.ts'
import { random, randomCaller, randomOccasion, randomPolicy, randomRow } from './random-policies.ts'
import { environment, frozenNow, readPolicy } from './read-policy.ts'
import { smallGraph } from './small-graph.ts'

describe('compiled policies agree with Cedar', () => {
  it('on random policies, callers, occasions and rows', () => {
    const seed = Number(process.env['SEED'] ?? 20260301)
    const cases = Number(process.env['CASES'] ?? 1200)
    console.info(`differential seed ${seed}, ${cases} cases`)
    const r = random(seed)
    const rows = rowVocabulary(smallGraph)
    let [done, allowed, rowDependent, left] = [0, 0, 0, 0]
    while (done < cases) {
      const texts = Array.from({ length: 1 + r.below(3) }, () => randomPolicy(r))
      const bodies = texts.map(readPolicy)
      for (const body of bodies) assertTranslatable(body, rows)
      const index = indexPolicies(bodies.map((body, n) => ({ ...body, id: `p${n}`, because: '', text: texts[n] ?? '', file: '', line: 1, column: 1 })))
      const oracle = createCedarOracle(texts.map((text, index) => ({ id: `p${index}`, text, effect: bodies[index]?.effect ?? 'permit' })))
      for (let turn = 0; turn < 8; turn += 1, done += 1) {
        const [caller, occasion, row] = [randomCaller(r), randomOccasion(r), randomRow(r)]
        const env = environment(caller, occasion, r.pick(['read', 'see', 'filter']), r.pick(['Thing.name', 'Thing.idNo', 'Thing.open']))
        // Those that a plan looks at; all others must not matter.
        const looked = index.candidates(env.situation)(env.action, env.rowType, String(env.field['coordinate']))
        left += bodies.length - looked.length
        const applied = (effect: string) => either(...looked.filter((body) => body.effect === effect).map((body) => compilePolicy(body, env)))
        const condition = both(applied('permit'), opposite(applied('forbid')))
        const parameters = { now: frozenNow, ...(caller.pid === undefined ? {} : { pid: caller.pid }), ...(occasion.caseNo === undefined ? {} : { caseNo: occasion.caseNo }) }
        const ours = holdsOn(condition, row, parameters)
        const theirs = oracle.allows(env, row)
        if (ours !== theirs) expect({ ours, texts, caller, occasion, row, field: env.field, action: env.action, condition, seed, done }).toEqual({ ours: theirs })
        allowed += ours ? 1 : 0
        rowDependent += condition.kind === 'always' || condition.kind === 'never' ? 0 : 1
      }
    }
    console.info(`differential: ${done} cases, ${allowed} allowed, ${rowDependent} depend on the row, ${left} policies not looked at`)
    expect(allowed).toBeGreaterThan(cases / 20)
    expect(rowDependent).toBeGreaterThan(cases / 10)
    expect(left).toBeGreaterThan(cases / 10)
  })
})
