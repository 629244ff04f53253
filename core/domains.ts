// The five departmental domains. A domain has the same name in every folder, database, role and log.

export const domains = ['population', 'enterprises', 'credit', 'licenses', 'transport'] as const
export type Domain = (typeof domains)[number]

export function isDomain(value: unknown): value is Domain {
  return domains.some((domain) => domain === value)
}
