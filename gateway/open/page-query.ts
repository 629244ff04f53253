// One open query as a page: what it gives, to whom, with which parameters, and a form to try it. Reads without a script; the form needs one,
// since a number of a person and a key must not stand in an address.

import { columnTitle, describe, domainTitle, parameterTitle } from '../../open/about.ts'
import type { About, Described } from '../../open/about.ts'
import { curlOf, exampleRequests, typescriptOf } from '../../open/examples.ts'
import { addressOf } from '../../open/open-query.ts'
import type { Column, OpenQuery, Parameter } from '../../open/open-query.ts'
import { html } from './html.ts'
import type { Markup } from './html.ts'
import { audienceTitle, both, frame } from './page-frame.ts'

/** `ended`: it is not answered any more. */
export function queryPage(query: OpenQuery, about: About, ended: boolean): Markup {
  const described = describe(query, about)
  return frame(`${query.title.en} ${query.title.zh}`, html`      <h1>${both(query.title)}</h1>
      ${query.summary === undefined ? undefined : html`<p>${both(query.summary)}</p>`}
${endingOf(query, ended)}
${factsOf(described, about)}
      <h2 id="parameters">Parameters <span lang="zh">参数</span></h2>
${query.parameters.length === 0 ? html`      <p>None.</p>` : parametersOf(query, about)}
      <h2 id="columns">Columns <span lang="zh">字段</span></h2>
      <p>A value that is not served to you is null; a masked one keeps its type. <span lang="zh">未提供的值为 null；脱敏值类型不变。</span></p>
${columnsOf(query, about)}
      <h2 id="examples">Examples <span lang="zh">示例</span></h2>
      ${query.examples.map((example, at) => {
        const request = exampleRequests(query)[at]
        return html`<h3>${both(example.title)}</h3>
      <pre tabindex="0" aria-label="curl">${request === undefined ? '' : curlOf(request, query)}</pre>
      <pre tabindex="0" aria-label="TypeScript">${typescriptOf(example, query)}</pre>`
      })}
${ended ? undefined : tryOf(query, about)}`, !ended)
}

function endingOf({ deprecated }: OpenQuery, ended: boolean): Markup | undefined {
  if (deprecated === undefined) return undefined
  const { from, until, successor } = deprecated
  return html`      <p class="warning"><strong>${ended ? 'Ended' : 'Deprecated'}</strong> from ${from}${until === undefined ? undefined : html`, ends on ${until}`}.${successor === undefined ? undefined : html` Use <a href="/open/${successor}">${successor}</a>.`}</p>`
}

function factsOf({ query, owner, purpose, domains, updateCycle }: Described, about: About): Markup {
  const fact = (name: string, zh: string, value: Markup): Markup => html`
        <dt>${name} <span lang="zh">${zh}</span></dt><dd>${value}</dd>`
  return html`      <dl class="card">${[
    fact('Address', '地址', html`<code>${query.method} ${addressOf(query)}</code>, version ${query.version}`),
    fact('For', '对象', both(audienceTitle(query.audience))),
    fact('Level', '级别', html`L${query.level}`),
    fact('Owner', '责任单位', html`${both(owner)} (${query.owner})`),
    ...(purpose === undefined ? [] : [fact('Purpose', '用途', html`${both(purpose.title)} (${purpose.code}), ${purpose.legalBasis}`)]),
    fact('Domains', '领域', html`${domains.map((domain, at) => html`${at === 0 ? '' : ', '}${both(domainTitle(domain, about))}`)}`),
    ...(updateCycle === undefined ? [] : [fact('Updated', '更新周期', html`${updateCycle.toLowerCase().replace('_', ' ')}`)]),
    fact('Formats', '格式', html`${query.formats.join(', ')}`),
    fact('Quota', '配额', html`${query.quota.requestsPerMinute.toLocaleString('en')} requests a minute, ${query.quota.rowsPerDay.toLocaleString('en')} rows a day, for each key${query.audience === 'public' ? '; rows for each address without one' : undefined}`),
    fact('Kept', '缓存', html`${query.cache === 0 ? 'not at all' : `${query.cache} seconds`}`),
  ]}
      </dl>`
}

