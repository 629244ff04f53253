// Set before anything is loaded. Node 20's V8 may end the process ("unreachable code" in its deoptimizer) where a hot function that
// calls WebAssembly, as Cedar's is, was inlined. Pretenuring moves what a request makes to the old heap, where it costs a long collection.
// And V8 lets a heap grow to four times what is alive before it collects the old part, where JSON.parse keeps short texts: a long stream
// would grow by 200 MiB first. Twice is enough; less costs throughput.
import { setFlagsFromString } from 'node:v8'

if (process.versions.v8.startsWith('11.')) setFlagsFromString('--no-turbo-inline-js-wasm-calls')
setFlagsFromString('--no-allocation-site-pretenuring')
setFlagsFromString('--heap-growing-percent=100')
