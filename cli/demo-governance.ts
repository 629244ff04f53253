// The story of a grant: a partner is denied, applies from the denial, two officers approve, the field is served masked, the grant is
// revoked, and the log holds every step. Ends with an error where a step goes otherwise than told.

export type Question = { readonly caller: string; readonly purpose?: string; readonly query: string; readonly variables?: Readonly<Record<string, unknown>> }
/** A GraphQL answer, as far as the story looks at it. */
export type Answered = { readonly data?: unknown; readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[]; readonly extensions?: { readonly sharing?: { readonly decisions?: readonly { readonly path: string; readonly decision: string; readonly code: string }[]; readonly policyVersion?: string } } }
export type Stage = { readonly ask: (question: Question) => Promise<Answered>; readonly write: (line: string) => void }

const READ = '{ enterprises(first: 20) { nodes { uscc annualReports(first: 1) { nodes { totalAssets } } } } }'
const PATH = 'enterprises.nodes.annualReports.nodes.totalAssets'
const DRAFT = 'mutation ($fields: [String!]!) { draftApplication(fields: $fields) { id version status purpose fields { nodes { field mode owner level } } approvals { nodes { role org due } } } }'
const EDIT = 'mutation ($id: ID!, $version: Int!, $input: GrantApplication!) { editApplication(id: $id, version: $version, input: $input) { id version status } }'
const APPROVE = 'mutation ($id: ID!, $version: Int!) { approveApplication(id: $id, version: $version) { status } }'
const REVOKE = 'mutation ($id: ID!) { revokeGrant(id: $id) { state revokedByOrg } }'
const GRANTS = 'query ($id: ID!) { grants(where: { id: { eq: $id } }) { nodes { state validFrom validTo contract contractZh } } }'

export async function tellGovernance({ ask, write }: Stage): Promise<void> {
  let step = 0
  const say = (line: string): void => write(`${(step += 1)}. ${line}`)
  const detail = (value: unknown): void => write(`   ${JSON.stringify(value)}`)
  const does = async (question: Question, field: string): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await ask(question)
    const code = answer.errors?.[0]?.extensions?.code
    if (code !== undefined) throw new Error(`${question.caller}: ${field} was refused with ${code}.`)
    const given = memberOf(answer.data, field)
    if (typeof given !== 'object' || given === null) throw new Error(`${question.caller}: ${field} gave nothing.`)
    return { ...given }
  }
  const read = async (): Promise<{ masked: number; decision: unknown; values: readonly unknown[] }> => {
    const answer = await ask({ caller: 'nav-b', purpose: 'NAV-0801', query: READ })
    return { masked: valuesIn(answer.data).filter(isBand).length, decision: answer.extensions?.sharing?.decisions?.find(({ path }) => path === PATH), values: valuesIn(answer.data) }
  }
  const expect = (held: boolean, otherwise: string): void => {
    if (!held) throw new Error(otherwise)
  }

  const before = await read()
  say('nav-b, a partner without a grant, asks for the total assets of enterprises. What they did not publish is null, and may be applied for:')
  detail(before.decision)
  expect(before.masked === 0, 'It was served without a grant.')

  const draft = await does({ caller: 'nav-b', query: DRAFT, variables: { fields: [PATH] } }, 'draftApplication')
  const { id } = draft
  say('nav-b drafts an application from the denied path. Owner, mode, and who must approve until when are filled in:')
  detail(draft)

  const input = {
    purpose: 'NAV-0801', scenario: 'Size of enterprises beside places of a map', legalBasis: '上海市数据条例 41', days: 30, agreementRef: 'OPEN-2026-0001',
    fields: [{ field: 'AnnualReport.totalAssets', mode: 'MASKED' }],
  }
  const { version } = await does({ caller: 'nav-b', query: EDIT, variables: { id, version: draft['version'], input } }, 'editApplication')
  say(`nav-b completes and files it (version ${String(version)}).`)

  const own = await ask({ caller: 'amr-officer', query: APPROVE, variables: { id, version } })
  say(`amr-officer, without the role of a data owner, may not approve: ${own.errors?.[0]?.extensions?.code ?? 'approved'}.`)
  expect(own.errors !== undefined, 'An official without the role approved.')

  await does({ caller: 'security-officer', query: APPROVE, variables: { id, version } }, 'approveApplication')
  const twice = await ask({ caller: 'security-officer', query: APPROVE, variables: { id, version } })
  say(`security-officer of the data centre reviews and approves; a second time: ${twice.errors?.[0]?.extensions?.code ?? 'approved'}. Nothing is in force yet: ${(await read()).masked} values.`)
  expect(twice.errors !== undefined, 'One officer approved twice.')

  const { status } = await does({ caller: 'amr-data-owner', query: APPROVE, variables: { id, version } }, 'approveApplication')
  const after = await read()
  say(`amr-data-owner approves for market regulation: ${String(status)}. On the next request ${after.masked} values are there that were null, each as a band instead of a sum:`)
  write(`   an enterprise that did not publish its total assets: ${changed(before.values, after.values)}`)
  write(`   ${after.values.filter((value) => value !== null && !isBand(value)).length} that did publish them: in clear, as before.`)
  detail(after.decision)
  write('   MIXED says that it depends on the row, and says it before and after: what you may see is told, never what a row is. APPLY: more than a band would need another application.')
  expect(after.masked > 0, 'Nothing was served under the grant.')

  const listed = await does({ caller: 'nav-b', query: GRANTS, variables: { id: `G_${String(id)}` } }, 'grants')
  say('The grant in plain words; it ends by itself with its last day:')
  const [grant] = listOf(listed['nodes'])
  for (const name of ['contract', 'contractZh']) for (const line of String(memberOf(grant, name)).split('\n')) write(`   ${line}`)

  const revoked = await does({ caller: 'second-officer', query: REVOKE, variables: { id: `G_${String(id)}` } }, 'revokeGrant')
  const end = await read()
  say(`second-officer revokes it: ${String(revoked['state'])}. On the next request ${end.masked} values are there.`)
  expect(end.masked === 0, 'The grant outlived its revocation.')
  say('Every step stands in the log of governance: `npx citygraph audit show --log governance --last 40`.')
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Values of total assets, in the order of the answer. */
function valuesIn(data: unknown): readonly unknown[] {
  const reports = listOf(memberOf(memberOf(data, 'enterprises'), 'nodes')).flatMap((one) => listOf(memberOf(memberOf(one, 'annualReports'), 'nodes')))
  return reports.map((report) => memberOf(report, 'totalAssets') ?? null)
}

function isBand(value: unknown): boolean {
  return String(value).includes('万')
}

/** The first value that was null and is a band. */
function changed(before: readonly unknown[], after: readonly unknown[]): string {
  return `null → ${String(after.find((value, n) => isBand(value) && before[n] === null) ?? 'null')}`
}
