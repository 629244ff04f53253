// The list of open queries with its search: all of it made here, so that it reads and filters without a script.

import { describe, domainTitle } from '../../open/about.ts'
import type { About, Described } from '../../open/about.ts'
import { audiences, formats } from '../../open/open-query.ts'
import type { OpenQuery } from '../../open/open-query.ts'
import { html } from './html.ts'
import type { Markup } from './html.ts'
import { audienceTitle, both, frame } from './page-frame.ts'

const names = ['domain', 'audience', 'level', 'format'] as const
type Filters = Readonly<Record<(typeof names)[number] | 'q', string>>

/** Longest text that is searched for, characters. */
const LONGEST = 100

/** What is no filter of ours is passed over. */
export function filtersOf(search: URLSearchParams): Filters {
  const of = (name: string): string => (search.get(name) ?? '').slice(0, LONGEST)
  return { q: of('q'), domain: of('domain'), audience: of('audience'), level: of('level'), format: of('format') }
}

export function listPage(queries: readonly OpenQuery[], filters: Filters, about: About): Markup {
  const described = queries.map((query) => describe(query, about))
  const found = described.filter((one) => fits(one, filters))
  const domains = [...new Set(described.flatMap((one) => one.domains))].sort()
  const select = (name: (typeof names)[number], label: Markup, values: readonly (readonly [string, Markup])[]): Markup => html`
          <label>${label}<select name="${name}"><option value="">all</option>${values.map(([value, text]) => html`<option value="${value}"${filters[name] === value ? html` selected` : undefined}>${text}</option>`)}</select></label>`
  return frame('Open queries 开放查询', html`      <h1>Open queries <span lang="zh">开放查询</span></h1>
      <p>Each is one question to the city’s data at an address of its own. What you get depends on who asks. <span lang="zh">每个查询有独立地址；所得内容取决于查询者身份。</span></p>
      <form method="get" action="/open/" role="search" class="card">
        <div class="row">
          <label>Search <span lang="zh">搜索</span><input type="search" name="q" value="${filters.q}" maxlength="${LONGEST}"></label>${[
            select('domain', html`Domain <span lang="zh">领域</span>`, domains.map((domain) => [domain, both(domainTitle(domain, about))])),
            select('audience', html`For <span lang="zh">对象</span>`, audiences.map((audience) => [audience, both(audienceTitle(audience))])),
            select('level', html`Level <span lang="zh">级别</span>`, ['1', '2', '3', '4'].map((level) => [level, html`L${level}`])),
            select('format', html`Format <span lang="zh">格式</span>`, formats.map((format) => [format, html`${format}`])),
          ]}
          <button type="submit">Filter <span lang="zh">筛选</span></button>
        </div>
      </form>
      <p role="status">${found.length} of ${described.length}</p>
      <ul class="list">${found.map(entry)}
      </ul>`, false)
}

function entry({ query, owner, domains }: Described): Markup {
  return html`
        <li class="card">
          <h2><a href="/open/${query.id}">${both(query.title)}</a></h2>
          ${query.summary === undefined ? undefined : html`<p>${both(query.summary)}</p>`}
          <p class="facts"><span class="level">L${query.level}</span> for ${audienceTitle(query.audience).en} · ${owner.en} <span lang="zh">${owner.zh}</span> · ${domains.join(', ')} · ${query.formats.join(', ')}${query.deprecated === undefined ? undefined : html` · <strong>deprecated</strong>`}</p>
        </li>`
}

function fits({ query, owner, domains }: Described, { q, domain, audience, level, format }: Filters): boolean {
  if (domain !== '' && !domains.some((one) => one === domain)) return false
  if (audience !== '' && query.audience !== audience) return false
  if (level !== '' && String(query.level) !== level) return false
  if (format !== '' && !query.formats.some((one) => one === format)) return false
  const { id, title, summary, keywords } = query
  const words = [id, title.en, title.zh, summary?.en ?? '', summary?.zh ?? '', owner.en, owner.zh, ...keywords].join(' ').toLowerCase()
  return q.toLowerCase().split(/\s+/).every((word) => words.includes(word))
}
