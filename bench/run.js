#!/usr/bin/env node
// `npm run bench`. TypeScript runs as in cli/citygraph.js: joined into a cache, so that what is measured is what `citygraph start`
// runs. Processes of one measurement all run what its first one found, whatever is edited meanwhile.
process.env.APOLLO_TELEMETRY_DISABLED = '1'
const { bundledMain } = await import('../cli/bundle-sources.js')
const bundled = process.env.BENCH_BUNDLE ?? (await bundledMain('bench'))
if (bundled !== undefined) process.env.BENCH_BUNDLE = bundled
else if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { main } = await import(bundled ?? './main.ts')
await main(process.argv.slice(2))
