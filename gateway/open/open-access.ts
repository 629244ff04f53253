// What a gateway needs to accept API keys and the tokens given for them.

import type { OpenKeys } from '../../audit/open-keys.ts'
import type { OpenUse } from '../../audit/open-use.ts'
import type { OpenTokens } from './open-tokens.ts'

/** `tokens` left out: none are given and none accepted. `organisationKind`: of a registered organisation. */
export type OpenAccess = { readonly keys: OpenKeys; readonly use: OpenUse; readonly tokens?: OpenTokens; readonly organisationKind: (org: string) => string | undefined; readonly now: () => Date }
