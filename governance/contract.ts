// A grant in plain words, for who holds it and whose data it opens: nothing in it that the grant does not say.

import { shanghaiTime } from '../core/clock.ts'
import type { Grant } from '../policy-engine/grants.ts'
import type { Bundle } from '../policy-engine/bundle.ts'

const modes = {
  CLEAR: { en: 'in clear', zh: '明文' },
  MASKED: { en: 'masked', zh: '脱敏' },
  VERIFY: { en: 'as an answer without the data', zh: '仅核验结果' },
} as const

/** One sentence a line, in English and in Chinese. */
export function contractOf(grant: Grant, { organisations, purposes }: Pick<Bundle, 'organisations' | 'purposes'>): { readonly en: string; readonly zh: string } {
  const holder = organisations.get(grant.org)
  const purpose = purposes.get(grant.purpose)
  const over = grant.expiresAt === undefined ? undefined : shanghaiTime(new Date(grant.expiresAt))
  const fields = grant.fields.map(({ mode, needsAuthorization, fields: list }) => ({ mode, needsAuthorization, list: list.join(', ') }))
  const en = [
    `${holder?.name ?? grant.org} may use the following from ${grant.validFrom} to ${over === undefined ? grant.validTo : `${over} (Shanghai time)`}, for ${purpose?.title ?? grant.purpose} (${grant.purpose}) alone:`,
    ...fields.map(({ mode, needsAuthorization, list }) => `- ${list}: ${modes[mode].en}${needsAuthorization === true ? ', with the authorisation of the person or enterprise concerned' : ''}.`),
    ...(grant.rowScope === undefined ? [] : [`Only data of division ${grant.rowScope.division}.`]),
    ...(grant.singleSubjectOnly === true ? ['One person or enterprise at a time.'] : []),
    grant.minorsApproved === true ? 'Data of children under fourteen are included, case by case.' : 'Data of children under fourteen are not included.',
    ...(grant.bulkApproved === true ? [`Quotas on how many people an organisation reads do not apply${grant.perDay === undefined ? '' : ', but this one does'}.`] : []),
    ...(grant.perDay === undefined ? [] : [`At most ${grant.perDay} different people in any 24 hours; then it gives nothing until fewer have been read.`]),
    `Legal basis: ${grant.legalBasis}. Scenario: ${grant.scenario}.`,
    'Nothing is handed on to third parties or used for another purpose. Every use is recorded. The grant can be revoked at any time.',
  ]
  const zh = [
    `${holder?.nameZh ?? grant.org} 自 ${grant.validFrom} 起至 ${over === undefined ? grant.validTo : `${over}（北京时间）`}，仅可为 ${purpose?.titleZh ?? grant.purpose}（${grant.purpose}）使用下列数据：`,
    ...fields.map(({ mode, needsAuthorization, list }) => `- ${list}：${modes[mode].zh}${needsAuthorization === true ? '，须有当事人或企业授权' : ''}。`),
    ...(grant.rowScope === undefined ? [] : [`仅限区划 ${grant.rowScope.division} 的数据。`]),
    ...(grant.singleSubjectOnly === true ? ['每次仅限一个主体。'] : []),
    grant.minorsApproved === true ? '包括未满十四周岁未成年人数据，须逐案办理。' : '不包括未满十四周岁未成年人数据。',
    ...(grant.bulkApproved === true ? [`不受机构人数限额约束${grant.perDay === undefined ? '' : '，但受本授权限额约束'}。`] : []),
    ...(grant.perDay === undefined ? [] : [`任意二十四小时内至多涉及 ${grant.perDay} 人；达到限额后，人数回落之前不再提供。`]),
    `法律依据：${grant.legalBasis}。应用场景：${grant.scenario}。`,
    '不得提供给第三方，不得用于其他目的。每次使用均留存记录。授权可随时撤销。',
  ]
  return { en: en.join('\n'), zh: zh.join('\n') }
}
