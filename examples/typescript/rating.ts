// A bank looks at an enterprise before a loan, and sees what was kept back and why:
// CITYGRAPH_TOKEN=$(npx citygraph token bank-a) node --import tsx examples/typescript/rating.ts

import { openCity } from './client.ts'

const city = openCity(process.env['CITYGRAPH_URL'] ?? 'http://localhost:4000', { key: process.env['CITYGRAPH_KEY'], token: process.env['CITYGRAPH_TOKEN'] })
const { data, sharing } = await city.ask('enterprise-360-bank', { uscc: '91310199MA1K0T2A0A' }, { authorizationRef: 'AUTH-2026-0007' })
process.stdout.write(`${data?.name ?? '–'}: grade ${data?.creditRating?.grade ?? '–'}\n`)
for (const { path, decision, code } of sharing.decisions) process.stdout.write(`  ${path}: ${decision} (${code})\n`)