function parametersOf({ parameters }: OpenQuery, about: About): Markup {
  return html`      <div class="scroll" tabindex="0" role="region" aria-labelledby="parameters"><table>
        <thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
        <tbody>${parameters.map((parameter) => html`
          <tr><th scope="row"><code>${parameter.name}</code>${parameter.required ? html` <strong>required</strong>` : undefined}</th><td>${typeOf(parameter)}</td><td>${both(parameterTitle(parameter, about))}${parameter.description === undefined ? undefined : html`<br>${parameter.description}`}</td></tr>`)}
        </tbody>
      </table></div>`
}

function typeOf({ graphType, list, values, default: preset }: Parameter): string {
  return [`${graphType}${list ? ', several' : ''}`, ...(values === undefined ? [] : [values.join(' | ')]), ...(preset === undefined ? [] : [`default ${String(preset)}`])].join('; ')
}

function columnsOf({ rows }: OpenQuery, about: About): Markup {
  const lines = (columns: readonly Column[], above: string): readonly Markup[] =>
    columns.flatMap((column) => [
      html`
          <tr><th scope="row"><code>${above}${column.name}${column.list ? '[]' : ''}</code></th><td>${column.scalar ?? (column.list ? 'list' : 'object')}</td><td>${column.level === undefined ? '' : `L${column.level}`}</td><td>${both(columnTitle(column, about))}${column.description === undefined ? undefined : html`<br>${column.description}`}</td></tr>`,
      ...lines(column.columns, `${above}${column.name}${column.list ? '[]' : ''}.`),
    ])
  return html`      <div class="scroll" tabindex="0" role="region" aria-labelledby="columns"><table>
        <thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Level</th><th scope="col">Meaning</th></tr></thead>
        <tbody>${lines(rows.columns, '')}
        </tbody>
      </table></div>`
}

function tryOf(query: OpenQuery, about: About): Markup {
  const [first] = query.examples
  return html`      <h2 id="try">Try it <span lang="zh">试用</span></h2>
      <noscript><p>The form needs JavaScript; the examples above do not.</p></noscript>
      <form id="ask" hidden class="card" autocomplete="off" data-address="${addressOf(query)}" data-method="${query.method}" aria-labelledby="try">
        <div class="row">${query.parameters.map((parameter) => inputOf(parameter, first?.parameters[parameter.name], about))}
          <label>Format<select id="format">${query.formats.map((format) => html`<option value="${format}">${format}</option>`)}</select></label>
        </div>
        <div class="row">
          <label>Key or token, kept in this page only <span lang="zh">密钥仅存于本页</span><input id="key" type="password" autocomplete="off" spellcheck="false"></label>${query.audience !== 'grant' ? undefined : html`
          <label>Case number <span lang="zh">办件编号</span><input id="case" value="${first?.caseNo}" pattern="[A-Z0-9-]{6,40}" spellcheck="false"></label>
          <label>Authorisation <span lang="zh">授权编号</span><input id="authorization" value="${first?.authorizationRef}" pattern="[A-Z0-9-]{6,40}" spellcheck="false"></label>`}
          <button type="submit">Ask <span lang="zh">查询</span></button>
        </div>
        <p id="status" role="status"></p>
        <pre id="answer" tabindex="0" aria-label="Answer" hidden></pre>
      </form>`
}

function inputOf(parameter: Parameter, example: unknown, about: About): Markup {
  const { name, type, values, list, required } = parameter
  const label = html`${both(parameterTitle(parameter, about))} <code>${name}</code>`
  const data = html`data-parameter="${name}" data-type="${type}"${list ? html` data-list="true"` : undefined}${required ? html` required` : undefined}`
  const shown = example === undefined ? '' : [example].flat().join(' ')
  const choices = values ?? (type === 'boolean' ? ['true', 'false'] : undefined)
  return choices === undefined || list
    ? html`
          <label>${label}<input ${data} value="${shown}"${list ? html` placeholder="several, with spaces between"` : undefined} spellcheck="false"></label>`
    : html`
          <label>${label}<select ${data}>${required ? undefined : html`<option value=""></option>`}${choices.map((value) => html`<option${value === shown ? html` selected` : undefined}>${value}</option>`)}</select></label>`
}
