// The form of an open query's page: asks it as the examples do and shows the answer as text, never as markup. The key stays in its
// field: nothing is stored, and it is sent in a header, to this city alone.

const at = (id) => document.getElementById(id)
const form = at('ask')

/** A value as JSON has it; what does not fit is sent as it stands and refused by name. */
function valueOf(text, { type, list }) {
  if (list === 'true') return text.split(/\s+/).filter((one) => one !== '').map((one) => valueOf(one, { type }))
  if (type === 'boolean') return text === 'true'
  if (type === 'string' || !/^-?\d+(\.\d+)?$/.test(text)) return text
  return Number(text)
}

function given() {
  const parameters = {}
  for (const input of form.querySelectorAll('[data-parameter]')) {
    const text = input.value.trim()
    if (text !== '') parameters[input.dataset.parameter] = valueOf(text, input.dataset)
  }
  return parameters
}

function headers() {
  const made = {}
  const key = at('key').value.trim()
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(key)) made.authorization = `Bearer ${key}`
  else if (key !== '') made['x-api-key'] = key
  for (const [id, name] of [['case', 'x-case-no'], ['authorization', 'x-authorization-ref']]) {
    const value = at(id)?.value.trim() ?? ''
    if (value !== '') made[name] = value
  }
  return made
}

function requestOf() {
  const { address, method } = form.dataset
  const search = new URLSearchParams({ format: at('format').value })
  if (method === 'POST') {
    return [`${address}?${search}`, { method, headers: { ...headers(), 'content-type': 'application/json' }, body: JSON.stringify(given()) }]
  }
  for (const [name, value] of Object.entries(given())) for (const one of [value].flat()) search.append(name, String(one))
  return [`${address}?${search}`, { headers: headers() }]
}

async function ask(event) {
  event.preventDefault()
  const button = form.querySelector('button')
  button.disabled = true
  at('status').textContent = 'Asking …'
  const started = performance.now()
  try {
    const [address, init] = requestOf()
    const response = await fetch(address, { ...init, cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer' })
    const text = await response.text()
    const json = response.headers.get('content-type')?.includes('json') === true && !response.headers.get('content-type')?.includes('ndjson')
    at('answer').textContent = json ? JSON.stringify(JSON.parse(text), null, 2) : text
    at('answer').hidden = false
    at('status').textContent = `${response.status}, ${Math.round(performance.now() - started)} ms`
  } catch {
    at('status').textContent = 'The city did not answer.'
  } finally {
    button.disabled = false
  }
}

form.addEventListener('submit', ask)
// A page that is kept for going back keeps its fields too.
addEventListener('pagehide', () => {
  at('key').value = ''
  at('answer').textContent = ''
})
form.hidden = false
