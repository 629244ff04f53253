// Inputs for tests of masks: valid synthetic numbers (area 310199, nobody's), near misses, and hostile texts. fast-check
// arbitraries; what PostgreSQL cannot hold (NUL, lone surrogates) is left out.

import fc from 'fast-check'

/** A seed that can be given from outside to repeat a run, and is printed. */
export function printedSeed(what: string): number {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`${what}: SEED=${seed}\n`)
  return seed
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** 18 places with the right check digit. */
export const idNumber: fc.Arbitrary<string> = fc
  .tuple(fc.date({ min: new Date('1900-01-01'), max: new Date('2026-03-01'), noInvalidDate: true }), fc.integer({ min: 0, max: 999 }))
  .map(([born, order]) => {
    const body = `310199${born.toISOString().slice(0, 10).replaceAll('-', '')}${String(order).padStart(3, '0')}`
    const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(body[at]), 0)
    return `${body}${'10X98765432'.charAt(sum % 11)}`
  })

/** 16 to 19 digits that Luhn accepts. */
export const cardNumber: fc.Arbitrary<string> = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 13, maxLength: 16 })
  .map((digits) => {
    const body = ['6', '2', ...digits].join('')
    const sum = [...body].reverse().reduce((total, digit, at) => {
      const doubled = Number(digit) * (2 - (at % 2))
      return total + (doubled > 9 ? doubled - 9 : doubled)
    }, 0)
    return `${body}${(10 - (sum % 10)) % 10}`
  })

/** USCCs with the right check character, many with few or no letters, as public institutions' are. */
export const uscc: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('91', '12', '13', '52'), fc.array(fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 0, max: 9 }) }, { weight: 1, arbitrary: fc.integer({ min: 10, max: 30 }) }), { minLength: 9, maxLength: 9 }))
  .map(([kind, organisation]) => {
    const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
    const values = [...kind, ...'310199'].map(Number).concat(organisation)
    const sum = values.reduce((total, value, at) => total + value * ([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28][at] ?? 0), 0)
    return [...values, (31 - (sum % 31)) % 31].map((value) => alphabet.charAt(value)).join('')
  })

export const mobile: fc.Arbitrary<string> = fc.integer({ min: 0, max: 99_999_999 }).map((rest) => `154${String(rest).padStart(8, '0')}`)

const PLATE_CHARACTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789'
const plateCharacter = fc.constantFrom(...PLATE_CHARACTERS)
export const plate: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('沪', '京', '苏'), fc.constantFrom('A', 'B', 'Q'), fc.constantFrom('', '·', ' ', '-'), fc.array(plateCharacter, { minLength: 4, maxLength: 4 }), fc.constantFrom('1', 'K', '学', '警'))
  .map(([province, letter, dot, middle, last]) => `${province}${letter}${dot}${middle.join('')}${last}`)

export const chineseName: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('张', '王', '李', '欧阳', '司马', '諸葛', '陈', '𠮷'), fc.array(fc.constantFrom('伟', '娜', '静', '怡', '光', '明', '子', '涵'), { maxLength: 3 }))
  .map(([surname, given]) => surname + given.join(''))

export const personName: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: chineseName },
  fc.constantFrom('阿依古丽·买买提', '阿依古丽•买买提', 'John Smith', "O'Brien (Jr.)", 'Li', 'é', 'Ärzte', '트와이스', 'Иван', 'John·Smith'),
)

const hostileText = fc.constantFrom(
  '', ' ', '*', '**', '***', '\u0001', '\t', '\n张伟', '张伟\n', '陈\u3000', '陈 ', '欧阳 ', '😀', '😀张伟', '👨‍👩‍👧', `'; DROP TABLE pop_person; --`, '$1', '%s', '\\', '\\1', '\\&', '__proto__', 'null', 'NaN',
  '３１０１９９１９８５０３０７０１１２', '310199 19850307 0112', '310199-19850307-0112', '310199198503070112 ', 'R310199198503070112', '3101991985030701120', '１５４０００１２３４', '154 0000 1234', '+8615400001234',
  '沪A·12345', '沪a·d12345', '沪Ａ·１２３４５', '6200 0000 0000 0005', '021-02345678-801', '（021）02345678', '15400001234@example.com', 'a@b', '@', 'a@@example.com', '310199850307011', '\u202e210703058991013\u202c', '١٢٣٤٥٦٧٨٩٠١٢٣٤٥', '张'.repeat(5000), '1'.repeat(5000), 'x'.repeat(5000),
)

const anyText = fc.string({ unit: 'binary', maxLength: 24 }).filter((text) => !text.includes('\0'))
const numberish = fc.string({ unit: fc.constantFrom(...'0123456789*xX -·'), minLength: 1, maxLength: 22 })

const spoiled = (kind: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(kind, fc.nat(20), fc.constantFrom('', '*', ' ', '0', '9', 'X', '张')).map(([value, at, by]) => Array.from(value).toSpliced(at, 1, by).join(''))

/** Any value a text column may hold: of every kind, spoiled, hostile or random. */
export const anyValue: fc.Arbitrary<string> = fc.oneof(
  idNumber, spoiled(idNumber), idNumber.map((id) => `${id.slice(0, 6)}${id.slice(8, 17)}`), cardNumber, spoiled(cardNumber), uscc, mobile, spoiled(mobile), plate, spoiled(plate), personName, spoiled(personName),
  fc.constantFrom('91310199MA1K0T2A0A', '92310199MA1K0T4CXE', '93310199MF0K1A2B99', '91310199********0A', 'LZZTEST0000001234', 'E12345678', 'EA1234567', '310012345678', '021-02345678', '02102345678', '0512-0234567', 'zhang.wei@example.com', '310101002', '310101002001', '31', '1985-03-07', '19300101', '2026-02-14T08:47:12+08:00', '99999.99', '-1', '100000000', '75.5', '101'),
  hostileText, anyText, numberish,
)

/** A text that holds persons and numbers between words, and names of which some are in it. */
export const recordText: fc.Arbitrary<{ readonly text: string; readonly names: readonly (string | null)[] }> = fc
  .tuple(
    fc.array(fc.oneof(idNumber, spoiled(idNumber), cardNumber, uscc, mobile, plate, personName, hostileText.filter((text) => text.length < 100), anyText, numberish, fc.constantFrom('，', '（', '身份证号', '订单号', ' ', '-', '', 'tel', '91310199MA1K0T2A0A')), { maxLength: 12 }),
    fc.array(fc.option(personName), { maxLength: 3 }),
  )
  .map(([parts, names]) => ({ text: [...parts, ...names.filter((name) => name !== null)].join(''), names }))
