// How node is started for the product (cli/citygraph.js, `npm start`); baselines run with node's own defaults.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export const productFlags: readonly string[] = ['--max-semi-space-size=64', '--import', pathToFileURL(join(import.meta.dirname, '../cli/v8-flags.js')).href]
