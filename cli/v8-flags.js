// Set before anything is loaded. Node 20's V8 may end the process ("unreachable code" in its deoptimizer) where a hot function that
// calls WebAssembly, as Cedar's is, was inlined. Pretenuring moves what a request makes to the old heap, where it costs a long collection.
// And V8 lets the old heap grow to four times what is alive before it collects it: a long stream would grow by 130 MiB first. 1.75 times is
// enough; less than that costs throughput (docs/performance.md).
import { setFlagsFromString } from 'node:v8'

if (process.versions.v8.startsWith('11.')) setFlagsFromString('--no-turbo-inline-js-wasm-calls')
setFlagsFromString('--no-allocation-site-pretenuring')
setFlagsFromString('--heap-growing-percent=75')
