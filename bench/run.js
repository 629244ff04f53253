#!/usr/bin/env node
// `npm run bench -- <what>`. TypeScript runs as in cli/citygraph.js: by itself on Node 24, through tsx on Node 20.
process.env.APOLLO_TELEMETRY_DISABLED = '1'
if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { main } = await import('./main.ts')
await main(process.argv.slice(2))
