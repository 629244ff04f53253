#!/usr/bin/env -S node --max-semi-space-size=64
// The `citygraph` command. The product is TypeScript; it is joined into a cache at first use and otherwise run as it stands, which
// Node 24 does by itself and Node 20 through tsx.
import './v8-flags.js'

process.env.APOLLO_TELEMETRY_DISABLED = '1'
const { bundledMain } = await import('./bundle-sources.js')
const bundled = await bundledMain()
if (bundled === undefined && !process.features.typescript) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { main } = await import(bundled ?? './main.ts')
await main(process.argv.slice(2))
