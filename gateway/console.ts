// The page at `/`: a small query console, self-hosted, without anything from elsewhere. In an embedded city it can take the part
// of a demonstration caller; tokens are given to browsers on this machine only.

import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { demonstrationCallers } from './demonstration-callers.ts'
import type { DemonstrationIssuer } from './demonstration-issuer.ts'
import { send } from './respond.ts'

/** `serve` answers the console's paths and says whether it did. */
export type Console = { serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> }

const assets: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'page.html', type: 'text/html; charset=utf-8' },
  '/console.js': { file: 'console.js', type: 'text/javascript; charset=utf-8' },
  '/console.css': { file: 'console.css', type: 'text/css; charset=utf-8' },
  '/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
}
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
const CALLERS = '/demonstration/callers'
const TOKEN = '/demonstration/token'

export function createConsole(issuer: DemonstrationIssuer | undefined): Console {
  return {
    async serve(request, response, path) {
      const asset = Object.hasOwn(assets, path) ? assets[path] : undefined
      if (asset !== undefined && (request.method === 'GET' || request.method === 'HEAD')) {
        const text = await readFile(new URL(`./console-page/${asset.file}`, import.meta.url))
        send(response, 200, { 'content-type': asset.type, 'content-security-policy': policy }, text)
        return true
      }
      if (issuer === undefined || (path !== CALLERS && path !== TOKEN)) return false
      if (!isThisMachine(request)) return false
      if (path === CALLERS && request.method === 'GET') {
        json(response, 200, demonstrationCallers.map(({ name, kind, org, purposes, tries }) => ({ name, kind, org, purposes, tries })))
        return true
      }
      // A header that no foreign page can send without asking first.
      if (path !== TOKEN || request.method !== 'POST' || request.headers['x-demonstration'] !== 'console') return false
      const name = new URL(request.url ?? '/', 'http://localhost').searchParams.get('caller') ?? ''
      if (!demonstrationCallers.some((caller) => caller.name === name)) return false
      json(response, 200, { token: await issuer.token(name) })
      return true
    },
  }
}

/** Whoever comes through a proxy on this machine is not on it. */
const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']

/** The peer is local and asked for a local name: a page elsewhere whose name now points here (DNS rebinding) did not. */
function isThisMachine(request: IncomingMessage): boolean {
  if (forwarding.some((name) => request.headers[name] !== undefined)) return false
  const peer = request.socket.remoteAddress ?? ''
  const host = (request.headers.host ?? '').replace(/:\d+$/, '')
  const local = peer === '::1' || peer.startsWith('127.') || peer.startsWith('::ffff:127.')
  return local && (host === 'localhost' || host === '127.0.0.1' || host === '[::1]')
}

function json(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, { 'content-type': 'application/json; charset=utf-8' }, `${JSON.stringify(value)}\n`)
}
