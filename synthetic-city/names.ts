// Invented names: Chinese ones with single and compound surnames (复姓), and ones with a middle dot. Any likeness is chance.

import type { Random } from './random.ts'

const SURNAMES = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦']
const COMPOUND_SURNAMES = ['欧阳', '司马', '上官', '诸葛', '司徒', '东方', '夏侯', '尉迟', '皇甫', '慕容']
const MALE = [...'伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林翔峰晨阳博文志建国海东立成思远子轩泽']
const FEMALE = [...'芳娜敏静丽艳娟霞秀燕玲桂英华慧红梅琳雪怡萍倩婷洁莹颖欣佳雨晴思涵梦瑶诗悦依可心语彤宁岚蕾']
const UYGHUR_GIVEN = { male: ['艾力', '买买提', '吐尔逊', '阿不都', '玉素甫', '库尔班'], female: ['阿依古丽', '古丽娜', '阿米娜', '热孜万', '帕提古丽', '迪丽达'] }
const UYGHUR_FATHER = ['买买提', '吐尔逊', '阿布都拉', '司马义', '艾山', '依明', '热合曼']

export type Family = { readonly surname: string; readonly ethnicity: string }

/** What a family shares: surname and 民族 (GB/T 3304). `05` families write names with a middle dot and have no surname. */
export function family(random: Random): Family {
  const draw = random.next()
  if (draw < 0.006) return { surname: '', ethnicity: '05' }
  if (draw < 0.03) return { surname: random.pick(COMPOUND_SURNAMES), ethnicity: '01' }
  return { surname: random.pick(SURNAMES), ethnicity: random.chance(0.015) ? random.pick(['03', '11', '15', '02']) : '01' }
}

/** A full name of a member of that family. */
export function fullName(random: Random, { surname, ethnicity }: Family, male: boolean): string {
  if (ethnicity === '05') return `${random.pick(UYGHUR_GIVEN[male ? 'male' : 'female'])}·${random.pick(UYGHUR_FATHER)}`
  const given = male ? MALE : FEMALE
  return surname + random.pick(given) + (random.chance(0.78) ? random.pick(given) : '')
}
