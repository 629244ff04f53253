import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'

/** One graphql for Apollo (CommonJS) and us, as Node itself resolves it; Vite would take the .mjs copy beside it. */
const resolve = { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] }
const shared = { environment: 'node' as const, testTimeout: 60_000, hookTimeout: 120_000, setupFiles: ['cli/v8-flags.js', 'tests/support/watch-run.ts'] }
const flows = { ...shared, globalSetup: ['tests/support/global-cluster.ts'], isolate: false }
const long = { ...shared, globalSetup: ['tests/support/global-cluster.ts'], testTimeout: 900_000, hookTimeout: 300_000 }
/** What has limits of time or memory: nothing else runs beside it. */
const measured = ['million-records', 'policy-cost', 'large-city', 'many-connections', 'grants-under-load', 'open-stream'].map((name) => `tests/long/${name}.test.ts`)

/** What takes longest of `flows`: it runs with the long ones, so that `npm test` stays under six minutes on two processors. */
const slow = Object.entries({
  audit: ['answer-commit', 'carried-over', 'deceived', 'find-record', 'signal-windows', 'tampered-runs'],
  conformance: ['decisions-equal-cedar'],
  flows: ['audit-down', 'break-glass', 'catalogue', 'combinations', 'database-down', 'grant-quotas', 'grants', 'grants-in-git', 'open-command', 'open-documentation', 'open-keys', 'open-publishing', 'open-queries-equal', 'open-streams', 'policy-edit', 'publication', 'stop-switch', 'stopped-meanwhile', 'suspension', 'the-day-after'],
  masks: ['coherence'],
  migrations: ['apply', 'databases', 'lanes'],
  resolvers: ['oracle'],
  threats: ['bad-variables', 'filters', 'grants', 'open-keys', 'open-publishing', 'planner-attacks', 'race', 'stop-switch'],
}).flatMap(([folder, names]) => names.map((name) => `tests/${folder}/${name}.test.ts`))

/**
 * `unit`: pure code, no database. `flows`: against one shared embedded cluster; files of one worker share loaded modules, which
 * hold no state of their own. `long`: what does not fit into six minutes; `measured`: of that, what is timed.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { resolve, test: { ...shared, name: 'unit', isolate: false, include: ['tests/unit/**/*.test.ts'], sequence: { groupOrder: 0 } } },
      { resolve, test: { ...flows, name: 'flows', include: ['tests/{migrations,masks,resolvers,subgraphs,gateway,audit,synthetic-city,flows,threats,conformance}/**/*.test.ts'], exclude: slow, sequence: { groupOrder: 1 } } },
      { resolve, test: { ...flows, name: 'slow', include: slow, sequence: { groupOrder: 2 } } },
      { resolve, test: { ...long, name: 'long', include: ['tests/long/**/*.test.ts'], exclude: measured, sequence: { groupOrder: 3 } } },
      { resolve, test: { ...long, name: 'measured', include: measured, maxWorkers: 1, sequence: { groupOrder: 4 } } },
    ],
  },
})
