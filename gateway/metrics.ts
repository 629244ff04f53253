// Prometheus metrics in a registry of our own. Labels come from closed lists of ours (codes, decisions, subgraph names), never
// from a caller.

import { Counter, Histogram, Registry } from 'prom-client'

export type GatewayMetrics = {
  readonly registry: Registry
  /** By outcome: OK, PARTIAL, or an error code; and how long it took, seconds. */
  readonly answered: (outcome: string, seconds: number) => void
  /** Adds reported decisions of one kind. */
  readonly decided: (decision: string, count: number) => void
  readonly auditFailures: Counter
  readonly subgraphFailures: Counter<'domain'>
  /** Operations planned, by what runs them; `reason` where that is Apollo's own path. */
  readonly plans: Counter<'executor' | 'reason'>
}

export function createMetrics(): GatewayMetrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Map<string, number>()
  const decisions = new Map<string, number>()
  new Counter({
    name: 'citygraph_requests_total', help: 'Requests to /graphql by outcome.', labelNames: ['code'], registers,
    collect() {
      handOver(requests, (code, count) => this.inc({ code }, count))
    },
  })
  new Counter({
    name: 'citygraph_decisions_total', help: 'Reported decisions that were not CLEAR.', labelNames: ['decision'], registers,
    collect() {
      handOver(decisions, (decision, count) => this.inc({ decision }, count))
    },
  })
  const duration = new Histogram({
    name: 'citygraph_request_duration_seconds', help: 'Time from headers to answer.', buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], registers,
  })
  return {
    registry,
    answered(outcome, seconds) {
      add(requests, outcome, 1)
      duration.observe(seconds)
    },
    decided: (decision, count) => add(decisions, decision, count),
    auditFailures: new Counter({ name: 'citygraph_audit_failures_total', help: 'Answers withheld or refusals unrecorded because a log could not be written.', registers }),
    subgraphFailures: new Counter({ name: 'citygraph_subgraph_failures_total', help: 'Fetches that a subgraph did not answer.', labelNames: ['domain'], registers }),
    plans: new Counter({ name: 'citygraph_plans_total', help: 'Operations planned for the compiled executor, or left to Apollo and why.', labelNames: ['executor', 'reason'], registers }),
  }
}

/** Counted here and handed over when somebody reads: a counter of the library looks its labels up at every request. */
function add(counts: Map<string, number>, label: string, count: number): void {
  counts.set(label, (counts.get(label) ?? 0) + count)
}

function handOver(counts: Map<string, number>, to: (label: string, count: number) => void): void {
  for (const [label, count] of counts) to(label, count)
  counts.clear()
}
