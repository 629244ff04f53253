#!/usr/bin/env node
// The `citygraph` command. The product is TypeScript run as it is: Node 24 reads it by itself, Node 20 through tsx.
process.env.APOLLO_TELEMETRY_DISABLED = '1'
if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { main } = await import('./main.ts')
await main(process.argv.slice(2))
