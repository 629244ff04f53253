// The departments that issue and decide, as organisations with codes (invented, valid by their check characters). They are
// registered like any organisation, so that `authority` and `issuer` lead somewhere.

export type Authority = { readonly code: string; readonly uscc: string; readonly name: string; readonly registered: string }

const registered = (code: string, uscc: string, name: string): Authority => ({ code, uscc, name, registered: '1995-01-01' })

export const authorities = {
  BDC: registered('BDC', '113101990024700A8N', '示例市大数据中心'),
  AMR: registered('AMR', '113101990024701A40', '示例市市场监督管理局'),
  PSB: registered('PSB', '113101990024702A09', '示例市公安局'),
  TPB: registered('TPB', '113101990024703A7L', '示例市公安局交通警察总队'),
  TRANS: registered('TRANS', '113101990024704A3X', '示例市交通委员会'),
  CAB: registered('CAB', '113101990024705AX4', '示例市民政局'),
  COURT: registered('COURT', '113101990024706A6J', '示例区人民法院'),
  TAX: registered('TAX', '113101990024707A2U', '示例市税务局'),
} as const satisfies Readonly<Record<string, Authority>>

/** Operator of the metro (DOMAIN 4.8). */
export const metroOperator: Authority = registered('METRO', '123101994250100B1A', '示例公交')

/** Matters (事项) with which credit records are associated and for which licences are shown. */
export const matters = {
  roadTransport: '3101990102',
  foodBusiness: '3101990201',
  publicPlace: '3101990305',
  construction: '3101990410',
} as const

export const matterCodes: readonly string[] = Object.values(matters)
