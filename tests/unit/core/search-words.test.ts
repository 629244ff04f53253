// Words of a search: the same taken from what is searched and from what is searched for.

import { describe, expect, it } from 'vitest'
import { searchQuery, searchVector } from '../../../core/search-words.ts'

describe('a search', () => {
  it('asks for all its words: Latin ones as beginnings, Chinese ones as pairs of neighbours', () => {
    expect(searchQuery('Legal  representative')).toBe(`'legal':* & 'representative':*`)
    expect(searchQuery('法定代表人')).toBe(`'法定' & '定代' & '代表' & '表人'`)
    expect(searchQuery('户')).toBe(`'户'`)
    expect(searchQuery('legalRepName')).toBe(`'legal':* & 'rep':* & 'name':*`)
    expect(searchQuery('GB/T 2260')).toBe(`'gb':* & 't':* & '2260':*`)
  })

  it('reads full-width letters as letters', () => {
    expect(searchQuery('ＵＳＣＣ')).toBe(searchQuery('USCC'))
  })

  it.each(['', ' ', '…', `'&|!:*()<->\\`, '%_', Array.from({ length: 17 }, (_, n) => `w${n}`).join(' ')])('asks nothing for %j', (text) => {
    expect(searchQuery(text)).toBeUndefined()
  })

  it('lets nothing of its notation through, whatever is searched for', () => {
    for (const text of [`a'b & c`, `x':A | 'y`, 'a\\b', `法'定`, 'a<->b', '!a']) expect(searchQuery(text)).toMatch(/^'[a-z0-9\p{Script=Han}]+'(:\*)?( & '[a-z0-9\p{Script=Han}]+'(:\*)?)*$/u)
  })

  it('finds in a vector what stands in it: each word with its place and weight', () => {
    expect(searchVector([['A', 'idNo'], ['C', '身份证'], ['D', null]])).toBe(`'id':1A 'no':2A '身份':3C '份证':4C '身':5C '份':6C '证':7C`)
    expect(searchVector([['A', 'a'], ['B', 'a']])).toBe(`'a':1A,2B`)
  })
})
