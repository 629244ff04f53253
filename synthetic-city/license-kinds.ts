// Kinds of licence: who issues them, how long they hold, and what stands on them. An item says its own level and mask.

import { licenseTypes } from '../migrations/licenses/tables.ts'
import { authorities, type Authority } from './authorities.ts'
import type { Enterprise } from './enterprises.ts'
import type { Person } from './people.ts'
import type { Put } from './rows.ts'

/** `level` 3 or 4; `mask` a kind of `mask.by_kind`, or REDACT. */
export type Item = { readonly key: string; readonly label: string; readonly value: string; readonly level: 3 | 4; readonly mask: string }

export type LicenseKind = {
  readonly typeCode: string
  readonly name: string
  readonly holderKind: '1' | '2'
  readonly issuer: Authority
  /** How many years it holds; null is long-term. */
  readonly years: number | null
}

const name = ({ name: value }: { readonly name: string }): Item => ({ key: 'name', label: '姓名', value, level: 3, mask: 'NAME' })
const idNo = ({ idNo: value }: Person): Item => ({ key: 'idNo', label: '公民身份号码', value, level: 4, mask: 'ID_NO' })
const home = ({ residence }: Person): Item => ({ key: 'address', label: '住址', value: residence.address, level: 3, mask: 'ADDRESS' })
const born = ({ birth: value }: Person): Item => ({ key: 'birthDate', label: '出生日期', value, level: 3, mask: 'BIRTH_DATE' })
const plain = (key: string, label: string, value: string, level: 3 | 4 = 3): Item => ({ key, label, value, level, mask: 'REDACT' })

function kind<H>(number: string, title: string, holderKind: '1' | '2', issuer: Authority, years: number | null, items: (holder: H) => readonly Item[]) {
  return { typeCode: `${authorities.BDC.uscc}${number}`, name: title, holderKind, issuer, years, items } as const
}

export const licenseKinds = {
  driving: kind<Person>('001', '机动车驾驶证', '1', authorities.BDC, 10, (person) => [name(person), idNo(person), home(person), plain('classes', '准驾车型', 'C1')]),
  business: kind<Pick<Enterprise, 'uscc' | 'name' | 'trade' | 'legalRep'>>('002', '营业执照', '2', authorities.AMR, null, ({ name: value, uscc, trade, legalRep }) => [
    { key: 'entName', label: '名称', value, level: 3, mask: 'REDACT' },
    { key: 'uscc', label: '统一社会信用代码', value: uscc, level: 3, mask: 'USCC' },
    { key: 'legalRep', label: '法定代表人', value: legalRep.name, level: 3, mask: 'NAME' },
    plain('scope', '经营范围', trade.scope),
  ]),
  residence: kind<Person>('003', '居住证', '1', authorities.PSB, 1, (person) => [name(person), idNo(person), home(person)]),
  food: kind<Pick<Enterprise, 'name' | 'legalRep'>>('004', '食品经营许可证', '2', authorities.AMR, 5, ({ name: value, legalRep }) => [
    { key: 'entName', label: '经营者名称', value, level: 3, mask: 'REDACT' },
    { key: 'manager', label: '负责人', value: legalRep.name, level: 3, mask: 'NAME' },
  ]),
  disability: kind<Person>('005', '残疾人证', '1', authorities.CAB, 10, (person) => [name(person), idNo(person), plain('category', '残疾类别', '肢体', 4)]),
  identity: kind<Person>('006', '居民身份证', '1', authorities.PSB, 20, (person) => [name(person), idNo(person), born(person), home(person)]),
  birth: kind<Person>('008', '出生医学证明', '1', authorities.CAB, null, (person) => [name(person), born(person)]),
}

/** The rows of lic_catalog. */
export function licenseTypeRows(put: Put): void {
  for (const { typeCode, name: title, holderKind, issuer, years } of Object.values(licenseKinds)) {
    put(licenseTypes, {
      typeCode,
      name: title,
      holderKind,
      issuerUscc: issuer.uscc,
      validityRule: years === null ? '长期' : `${years}年`,
      trustLevel: 'A',
      version: 1,
    })
  }
}
