// Listening on a port, with a sentence for the operator where that is refused.

import type { Server } from 'node:net'

/** Resolves with the port (0 chooses a free one). Throws a sentence when it is taken, forbidden or of an address that is not ours. */
export async function openPort(server: Server, { port, host }: { readonly port: number; readonly host?: string | undefined }): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      resolve()
    })
  }).catch((cause: unknown) => {
    throw new Error(sentence(codeOf(cause), port), { cause })
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

function sentence(code: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is taken; choose another one with --port or PORT`
    case 'EACCES':
      return `port ${port} may not be opened by this user; choose one above 1023 with --port or PORT`
    default:
      return `port ${port} cannot be opened (${code})`
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown reason'
}
