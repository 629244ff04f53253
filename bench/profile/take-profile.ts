// V8's processor profile of this process: begun at one SIGUSR2, written at the next.

import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'

const INTERVAL_MICROSECONDS = 200

export function profileBetweenSignals(file: string): void {
  let session: Session | undefined
  process.on('SIGUSR2', () => {
    const running = session
    session = running === undefined ? new Session() : undefined
    void (running === undefined ? begin(session) : end(running, file)).catch((error: unknown) => {
      process.stderr.write(`No profile: ${error instanceof Error ? error.message : 'it failed'}\n`)
    })
  })
}

async function begin(session: Session | undefined): Promise<void> {
  if (session === undefined) return
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROSECONDS })
  await session.post('Profiler.start')
}

async function end(session: Session, file: string): Promise<void> {
  const { profile } = await session.post('Profiler.stop')
  writeFileSync(file, JSON.stringify(profile))
  session.disconnect()
}
