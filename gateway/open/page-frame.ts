// What every page on open queries has around it, and what several say alike.

import type { Title } from '../../policy-engine/catalogue-titles.ts'
import { html } from './html.ts'
import type { Markup } from './html.ts'

export function frame(title: string, content: Markup, script: boolean): Markup {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/open.css">${script ? html`
    <script src="/open.js" type="module"></script>` : undefined}
  </head>
  <body>
    <a class="skip" href="#main">Skip to content</a>
    <header>
      <p class="home"><a href="/open/">citygraph open queries <span lang="zh">开放查询</span></a></p>
      <nav aria-label="Documents"><a href="/open/v1/openapi.json">OpenAPI</a> <a href="/catalog.jsonld">DCAT-AP</a> <a href="/schema.graphql">GraphQL schema</a> <a href="/">Console</a></nav>
    </header>
    <main id="main">
${content}
    </main>
  </body>
</html>
`
}

/** English, and Chinese beside it. */
export function both({ en, zh }: Title): Markup {
  return zh === undefined ? html`${en}` : html`${en} <span lang="zh">${zh}</span>`
}

const audiences = {
  public: { en: 'everybody', zh: '公众' },
  key: { en: 'holders of a key', zh: '持密钥者' },
  grant: { en: 'organisations with a grant', zh: '获授权单位' },
} as const

export function audienceTitle(audience: keyof typeof audiences): { readonly en: string; readonly zh: string } {
  return audiences[audience]
}
