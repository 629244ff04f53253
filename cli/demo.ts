// `citygraph demo governance`: tells a story step by step against the running embedded city, each step a request that anybody could paste.

import { isEmbedded, readConfig } from '../core/config.ts'
import { isCityThere } from './city-databases.ts'
import { demonstrationIssuer } from './issuer.ts'
import { followClock } from './demonstration-clock.ts'
import { tellGovernance } from './demo-governance.ts'
import type { Answered, Question } from './demo-governance.ts'
import { embeddedKeys } from './keys.ts'
import { readOptions, UsageError, wholeNumber } from './usage.ts'

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { port: 'string' })
  const [story] = options.words
  if (story !== 'governance') throw new UsageError('Which story? demo governance')
  const config = readConfig(process.env)
  if (!isEmbedded(config)) throw new UsageError('Demonstration callers exist only with embedded databases.')
  const port = wholeNumber(options.text('port'), 'port', { default: config.port, min: 1, max: 65_535 })
  // Keys are made where there are none, and tokens by new keys would be strange to any city.
  if (!isCityThere(config)) {
    throw new UsageError(`No city runs in the folder ${config.folder}: \`npm start\` starts one, in another terminal; where it was started with CITYGRAPH_FOLDER, name the same folder here.`)
  }
  const issuer = await demonstrationIssuer(embeddedKeys(config.folder, config), followClock(config.folder))
  const ask = async ({ caller, purpose, query, variables }: Question): Promise<Answered> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await issuer.token(caller)}`, ...(purpose === undefined ? {} : { 'x-purpose': purpose }) }
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) }).catch(() => {
      throw new UsageError(`No city answers on port ${port}: \`npm start\` starts one; --port names another port.`)
    })
    const text = await response.text()
    if (response.status === 401) throw new UsageError(`What answers on port ${port} is no city of the folder ${config.folder}: name its folder by CITYGRAPH_FOLDER, or its port by --port.`)
    return answerIn(text) ?? refuse(`What answers on port ${port} is no city: --port names another port.`)
  }
  await tellGovernance({ ask, write: (line) => void process.stdout.write(`${line}\n`) })
  return 0
}

function answerIn(text: string): Answered | undefined {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? answer : undefined
  } catch {
    return undefined
  }
}

function refuse(sentence: string): never {
  throw new UsageError(sentence)
}
