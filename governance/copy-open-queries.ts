// The texts and steps of open queries, and the files that are published, copied to where officers and the public read them, each with
// whether it is served. What is in force is said by the audit database and the policies alone; a copy that is late shows late.

import { withClient, type DepartmentPool } from '../migrations/pool.ts'
import type { Bundle } from '../policy-engine/bundle.ts'
import type { BundleFile } from '../policy-engine/bundle-files.ts'
import type { Problem } from '../policy-engine/problem.ts'
import type { PolicyEngine } from '../policy-engine/engine.ts'
import { shanghaiDay } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import type { Graph } from '../open/columns.ts'
import { servedQueries } from '../open/library.ts'
import type { QueryReader, Standing } from '../open/library.ts'
import type { OpenQuery } from '../open/open-query.ts'
import { refOf } from '../open/published-files.ts'
import { operationHash } from '../schema/operation-hash.ts'

type Text = { readonly id: string; readonly query: string; readonly version: number; readonly owner: string; readonly level: number; readonly hash: string; readonly content: string; readonly by_org: string; readonly by_sub: string; readonly at: string }
type Step = { readonly id: string; readonly step: number; readonly text: string; readonly state: string; readonly role: string | null; readonly by_org: string; readonly by_sub: string; readonly at: string }
type Parts = { readonly source: DepartmentPool; readonly facts: DepartmentPool; readonly engine: Pick<PolicyEngine, 'bundle' | 'plan'>; readonly graph: () => Graph; readonly files: readonly BundleFile[]; readonly read: QueryReader; readonly clock: Clock }

/** What officers see served, in order of id; and the same number as long as nothing changed. */
export type CopiedQueries = { readonly change: string; readonly served: readonly OpenQuery[] }

