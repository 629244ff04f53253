// The limit: a process that answers one workload with node:http, `pg` and JSON.stringify, as one would write it by hand. It knows no
// GraphQL, decides nothing, records nothing. Arguments: a JSON object {folder, workload, masked, combined}.

import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { attachDatabases } from '../../cli/city-databases.ts'
import { readConfig } from '../../core/config.ts'
import { serveUntilEnd } from '../serving.ts'
import type { WorkloadName } from '../workloads.ts'
import { openDepartments } from './department-pools.ts'
import type { Handler } from './handler.ts'
import { w1 } from './w1.ts'
import { w2 } from './w2.ts'
import { w3 } from './w3.ts'
import { w4 } from './w4.ts'

export type HandOptions = { readonly folder: string; readonly workload: WorkloadName; readonly masked: boolean; readonly combined: boolean }

const handlers: Readonly<Record<WorkloadName, Handler>> = { W1: w1, W2: w2, W3: w3, W4: w4 }

export async function run([text = '']: readonly string[]): Promise<number> {
  // Written by servers.ts of this version.
  const { folder, workload, masked, combined }: HandOptions = JSON.parse(text)
  const handler = handlers[workload]
  const { departments, close } = openDepartments(attachDatabases(readConfig({ CITYGRAPH_FOLDER: folder })))
  const server = createServer((request, response) => {
    bodyOf(request)
      .then((body) => handler({ departments, masked, combined }, JSON.parse(body).variables))
      .then((data) => {
        const answer = JSON.stringify({ data })
        response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(answer) })
        response.end(answer)
      })
      .catch((error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`)
        response.writeHead(500, { 'content-length': 0 }).end()
      })
  })
  await serveUntilEnd(server)
  await close()
  return 0
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (part: string) => (body += part))
    request.on('end', () => resolve(body))
    request.on('error', reject)
  })
}
