// Adds up the reports of the test runs in a folder: `N passed, N failed`. Exits non-zero when there is nothing to add up.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2] ?? '.'
const reports = readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
const passed = reports.reduce((sum, report) => sum + report.numPassedTests, 0)
const failed = reports.reduce((sum, report) => sum + report.numFailedTests, 0)
console.log(`${passed} passed, ${failed} failed`)
if (passed === 0) process.exit(1)
