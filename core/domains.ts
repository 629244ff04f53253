// The five departmental domains, and the subgraphs: one for each domain and `governance`, which reads the logs. A subgraph has the
// same name in every folder, database, role and log.

export const domains = ['population', 'enterprises', 'credit', 'licenses', 'transport'] as const
export type Domain = (typeof domains)[number]

/** Wherever a subgraph, its SDL, database, role or log is meant. */
export const subgraphNames = [...domains, 'governance'] as const
export type SubgraphName = (typeof subgraphNames)[number]

export function isSubgraphName(value: unknown): value is SubgraphName {
  return subgraphNames.some((name) => name === value)
}