const NEWEST = 'SELECT coalesce(max(step), 0)::text AS newest FROM audit.open_step'
const TEXTS = 'SELECT id, query, version, owner, level, hash, content, by_org, by_sub, at FROM audit.open_text ORDER BY made'
const STEPS = 'SELECT id, step::float8 AS step, text, state, role, by_org, by_sub, at FROM audit.open_step ORDER BY step'
const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('copy of open queries', 0))`
const COLUMNS = 'ref, id, version, title, title_zh, summary, summary_zh, owner, audience, purpose, level, method, formats, keywords, fields, hash, operation_hash, source, state, served, problem, published_on, by_org, by_sub, at'
/** When a file was first seen stays as it is. */
const COPY_TEXTS = `INSERT INTO open_query (${COLUMNS}) SELECT ${COLUMNS} FROM jsonb_populate_recordset(NULL::open_query, $1::jsonb)
  ON CONFLICT (ref) DO UPDATE SET state = excluded.state, served = excluded.served, problem = excluded.problem, level = excluded.level, published_on = coalesce(excluded.published_on, open_query.published_on)`
const GONE = `UPDATE open_query SET served = false, state = 'WITHDRAWN', problem = 'its file is not published any more' WHERE served AND NOT ref = ANY($1::uuid[])`
const COPY_STEPS = `INSERT INTO open_query_step (id, step, ref, owner, state, role, by_org, by_sub, at)
  SELECT id, step, ref, owner, state, role, by_org, by_sub, at FROM jsonb_populate_recordset(NULL::open_query_step, $1::jsonb) ON CONFLICT DO NOTHING`

/** `source`: the audit database, as who may read it. Repeating it changes nothing; it is cheap where nothing changed. */
export function openQueryCopier(parts: Parts): () => Promise<CopiedQueries> {
  const { source, facts, engine } = parts
  let copied: CopiedQueries = { change: '', served: [] }
  return async () => {
    const bundle = engine.bundle()
    const { rows: [newest] } = await withClient(source, (client) => client.query<{ newest: string }>(NEWEST))
    const change = `${newest?.newest ?? ''} ${bundle.hash}`
    if (copied.change === change) return copied
    const { texts, steps } = await withClient(source, async (client) => ({ texts: (await client.query<Text>(TEXTS)).rows, steps: (await client.query<Step>(STEPS)).rows }))
    const { rows, served } = rowsOf(texts, steps, bundle, parts)
    const owners = new Map(texts.map(({ id, owner }) => [id, owner]))
    await withClient(facts, async (client) => {
      await client.query('BEGIN')
      try {
        await client.query(LOCK)
        await client.query(COPY_TEXTS, [JSON.stringify(rows)])
        await client.query(GONE, [rows.map(({ ref }) => ref)])
        await client.query(COPY_STEPS, [JSON.stringify(steps.map((step) => ({ ...step, ref: step.text, owner: owners.get(step.text) ?? '' })))])
        await client.query('COMMIT')
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined)
        throw error
      }
    })
    copied = { change, served }
    return copied
  }
}

type QueryRow = { readonly ref: string }

function rowsOf(texts: readonly Text[], steps: readonly Step[], bundle: Bundle, { engine, graph, files, read, clock }: Parts): { readonly rows: readonly QueryRow[]; readonly served: readonly OpenQuery[] } {
  const it = graph()
  const readAs = (id: string, text: string): OpenQuery | undefined => read({ name: `${id}.graphql`, text }, it, bundle.combinations.sets).query
  const byId = new Map(texts.map((text) => [text.id, text]))
  const standing = new Map<string, Standing & { readonly ref: string }>()
  for (const { text, state } of steps) {
    const of = byId.get(text)
    if (of !== undefined && (state === 'PUBLISHED' || state === 'WITHDRAWN')) standing.set(of.query, { state, level: of.level, hash: of.hash, content: of.content, ref: of.id })
  }
  const { queries, problems } = servedQueries(files, standing, it, { bundle: engine.bundle, plan: engine.plan, classification: it.classification }, read)
  const newest = new Map(texts.map(({ query, id }) => [query, id]))
  const day = shanghaiDay(clock.now())
  const known = texts.map((text) => {
    const own = steps.filter((step) => step.text === text.id)
    const inForce = standing.get(text.query)?.ref === text.id
    const served = inForce && queries.get(text.query)?.hash === text.hash
    const published = own.filter(({ state }) => state === 'PUBLISHED').at(-1)
    const state = own.at(-1)?.state ?? 'DRAFT'
    return {
      ...described({ ...text, id: text.query, source: text.content }, readAs(text.query, text.content)), ref: text.id, level: `L${text.level}`, state, served, by_org: text.by_org, by_sub: text.by_sub, at: text.at,
      problem: served || state === 'WITHDRAWN' ? null : inForce ? messageOf(problems, text.query) : newest.get(text.query) === text.id ? null : 'another text has taken its place',
      published_on: published === undefined ? null : shanghaiDay(new Date(published.at)),
    }
  })
  const shipped = files.flatMap(({ name, text }) => {
    const id = name.replace(/\.graphql$/, '')
    const query = standing.has(id) ? undefined : readAs(id, text)
    if (query === undefined) return []
    const served = queries.get(id)?.hash === query.hash
    return [{
      ...described(query, query), ref: refOf(query.hash), level: `L${query.level}`, state: 'PUBLISHED', served, by_org: 'CITYGRAPH', by_sub: 'open-queries', at: clock.now().toISOString(),
      problem: served ? null : messageOf(problems, id), published_on: day,
    }]
  })
  return { rows: [...known, ...shipped], served: [...queries.values()] }
}

/** What the text says of itself; where it reads no more, what is known without. */
function described({ id, version, owner, hash, source }: Pick<OpenQuery, 'id' | 'version' | 'owner' | 'hash' | 'source'>, read: OpenQuery | undefined): Readonly<Record<string, unknown>> {
  const operation = read?.document.definitions.find((definition) => definition.kind === 'OperationDefinition')
  return {
    id, version, owner, hash, source,
    title: read?.title.en ?? id, title_zh: read?.title.zh ?? id, summary: read?.summary?.en ?? null, summary_zh: read?.summary?.zh ?? null,
    audience: (read?.audience ?? 'grant').toUpperCase(), purpose: read?.purpose ?? null, method: read?.method ?? 'POST', formats: read?.formats ?? [], keywords: read?.keywords ?? [], fields: read?.fields ?? [],
    operation_hash: read === undefined || operation === undefined ? '' : operationHash(read.document, operation),
  }
}

function messageOf(problems: readonly Problem[], id: string): string {
  return problems.filter(({ file }) => file === `${id}.graphql`).map(({ line, column, message }) => `${line}:${column} ${message}`).join('; ') || 'it is not served'
}
