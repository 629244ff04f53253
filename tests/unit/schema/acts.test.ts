// What a mutation must look like before anything composes.

import { describe, expect, it } from 'vitest'
import { lint, level, messages, open, thing } from './small-schema.ts'

const act = `@classified(level: L2, category: SYSTEM, owner: "PSB")`
const done = `type Done ${level('L2', '', 'SYSTEM')} { at: DateTime ${level('L2', '', 'SYSTEM')} }`
const problems = (rest: string): readonly string[] => messages(lint(thing(`  name: String ${level('L1', open, 'SYSTEM')}`, rest)))

describe('a mutation', () => {
  it('is an ACT that answers with a type of its own', () => {
    expect(problems(`type Mutation { doIt: Done @entry(kind: ACT) ${act} }\n${done}`)).toEqual([])
  })

  it.each([
    ['without an entry', `doIt: Done ${act}`, 'Mutation.doIt has no @entry.'],
    ['without a classification', 'doIt: Done @entry(kind: ACT)', 'Mutation.doIt is not classified.'],
    ['under another kind', `doIt: Done @entry(kind: ONE) ${act}`, 'Mutation.doIt: the entries of Mutation are ACT, and no others are.'],
    ['that leads to an entity', `doIt: Thing @entry(kind: ACT) ${act}`, 'Mutation.doIt leads to Thing, which is joined with other subgraphs; an act answers with types of its own.'],
  ])('is refused %s', (_what, field, sentence) => {
    expect(problems(`type Mutation { ${field} }\n${done}`)).toContain(sentence)
  })
})
