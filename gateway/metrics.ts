// Prometheus metrics in a registry of our own. Labels come from closed lists of ours (codes, decisions, subgraph names), never
// from a caller.

import { Counter, Histogram, Registry } from 'prom-client'

export type GatewayMetrics = {
  readonly registry: Registry
  /** By outcome: OK, PARTIAL, or an error code. */
  readonly requests: Counter<'code'>
  readonly duration: Histogram
  readonly decisions: Counter<'decision'>
  readonly auditFailures: Counter
  readonly subgraphFailures: Counter<'domain'>
  /** Operations planned, by what runs them; `reason` where that is Apollo's own path. */
  readonly plans: Counter<'executor' | 'reason'>
}

export function createMetrics(): GatewayMetrics {
  const registry = new Registry()
  const registers = [registry]
  return {
    registry,
    requests: new Counter({ name: 'citygraph_requests_total', help: 'Requests to /graphql by outcome.', labelNames: ['code'], registers }),
    duration: new Histogram({
      name: 'citygraph_request_duration_seconds', help: 'Time from headers to answer.', buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], registers,
    }),
    decisions: new Counter({ name: 'citygraph_decisions_total', help: 'Reported decisions that were not CLEAR.', labelNames: ['decision'], registers }),
    auditFailures: new Counter({ name: 'citygraph_audit_failures_total', help: 'Answers withheld or refusals unrecorded because a log could not be written.', registers }),
    subgraphFailures: new Counter({ name: 'citygraph_subgraph_failures_total', help: 'Fetches that a subgraph did not answer.', labelNames: ['domain'], registers }),
    plans: new Counter({ name: 'citygraph_plans_total', help: 'Operations planned for the compiled executor, or left to Apollo and why.', labelNames: ['executor', 'reason'], registers }),
  }
}
