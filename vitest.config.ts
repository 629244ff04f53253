import { defineConfig } from 'vitest/config'

const shared = { environment: 'node' as const, testTimeout: 60_000, hookTimeout: 120_000 }

/** `unit`: pure code, no database. `flows`: against one shared embedded cluster. `long`: what does not fit into six minutes. */
export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'unit', include: ['tests/unit/**/*.test.ts'] } },
      {
        test: {
          ...shared,
          name: 'flows',
          include: ['tests/{migrations,masks,resolvers,subgraphs,gateway,audit,synthetic-city,flows,threats,conformance}/**/*.test.ts'],
          globalSetup: ['tests/support/global-cluster.ts'],
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...shared,
          name: 'long',
          include: ['tests/long/**/*.test.ts'],
          globalSetup: ['tests/support/global-cluster.ts'],
          testTimeout: 900_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
