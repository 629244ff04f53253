// A command of the product from the same sources as everything else that is measured.

import { main } from '../cli/main.ts'

/** The exit code that the command sets. */
export async function run(args: readonly string[]): Promise<number> {
  await main(args)
  return Number(process.exitCode ?? 0)
}
