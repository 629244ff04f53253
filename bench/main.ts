// Which measurement to run. `city`, `hand` and so on are the processes that a measurement starts.

import { UsageError } from '../cli/usage.ts'

const benches: Readonly<Record<string, () => Promise<{ run: (args: readonly string[]) => Promise<number> }>>> = {
  audit: () => import('./audit.ts'),
  endurance: () => import('./endurance.ts'),
  open: () => import('./open.ts'),
  load: () => import('./load-generator.ts'),
  city: () => import('./serve-city.ts'),
  stations: () => import('./hand/serve-stations.ts'),
  hand: () => import('./hand/serve-hand.ts'),
  cli: () => import('./run-command.ts'),
  plain: () => import('./plain/serve-plain.ts'),
}

const usage = `npm run bench -- [--only P1,P2] [--workload W1] [--seconds N] [--rounds N] [--size N] [--connections N] [--quick] [--out FILE]
npm run bench -- --profile W1 [--out FILE.svg]
npm run bench -- endurance | audit | open [--rounds N] [--seconds N] [--size N] [--connections N]
`

/** Sets the exit code: 0 as fast as wanted, 1 slower by more than the spread or failed, 2 not understood. */
export async function main(args: readonly string[]): Promise<void> {
  const [name = ''] = args
  const bench = benches[name]
  try {
    process.exitCode = await (bench === undefined ? (await import('./suite.ts')).run(args) : (await bench()).run(args.slice(1)))
  } catch (error) {
    if (error instanceof UsageError) {
      process.exitCode = 2
      process.stderr.write(`${error.message}\n${usage}`)
      return
    }
    process.exitCode = 1
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : 'Something went wrong.'}\n`)
  }
}
