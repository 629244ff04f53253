// Which measurement to run. `serve` and `load` are the processes that a measurement starts: one serves, one asks.

const benches: Readonly<Record<string, () => Promise<{ run: (args: readonly string[]) => Promise<number> }>>> = {
  audit: () => import('./audit.ts'),
  serve: () => import('./serve-city.ts'),
  load: () => import('./load-generator.ts'),
}

/** Sets the exit code: 0 as fast as wanted, 1 slower by more than the spread or failed, 2 no such measurement. */
export async function main(args: readonly string[]): Promise<void> {
  const [name = '', ...rest] = args
  const bench = benches[name]
  if (bench === undefined) {
    process.stderr.write('npm run bench -- audit [--rounds N] [--seconds N] [--size N] [--connections N]\n')
    process.exitCode = 2
    return
  }
  try {
    process.exitCode = await (await bench()).run(rest)
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : 'Something went wrong.'}\n`)
  }
}
