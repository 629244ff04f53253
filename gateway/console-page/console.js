// The console: sends one query as the chosen caller and shows the answer beside what was masked or denied.
// Everything shown is set as text, never as markup.

const examples = [
  {
    name: 'One enterprise across five departments',
    query: `query Enterprise($uscc: ID!) {
  enterprise(uscc: $uscc) {
    name
    registeredCapital
    legalRepName
    legalRepresentative { id name idNo mobile }
    shareholders(first: 5) { nodes { holderName subscribedAmount ratio } }
    creditSummary { recordCount penaltyCount }
    creditRating { grade score }
    creditRecords(first: 3) { nodes { kind title decidedOn } }
    licenses(first: 3) { nodes { typeCode status certNo } }
    vehicles(first: 3) { nodes { plateNo useNature } }
    nearestMetroStation { name location }
  }
}`,
    variables: { uscc: '91310199MA1K0T2A0A' },
  },
  {
    name: 'My own data (zhang-wei, ayiguli)',
    query: `{
  me {
    name
    idNo
    birthDate
    residenceDivision
    licenses(first: 5) { nodes { typeCode status validTo } }
    vehicles(first: 5) { nodes { plateNo brandModel } }
  }
}`,
    variables: {},
  },
  {
    name: 'People',
    query: `{
  people(first: 5) {
    nodes { id name gender birthDate hukouDivision mobile }
    pageInfo { hasNextPage endCursor }
  }
}`,
    variables: {},
  },
  {
    name: 'Metro lines',
    query: `{
  metroLines(first: 3) {
    nodes { lineNo name stations(first: 4) { nodes { name location } } }
  }
}`,
    variables: {},
  },
]

const at = (id) => document.getElementById(id)
let callers = []

function option(value, text) {
  const made = document.createElement('option')
  made.value = value
  made.textContent = text
  return made
}

async function loadCallers() {
  const response = await fetch('/demonstration/callers').catch(() => undefined)
  if (response === undefined || !response.ok) {
    at('own-token').open = true
    return
  }
  callers = await response.json()
  at('caller').append(...callers.map(({ name, org, kind }) => option(name, `${name} (${org}, ${kind})`)))
}

function showCaller() {
  const caller = callers.find(({ name }) => name === at('caller').value)
  at('tries').textContent = caller === undefined ? 'The public sees what is open by law.' : caller.tries
  at('purpose').replaceChildren(option('', 'none'), ...(caller?.purposes ?? []).map((code) => option(code, code)))
  if (caller?.purposes.length > 0) at('purpose').value = caller.purposes[0]
}

function showExample() {
  const example = examples[Number(at('example').value)]
  at('query').value = example.query
  at('variables').value = JSON.stringify(example.variables, null, 2)
}

async function tokenFor(name) {
  const own = at('token').value.trim()
  if (own !== '') return own
  if (name === '') return undefined
  const response = await fetch(`/demonstration/token?caller=${encodeURIComponent(name)}`, { method: 'POST', headers: { 'x-demonstration': 'console' } })
  return (await response.json()).token
}

function cell(text, className) {
  const made = document.createElement('td')
  made.textContent = text
  if (className !== undefined) made.className = className
  return made
}

const why = {
  POLICY: 'by policy',
  APPLY: 'you may apply for it',
  PURPOSE: 'a registered purpose would be needed',
  QUOTA: 'quota used up',
}

function showSharing(sharing) {
  at('version').textContent = sharing === undefined ? '' : `Policy version ${sharing.policyVersion.slice(0, 19)}…, request ${sharing.requestId}`
  const rows = (sharing?.decisions ?? []).map(({ path, decision, code }) => {
    const row = document.createElement('tr')
    row.append(cell(path), cell(decision, decision), cell(why[code] ?? code))
    return row
  })
  if (rows.length === 0) {
    const row = document.createElement('tr')
    row.append(cell('everything asked for'), cell('CLEAR', 'CLEAR'), cell(''))
    rows.push(row)
  }
  at('decisions').replaceChildren(...(sharing === undefined ? [] : rows))
  const records = sharing?.records ?? []
  at('records').textContent = records.length === 0 ? '' : `Recorded: ${records.map(({ log, id }) => `${log} ${id}`).join(', ')}`
}

async function ask(event) {
  event.preventDefault()
  const button = at('ask').querySelector('button')
  let variables
  try {
    variables = JSON.parse(at('variables').value || '{}')
  } catch {
    at('status').textContent = 'The variables are not JSON.'
    return
  }
  button.disabled = true
  const started = performance.now()
  try {
    const token = await tokenFor(at('caller').value)
    const headers = { 'content-type': 'application/json' }
    if (token !== undefined) headers.authorization = `Bearer ${token}`
    if (at('purpose').value !== '') headers['x-purpose'] = at('purpose').value
    if (at('case').value !== '') headers['x-case-no'] = at('case').value
    if (at('authorization').value !== '') headers['x-authorization-ref'] = at('authorization').value
    if (at('dry').checked) headers['x-dry-run'] = 'decisions'
    const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query: at('query').value, variables }) })
    const { extensions, ...answer } = await response.json()
    at('data').textContent = JSON.stringify(answer, null, 2)
    showSharing(extensions?.sharing)
    at('status').textContent = `${response.status}, ${Math.round(performance.now() - started)} ms`
  } catch {
    at('status').textContent = 'The gateway did not answer.'
  } finally {
    button.disabled = false
  }
}

at('example').append(...examples.map(({ name }, index) => option(String(index), name)))
at('example').addEventListener('change', showExample)
at('caller').addEventListener('change', showCaller)
at('ask').addEventListener('submit', ask)
at('ask').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) at('ask').requestSubmit()
})
showExample()
await loadCallers()
showCaller()
